import type { ChangeRow } from "../core/capacity/change-rows.ts";
import type { View } from "./print.ts";
import { plain, type Style } from "./style.ts";

/** What a deployment does to one stack. */
export interface StackChanges {
  readonly stackName: string;
  readonly action: "create" | "update" | "none";
  readonly changes: readonly ChangeRow[];
}

/** What `capacity deploy --dry-run` answers. */
export function capacityChangesView(cluster: string, items: readonly StackChanges[]): View {
  return {
    kind: "CapacityChanges",
    document: { cluster, items },
    text: (style) => drawChanges(items, style),
    piped: drawChanges(items, plain),
    table: {
      columns: [{ title: "STACK" }, { title: "CHANGE" }, { title: "RESOURCE" }, { title: "TYPE" }, { title: "BY" }],
      rows: items.flatMap(({ stackName, changes }) =>
        changes.map(({ what, logicalId, type, why }) => [stackName, what, logicalId, type, why]),
      ),
    },
  };
}

/** The changes as they are shown before the question. */
export function drawChanges(items: readonly StackChanges[], style: Style): string {
  return items.map((item) => drawStack(item, style)).join("\n");
}

function drawStack({ stackName, action, changes: rows }: StackChanges, style: Style): string {
  const [whatWidth, idWidth] = [
    Math.max(0, ...rows.map(({ what }) => what.length)),
    Math.max(0, ...rows.map(({ logicalId }) => logicalId.length)),
  ];
  const colours = {
    add: style.green,
    change: style.yellow,
    "may replace": style.yellow,
    replace: style.red,
    remove: style.red,
  };
  const lines = rows.map(
    ({ what, logicalId, type, why }) =>
      `  ${colours[what](what.padEnd(whatWidth))}  ${logicalId.padEnd(idWidth)}  ${why === "" ? style.dim(type) : why}\n`,
  );
  const done = { create: "is made", update: "is changed", none: "is as wanted" }[action];
  return `${style.bold(`stack ${stackName}`)} ${done}\n${lines.join("")}`;
}
