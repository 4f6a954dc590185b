import type { InstanceExplanation, PlacementExplanation } from "../core/placement/explain.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";

/** What `cluster explain` answers. Instances that say the same stand together on a terminal. */
export function explanationView(explanation: PlacementExplanation): View {
  return {
    kind: "PlacementExplanation",
    document: { ...explanation },
    text: (style) => draw(explanation, style),
    table: {
      columns: [{ title: "INSTANCE" }, { title: "TYPE" }, { title: "FITS", mark: (text, style) => (text === "yes" ? style.green(text) : style.red(text)) }, { title: "REASONS" }],
      rows: explanation.instances.map(({ ec2InstanceId, instanceType, fits, reasons }) => [ec2InstanceId, instanceType, fits ? "yes" : "no", reasons.map(({ code, message }) => `${code}: ${message}`).join("; ")]),
    },
  };
}

/** How many instances of a group are named. */
const shownIds = 3;

function draw({ requested, possible, placeable, instances, nearestChange }: PlacementExplanation, style: Style): string {
  const answer = placeable ? style.green(`fits: all ${requested} can be placed now`) : style.red(`does not fit: ${possible} of ${requested} can be placed now`);
  const groups = new Map<string, InstanceExplanation[]>();
  for (const each of instances) {
    const key = JSON.stringify([each.instanceType, each.fits, each.reasons]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const blocks = [...groups.values()].map((group) => {
    const { instanceType, fits, reasons } = group[0]!;
    const ids = group.slice(0, shownIds).map(({ ec2InstanceId }) => ec2InstanceId).join(", ");
    const more = group.length > shownIds ? ` and ${group.length - shownIds} more` : "";
    const lines = reasons.map(({ code, message }) => `    ${style.yellow(code.padEnd(10))} ${message}\n`);
    return `  ${fits ? style.green("fits") : style.red("no  ")}  ${style.bold(instanceType)}  ${ids}${more}\n${lines.join("")}`;
  });
  const change = nearestChange === undefined ? "" : `\nnearest change: ${nearestChange.message}\n`;
  return `${answer}\n${instances.length === 0 ? "  the cluster has no container instances\n" : `\n${blocks.join("")}`}${change}`;
}
