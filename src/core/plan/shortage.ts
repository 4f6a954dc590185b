import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { TaskDefinition } from "../ecs/api.ts";
import { explainPlacement, type InstanceExplanation } from "../placement/explain.ts";
import { listOr } from "../problem.ts";
import type { RunFailure } from "./run-result.ts";
import { placementOptions, type RunSettings } from "./run-request.ts";

/** How many different reasons a failure tells; `cluster explain` tells them all. */
const shownGroups = 3;

export interface Shortage {
  /** How many tasks the snapshot would have to take. */
  readonly asked: number;
  /** How many of `count` have no place. */
  readonly missing: number;
  /** How many the user asked for. */
  readonly count: number;
}

/**
 * Why tasks have no place, in one failure with the nearest change that would make room: what ECS's own reason leaves out.
 *
 * @param definitions The workload's variants: any of them would have done.
 * @returns Undefined where the snapshot has room for what is asked: then ECS's own reason is all there is.
 */
export function explainShortage(snapshot: ClusterSnapshot, definitions: readonly TaskDefinition[], settings: RunSettings, { asked, missing, count }: Shortage): RunFailure | undefined {
  const { placeable, instances, nearestChange } = explainPlacement(snapshot, definitions, { ...placementOptions(settings), count: asked });
  if (placeable) return undefined;
  const groups = groupByReason(instances);
  const [first] = groups;
  const shown = groups.slice(0, shownGroups).map(describe);
  const more = groups.length > shownGroups ? [`${groups.length - shownGroups} more reasons: see aiplat cluster explain`] : [];
  return {
    reason: first?.code ?? "CONSTRAINT",
    detail: `${missing} of ${count} ${count === 1 ? "task" : "tasks"}: ${first === undefined ? "the cluster has no container instances" : [...shown, ...more].join("; ")}`,
    hint: nearestChange === undefined ? "No single change makes room: aiplat cluster explain tells what each instance lacks." : `To make room: ${nearestChange.message}.`,
  };
}

interface Group {
  readonly code: string;
  readonly message: string;
  readonly instanceType: string;
  readonly ids: readonly string[];
}

/** Instances that fail for the same codes, those that come closest first: another instance type is the farthest. */
function groupByReason(instances: readonly InstanceExplanation[]): readonly Group[] {
  const groups = new Map<string, { readonly first: InstanceExplanation; readonly ids: string[] }>();
  for (const each of instances.filter(({ fits }) => !fits)) {
    const key = [each.instanceType, ...new Set(each.reasons.map(({ code }) => code))].join(" ");
    const group = groups.get(key) ?? { first: each, ids: [] };
    groups.set(key, group);
    group.ids.push(each.ec2InstanceId);
  }
  const distance = ({ first }: { readonly first: InstanceExplanation }) => (first.reasons.some(({ code }) => code === "CONSTRAINT") ? 1 : 0);
  return [...groups.values()]
    .sort((one, other) => distance(one) - distance(other))
    .map(({ first, ids }) => ({ code: first.reasons[0]!.code, message: listOr([...new Set(first.reasons.map(({ message }) => message))].slice(0, 2), "and"), instanceType: first.instanceType, ids }));
}

function describe({ message, instanceType, ids }: Group): string {
  return ids.length === 1 ? `${instanceType} ${ids[0]}: ${message}` : `${ids.length} ${instanceType} instances, such as ${ids[0]}: ${message}`;
}
