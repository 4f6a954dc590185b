import type { FailureReason } from "../base/codes/reason-codes.ts";
import { present } from "../base/present.ts";
import { counted } from "../base/counted.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import { explainRemainder } from "../placement/explain.ts";
import type { NearestChange } from "../placement/nearest-change.ts";
import { whyNoFit } from "../placement/why-no-fit.ts";
import type { RunFailure } from "./run-result.ts";
import { placementOptions, type RunSettings } from "./run-request.ts";

export interface Shortage {
  /** How many tasks the snapshot would have to take. */
  readonly asked: number;
  /**
   * How many of the run's tasks have no place: those that are asked and not possible, unless the snapshot is behind.
   */
  readonly missing?: number;
}

/** What of a run, or of a service, decides where its tasks go, and how many there are to be. */
export type Wanted = Pick<
  RunSettings,
  "count" | "group" | "placementConstraints" | "capacityProviderStrategy" | "limit"
>;

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
  wanted: Wanted,
  { asked, missing: known }: Shortage,
): RunFailure | undefined {
  const { placeable, possible, instances, nearestChange } = explainRemainder(snapshot, definitions, {
    ...placementOptions(wanted),
    ...present({ limit: wanted.limit }),
    count: asked,
  });
  if (placeable) return undefined;
  const { code, text } = whyNoFit(instances);
  return {
    reason: code satisfies FailureReason,
    detail: `${known ?? asked - possible} of ${counted(wanted.count, "task")}: ${text}`,
    hint:
      nearestChange === undefined
        ? "No single change makes room: aiplat cluster explain tells what each instance lacks."
        : `To make room: ${nearestChange.message}.${commandText(nearestChange)}`,
  };
}

function commandText({ command }: NearestChange): string {
  return command === undefined ? "" : ` ${command} makes what starts it.`;
}
