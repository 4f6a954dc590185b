import type { NodegroupUpdate } from "../core/kubernetes/nodes/roll-nodegroup.ts";
import type { View } from "./print.ts";

/** The data of a NodegroupRoll document. */
export interface NodegroupRoll {
  readonly cluster: string;
  readonly nodegroup: string;
  /** The releases of before and after. */
  readonly from: string;
  readonly to: string;
  /** Left out where nothing was done. */
  readonly update?: NodegroupUpdate;
}

export function nodegroupRollView(roll: NodegroupRoll): View {
  const { nodegroup, from, to, update } = roll;
  return {
    kind: "NodegroupRoll",
    document: { ...roll },
    table: {
      columns: [{ title: "NODE GROUP" }, { title: "FROM" }, { title: "TO" }, { title: "UPDATE" }],
      rows: [[nodegroup, from, to, update === undefined ? "" : `${update.id} ${update.status}`]],
    },
  };
}
