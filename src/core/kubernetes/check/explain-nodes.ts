/** The nodes of a placement as items of a check's tree: those that are alike stand together. */
import { fail, ok, skip, someOf, type CheckItem } from "../../base/check-report.ts";
import { agreeing, counted } from "../../base/counted.ts";
import type { NodeExplanation, WorkloadPlacement } from "./place-workload.ts";

const check = "placement";

export function explainNodes(placement: WorkloadPlacement): readonly CheckItem[] {
  const groups = new Map<string, NodeExplanation[]>();
  for (const each of placement.nodes) {
    const key = [each.instanceType, each.fits, ...new Set(told(each).map(({ code }) => code))].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const items = [...groups.values()]
    .toSorted((one, other) => rank(one[0]!) - rank(other[0]!))
    .map((group): CheckItem => nodeItem(group));
  return [...items, sumOf(placement)];
}

/** What fits first, then what is of the right type, then the rest. */
function rank(node: NodeExplanation): number {
  if (node.fits) return 0;
  return isOfAnotherType(node) ? 2 : 1;
}

function isOfAnotherType({ reasons }: NodeExplanation): boolean {
  return reasons.some(({ code }) => code === "TYPE");
}

/** On a node of another type everything else fails too, and says nothing. */
function told(node: NodeExplanation): NodeExplanation["reasons"] {
  return isOfAnotherType(node) ? node.reasons.filter(({ code }) => code === "TYPE") : node.reasons;
}

function nodeItem(group: readonly NodeExplanation[]): CheckItem {
  const [first] = group as readonly [NodeExplanation];
  const who = `${someOf(group.map(({ node }) => node))} (${first.instanceType})`;
  if (first.fits) {
    const room = group.reduce((sum, each) => sum + each.room, 0);
    return ok(check, `${who}: room for ${counted(room, "pod")}`);
  }
  const such = group.length > 1 && !isOfAnotherType(first) ? `such as ${first.node}: ` : "";
  const message = `${who}: ${such}${told(first)
    .map((reason) => `${reason.code}: ${reason.message}`)
    .join("; ")}`;
  return isOfAnotherType(first) ? skip(check, message) : { status: "WARN", check, message };
}

function sumOf({
  requested,
  running,
  possible,
  sharedLabel,
  placeable,
  nodes,
  coordinatorFits,
  growth,
  nearestChange,
}: WorkloadPlacement): CheckItem {
  const up = running === 0 ? "" : `${running} of ${requested} run, and `;
  const missing = Math.max(0, requested - running);
  const all = requested === 1 ? "its pod runs" : `all ${requested} pods run`;
  const where = sharedLabel === undefined ? "" : ` on nodes of one ${sharedLabel}`;
  const now = `${possible} of ${counted(missing, "pod")} ${agreeing(missing, "has", "have")} room now${where}`;
  const room = missing === 0 ? all : `${up}${now}`;
  if (coordinatorFits === false)
    return fail(
      check,
      `${room}; the pod that leads them has none`,
      "It needs no devices: add a node without a taint for devices.",
    );
  if (growth !== undefined)
    return ok(check, `${room}; ${growth.by} starts ${growth.instanceType ?? "nodes"} for the others`);
  if (placeable) return ok(check, room);
  const none = nodes.length === 0 ? "the cluster has no nodes: " : "";
  return fail(check, `${none}${room}`, nearestChange?.message ?? "Nothing that aiplat knows of makes it fit.");
}
