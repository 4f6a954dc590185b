import type { FailureReason, ReasonCode } from "../base/codes/reason-codes.ts";
import { counted } from "../base/counted.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import { explainRemainder, type InstanceExplanation } from "../placement/explain.ts";
import { listOr } from "../base/problem.ts";
import type { RunFailure } from "./run-result.ts";
import { placementOptions, type RunSettings } from "./run-request.ts";

/** How many different reasons a failure tells; `cluster explain` tells them all. */
const shownGroups = 3;

export interface Shortage {
  /** How many tasks the snapshot would have to take. */
  readonly asked: number;
  /**
   * How many of the run's tasks have no place: those that are asked and not possible, unless the snapshot is behind.
   */
  readonly missing?: number;
}

/**
 * Why tasks have no place, in one failure with the nearest change that would make room: what ECS's own reason leaves
 * out.
 *
 * @param definitions The workload's variants: any of them would have done.
 * @returns Undefined where the snapshot has room for what is asked: then ECS's own reason is all there is.
 */
export function explainShortage(
  snapshot: ClusterSnapshot,
  definitions: readonly TaskDefinition[],
  settings: RunSettings,
  { asked, missing: known }: Shortage,
): RunFailure | undefined {
  const { count } = settings;
  const { placeable, possible, instances, nearestChange } = explainRemainder(snapshot, definitions, {
    ...placementOptions(settings),
    count: asked,
  });
  if (placeable) return undefined;
  const missing = known ?? asked - possible;
  const misfits = instances.filter(({ fits }) => !fits);
  // Where machines of the right kind are full, the others are beside the point.
  const kindred = misfits.filter(({ reasons }) => near(reasons));
  const groups = groupByReason(kindred.length > 0 ? kindred : misfits);
  const shown = groups.slice(0, shownGroups).map(describe);
  const more =
    groups.length > shownGroups ? [`${groups.length - shownGroups} more reasons: see aiplat cluster explain`] : [];
  const why = groups.length === 0 ? "the cluster has no container instances" : [...shown, ...more].join("; ");
  return {
    reason: (groups[0]?.code ?? "CONSTRAINT") satisfies FailureReason,
    detail: `${missing} of ${counted(count, "task")}: ${why}`,
    hint:
      nearestChange === undefined
        ? "No single change makes room: aiplat cluster explain tells what each instance lacks."
        : `To make room: ${nearestChange.message}.`,
  };
}

interface Group {
  readonly code: ReasonCode;
  readonly message: string;
  readonly instanceType: string;
  readonly ids: readonly string[];
}

function near(reasons: InstanceExplanation["reasons"]): boolean {
  return !reasons.some(({ code }) => code === "CONSTRAINT");
}

/** Instances of one type that fail for the same codes. */
function groupByReason(instances: readonly InstanceExplanation[]): readonly Group[] {
  const groups = new Map<string, { readonly first: InstanceExplanation; readonly ids: string[] }>();
  for (const each of instances) {
    const key = [each.instanceType, ...new Set(each.reasons.map(({ code }) => code))].join(" ");
    const group = groups.get(key) ?? { first: each, ids: [] };
    groups.set(key, group);
    group.ids.push(each.ec2InstanceId);
  }
  return [...groups.values()].map(({ first: { instanceType, reasons }, ids }) => {
    // Devices first: who holds them holds most of the CPU and memory too.
    const { code } = reasons.find((reason) => reason.code === "DEVICES" && near(reasons)) ?? reasons[0]!;
    // On another type everything else fails too, and says nothing.
    const told =
      code === "CONSTRAINT"
        ? reasons.filter((reason) => reason.code === code)
        : reasons.toSorted((one, other) => Number(other.code === code) - Number(one.code === code));
    const messages = new Set(
      told.map(({ message }) =>
        message.endsWith("another task of this run") ? "what is free goes to other tasks of this run" : message,
      ),
    );
    return { code, message: listOr([...messages].slice(0, 2), "and"), instanceType, ids };
  });
}

function describe({ message, instanceType, ids }: Group): string {
  return ids.length === 1
    ? `${instanceType} ${ids[0]}: ${message}`
    : `${ids.length} ${instanceType} instances, such as ${ids[0]}: ${message}`;
}
