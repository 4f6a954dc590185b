import type { RollResult, RolledMachine } from "../core/plan/roll-result.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { tabSeparated, type Table } from "./table.ts";

/** A line a machine that has, or had, another image. */
export function amiRollView(result: RollResult): View {
  const table: Table = {
    columns: [
      { title: "INSTANCE" },
      { title: "TYPE" },
      { title: "IMAGE" },
      { title: "TASKS", align: "right" },
      { title: "STATE", mark: (text, style) => marks(style)[text as RolledMachine["state"]](text) },
    ],
    rows: result.machines.map(({ ec2InstanceId, instanceType, imageId, tasks, state }) => [
      ec2InstanceId,
      instanceType,
      imageId ?? "",
      state === "replaced" ? "" : String(tasks),
      state,
    ]),
  };
  return { kind: "AmiRoll", document: { ...result }, table, piped: tabSeparated(table) };
}

function marks({ green, yellow }: Style): Readonly<Record<RolledMachine["state"], (text: string) => string>> {
  const plain = (text: string) => text;
  return { replaced: green, draining: yellow, "to-replace": plain, left: yellow };
}
