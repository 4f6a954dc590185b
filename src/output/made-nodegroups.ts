import type { MadeResource } from "../operations/create-nodegroup.ts";
import type { View } from "./print.ts";

/** What `eks nodegroup create` answers. */
export function madeNodegroupsView(cluster: string, made: readonly MadeResource[]): View {
  return {
    kind: "NodegroupCreation",
    document: { cluster, items: made },
    table: {
      columns: [
        { title: "RESOURCE" },
        { title: "NAME" },
        { title: "ACTION", mark: (text, style) => (text === "created" ? style.green(text) : style.dim(text)) },
      ],
      rows: made.map(({ resource, name, action }) => [resource, name, action]),
    },
  };
}
