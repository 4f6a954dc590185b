import type { InstanceExplanation, PlacementExplanation } from "../core/placement/explain.ts";
import type { Cost } from "../core/catalog/instance-types/cost.ts";
import type { NearestChange } from "../core/placement/nearest-change.ts";
import { amountText, basisText, listText } from "./cost.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";
import { wrap, wrapAfter } from "./wrap.ts";

/** What `cluster explain` answers. Instances that fail for the same reasons stand together on a terminal. */
export function explanationView(explanation: PlacementExplanation): View {
  return {
    kind: "PlacementExplanation",
    document: { ...explanation },
    text: (style, columns) => draw(explanation, columns, style),
    table: {
      columns: [
        { title: "INSTANCE" },
        { title: "TYPE" },
        { title: "FITS", mark: (text, style) => (text === "yes" ? style.green(text) : style.red(text)) },
        { title: "REASONS" },
      ],
      rows: explanation.instances.map(({ ec2InstanceId, instanceType, fits, reasons, unjudged = [] }) => [
        ec2InstanceId,
        instanceType,
        fits ? "yes" : "no",
        [
          ...reasons.map(({ code, message }) => `${code}: ${message}`),
          ...unjudged.map(({ code, message }) => `${code}: not judged: ${message}`),
        ].join("; "),
      ]),
    },
  };
}

/** What the lines of a pipe and the rows of a table do not say: how many fit, and what would make more of them fit. */
export function summariseExplanation({
  requested,
  possible,
  placeable,
  nearestChange,
  cost,
}: PlacementExplanation): string {
  const answer = placeable
    ? `fits: all ${requested} can be placed now`
    : `does not fit: ${possible} of ${requested} can be placed now`;
  return [
    answer,
    ...(cost === undefined ? [] : [`cost: ${amountText(cost)}: ${basisText(cost)}`]),
    ...(nearestChange === undefined ? [] : [`nearest change: ${changeText(nearestChange, cost)}`]),
    ...(nearestChange?.command === undefined ? [] : [`to have it started: ${nearestChange.command}`]),
  ].join("\n");
}

/** What to do, and what that costs; whose prices they are where nothing before has said it. */
function changeText({ message, cost }: NearestChange, before: Cost | undefined): string {
  if (cost === undefined) return message;
  return `${message} (${amountText(cost)}${before === undefined ? `; ${listText(cost)}` : ""})`;
}

/** How many instances of a group are named. */
const namedIds = 2;

/** How many reasons of an instance are told; the other forms tell them all. */
const toldReasons = 5;

function draw(explanation: PlacementExplanation, columns: number, style: Style): string {
  const { placeable, instances } = explanation;
  const [answer = "", ...change] = summariseExplanation(explanation).split("\n");
  const groups = new Map<string, InstanceExplanation[]>();
  for (const each of instances) {
    const codes = new Set(toldOf(each).map(({ code }) => code));
    const key = [each.instanceType, each.fits, ...codes, (each.unjudged ?? []).map(({ code }) => code)].join(" ");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  const blocks = [...groups.values()]
    .sort((one, other) => rank(one[0]!) - rank(other[0]!))
    .map((group) => drawGroup(group, columns, style));
  const below = change.length === 0 ? "" : `\n${change.flatMap((line) => wrap(line, columns)).join("\n")}\n`;
  return (
    `${placeable ? style.green(answer) : style.red(answer)}\n` +
    `${instances.length === 0 ? "  the cluster has no container instances\n" : `\n${blocks.join("")}`}${below}`
  );
}

/** What fits first, then what is of the right kind, then the rest. */
function rank(instance: InstanceExplanation): number {
  if (instance.fits) return 0;
  return isOfAnotherKind(instance) ? 2 : 1;
}

function isOfAnotherKind({ reasons }: InstanceExplanation): boolean {
  return reasons.some(({ code }) => code === "CONSTRAINT");
}

/** On an instance of another kind everything else fails too, and says nothing. */
function toldOf(instance: InstanceExplanation): InstanceExplanation["reasons"] {
  return isOfAnotherKind(instance) ? instance.reasons.filter(({ code }) => code === "CONSTRAINT") : instance.reasons;
}

function idsOf(group: readonly InstanceExplanation[]): string {
  const ids = group.slice(0, namedIds).map((each) => each.ec2InstanceId);
  const more = group.length > namedIds ? ` and ${group.length - namedIds} more` : "";
  return `${ids.join(", ")}${more}`;
}

function drawGroup(group: readonly InstanceExplanation[], columns: number, style: Style): string {
  const { instanceType, fits, ec2InstanceId } = group[0]!;
  const told = toldOf(group[0]!);
  const same = group.every((each) => JSON.stringify(toldOf(each)) === JSON.stringify(told));
  const who = same ? idsOf(group) : `${group.length} instances, such as ${ec2InstanceId}:`;
  const open = group[0]!.unjudged ?? [];
  const width = Math.max(0, ...[...told, ...open].map(({ code }) => code.length));
  const lines = told
    .slice(0, toldReasons)
    .map(({ code, message }) => `    ${style.yellow(code.padEnd(width))}  ${wrapAfter(width + 6, message, columns)}\n`);
  const more =
    told.length > toldReasons ? `    ${style.dim(`and ${told.length - toldReasons} more reasons: -o json`)}\n` : "";
  const unjudged = open.map(
    ({ code, message }) =>
      `    ${style.dim(code.padEnd(width))}  ${wrapAfter(width + 6, `not judged: ${message}`, columns)}\n`,
  );
  return (
    `  ${fits ? style.green("fits") : style.red("no  ")}  ${style.bold(instanceType)}  ${who}\n` +
    `${lines.join("")}${more}${unjudged.join("")}`
  );
}
