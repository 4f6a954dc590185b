import type { ChangeRow } from "../core/capacity/change-rows.ts";
import type { DefaultStrategyChange } from "../core/capacity/provider-list.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { wrapAfter } from "./wrap.ts";

/** What a deployment does to one stack. */
export interface StackChanges {
  readonly stackName: string;
  readonly action: "create" | "update" | "none";
  readonly changes: readonly ChangeRow[];
}

/** All that a deployment changes. */
export interface CapacityChanges {
  readonly cluster: string;
  readonly items: readonly StackChanges[];
  /** Absent where the cluster's default strategy stays as it is. */
  readonly defaultStrategy?: DefaultStrategyChange;
}

/** What `capacity deploy --dry-run` answers. */
export function capacityChangesView(changes: CapacityChanges): View {
  const { cluster, items, defaultStrategy } = changes;
  const ofCluster =
    defaultStrategy === undefined
      ? []
      : [["", "change", `cluster ${cluster}`, "AWS::ECS::Cluster", strategyChange(defaultStrategy)]];
  return {
    kind: "CapacityChanges",
    document: { ...changes },
    text: (style, columns) => drawChanges(changes, style, columns),
    piped: (style) => drawChanges(changes, style),
    table: {
      columns: [{ title: "STACK" }, { title: "CHANGE" }, { title: "RESOURCE" }, { title: "TYPE" }, { title: "BY" }],
      rows: [
        ...items.flatMap(({ stackName, changes: rows }) =>
          rows.map(({ what, logicalId, type, why }) => [stackName, what, logicalId, type, why]),
        ),
        ...ofCluster,
      ],
    },
  };
}

/** The changes as they are shown before the question. */
export function drawChanges(
  { cluster, items, defaultStrategy }: CapacityChanges,
  style: Style,
  columns = Number.POSITIVE_INFINITY,
): string {
  const stacks = items.map((item) => drawStack(item, style, columns));
  if (defaultStrategy === undefined) return stacks.join("\n");
  const { from, to } = defaultStrategy;
  const line =
    `${style.bold(`default strategy of cluster ${cluster}`)} is ${from.length === 0 ? "set" : "replaced"}\n` +
    `  ${style.red(`- ${strategyText(from)}`)}\n  ${style.green(`+ ${strategyText(to)}`)}\n`;
  return [...stacks, line].join("\n");
}

/** In one line: what it was, and what it is to be. */
function strategyChange({ from, to }: DefaultStrategyChange): string {
  return `${strategyText(from)} -> ${strategyText(to)}`;
}

function strategyText(items: DefaultStrategyChange["from"]): string {
  if (items.length === 0) return "none";
  return items
    .map(({ capacityProvider, weight = 0, base = 0 }) =>
      base === 0 ? `${capacityProvider} (weight ${weight})` : `${capacityProvider} (weight ${weight}, base ${base})`,
    )
    .join(", ");
}

function drawStack({ stackName, action, changes: rows }: StackChanges, style: Style, columns: number): string {
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
      `  ${colours[what](what.padEnd(whatWidth))}  ${logicalId.padEnd(idWidth)}  ${why === "" ? style.dim(type) : wrapAfter(whatWidth + idWidth + 6, why, columns)}\n`,
  );
  const done = { create: "is made", update: "is changed", none: "is as wanted" }[action];
  return `${style.bold(`stack ${stackName}`)} ${done}\n${lines.join("")}`;
}
