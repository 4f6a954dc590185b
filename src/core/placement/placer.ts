import { present } from "../base/present.ts";
import type { Failure } from "../ecs-api/api.ts";
import type { PlacementStrategy } from "../ecs-api/placement-strategy.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { Candidates } from "./candidates.ts";
import { checks, firstReason } from "./checks.ts";
import { occupy, type InstanceState } from "./instance-state.ts";
import { refusalOfEcs } from "./refusal-of-ecs.ts";
import { defaultStrategy, measuresOf } from "./strategies.ts";

export interface PlacerOptions {
  /** Default: as ECS does for a service. */
  readonly placementStrategy?: readonly PlacementStrategy[];
  /** Numbers from 0 up to 1, for the strategy `random`. */
  readonly random?: () => number;
  /** Why the instance cannot take one more task; undefined where it can. Default: ECS's own reason. */
  readonly refuse?: (requirements: Requirements, instanceState: InstanceState) => string | undefined;
}

export interface Placement {
  readonly instanceState: InstanceState;
  /** Its place in the list that the placer was made for. */
  readonly index: number;
  /** The GPUs that the task gets. */
  readonly gpus: readonly string[];
}

/** Places tasks of one kind on instances that it shares with others. */
export interface Placer {
  /** Whether ECS has any instance to look at. */
  hasInstances(): boolean;
  /**
   * Places up to `count` tasks; the instances are changed.
   *
   * @throws Refusal for a strategy that ECS does not take.
   */
  place(count: number): readonly Placement[];
  /** Says that somebody else has put a task on the instance with this place in the list, or taken one away. */
  changed(index: number): void;
  /** Once no more can be placed, why: one for each instance. */
  failures(): readonly Failure[];
}

/** Places tasks without two on one device, which ECS alone would not see. */
export function safePlacer(instanceStates: readonly InstanceState[], requirements: Requirements): Placer {
  return placerFor(instanceStates, requirements, { refuse: firstReason });
}

/** One placer is to serve a whole plan: looking at every instance is what takes the time. */
export function placerFor(
  instanceStates: readonly InstanceState[],
  requirements: Requirements,
  { placementStrategy = defaultStrategy, random, refuse = refusalOfEcs }: PlacerOptions = {},
): Placer {
  const isConsidered = (instanceState: InstanceState) =>
    instanceState.instance.status === "ACTIVE" && checks.CAPACITY_PROVIDER(requirements, instanceState).length === 0;
  const hasInstances = () => instanceStates.some(isConsidered);
  const started = () =>
    new Candidates(instanceStates, measuresOf(placementStrategy, requirements.group), {
      group: requirements.group,
      isConsidered,
      fits: (instanceState) => refuse(requirements, instanceState) === undefined,
      ...present({ random }),
    });
  let candidates: Candidates | undefined;
  return {
    hasInstances,
    place(count) {
      if (candidates === undefined && count > 0 && hasInstances()) candidates = started();
      const placements: Placement[] = [];
      while (placements.length < count) {
        let gpus: readonly string[] = [];
        const index = candidates?.take((best) => (gpus = occupy(best, requirements)));
        if (index === undefined) break;
        placements.push({ instanceState: instanceStates[index]!, index, gpus });
      }
      return placements;
    },
    changed: (index) => candidates?.changed(index),
    failures: () =>
      instanceStates.filter(isConsidered).map((instanceState) => ({
        arn: instanceState.instance.arn,
        reason: refuse(requirements, instanceState)!,
      })),
  };
}
