import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { Failure, TaskDefinition } from "../ecs-api/api.ts";
import { requirementsOf, type PlacementOptions, type Requirements } from "../ecs/requirements.ts";
import { instanceStatesOf, type InstanceState } from "./instance-state.ts";
import { placerFor, type Placement, type Placer, type PlacerOptions } from "./placer.ts";

export interface PlaceOptions extends PlacerOptions {
  readonly count: number;
}

export interface PlaceResult {
  readonly placements: readonly Placement[];
  /**
   * Where not all were placed: one for each instance, in ECS's own words. Empty also where ECS has no instance to look
   * at.
   */
  readonly failures: readonly Failure[];
  /** The exception that ECS answers with when it has no instance to look at. */
  readonly exception?: string;
}

/**
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html does not list it; ECS answers
 * InvalidParameterException.
 */
export const noInstances = "No Container Instances were found in your cluster.";

/**
 * Places tasks over a snapshot as ECS does. ECS knows no Neuron devices: two tasks that list the same one are both
 * placed, unless their lock ports keep them apart.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
 *
 * @throws Refusal for a constraint or a strategy that ECS does not take.
 */
export function place(
  snapshot: ClusterSnapshot,
  definition: TaskDefinition,
  options: PlacementOptions & PlaceOptions,
): PlaceResult {
  return placeIn(
    instanceStatesOf(snapshot),
    requirementsOf(definition, options, lockPortBaseOf(snapshot.tags)),
    options,
  );
}

/** As place, in rooms that other tasks may have been placed in before; the rooms are changed. */
export function placeIn(
  instanceStates: readonly InstanceState[],
  requirements: Requirements,
  { count, ...options }: PlaceOptions,
): PlaceResult {
  return placeWith(placerFor(instanceStates, requirements, options), count);
}

/** As place, by a placer that may have placed others before. */
export function placeWith(placer: Placer, count: number): PlaceResult {
  if (!placer.hasInstances()) return { placements: [], failures: [], exception: noInstances };
  const placements = placer.place(count);
  return { placements, failures: placements.length === count ? [] : placer.failures() };
}
