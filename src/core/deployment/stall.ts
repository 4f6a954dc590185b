import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { toExplanation } from "../placement/explain.ts";
import { findNearestChange } from "../placement/nearest-change.ts";
import type { InstanceState } from "../placement/instance-state.ts";
import { closestTo, evaluateFit } from "../placement/evaluate-fit.ts";
import { whyNoFit } from "../placement/why-no-fit.ts";

/** What keeps the next task of a stalled deployment off the machines; empty where its percentages do. */
export interface Stall {
  /** Why no machine takes it, as a run says it. */
  readonly why?: string;
  /** What makes room without a further machine. */
  readonly nearest?: string;
}

/**
 * @param rooms The machines where nothing moves any more.
 * @param fresh Those that capacity providers may still start.
 */
export function stallOf(
  snapshot: ClusterSnapshot,
  instanceStates: readonly InstanceState[],
  fresh: readonly InstanceState[],
  requirements: Requirements,
): Stall {
  const judged = instanceStates.map((instanceState) => closestTo(instanceState, [requirements]));
  const instances = judged.map(toExplanation);
  if (
    instances.some(({ fits }) => fits) ||
    fresh.some((instanceState) => evaluateFit(requirements, instanceState).fits)
  )
    return {};
  const change = findNearestChange(snapshot, [requirements], judged, 1);
  return {
    why: whyNoFit(instances).text,
    // How many machines would do is worked out over the whole deployment.
    ...(change === undefined || change.kind === "add-instances" ? {} : { nearest: change.message }),
  };
}
