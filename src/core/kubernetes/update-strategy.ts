import { present } from "../base/present.ts";
import type { ResolvedWorkload, RolloutBounds, Shape } from "../workload/resolved.ts";

/**
 * A rollout that needs no spare devices: a new pod starts when an old one has left its. Kubernetes' default starts new
 * ones first, and waits for ever where every device is taken.
 */
const withoutSpareNode: RolloutBounds = { maxSurge: 0, maxUnavailable: 1 };

/** The strategy of a Deployment: the platform's own for a workload without devices that says nothing. */
export function rollingUpdate(
  workload: ResolvedWorkload,
  shape: Shape,
  field: "strategy" | "deploymentStrategy",
): Readonly<Record<string, unknown>> {
  const bounds = updateBounds(workload, shape);
  return bounds === undefined ? {} : { [field]: { type: "RollingUpdate", rollingUpdate: bounds } };
}

/** Its bounds, where they are not the platform's own. */
export function updateBounds({ rollout }: ResolvedWorkload, { request }: Shape): RolloutBounds | undefined {
  if (rollout === undefined && request.kind === "none") return undefined;
  return boundsOf(rollout, request.kind === "none" ? {} : withoutSpareNode);
}

/** The bounds of a kind whose own default is `usual`. */
export function boundsOf(rollout: RolloutBounds | undefined, usual = withoutSpareNode): RolloutBounds {
  // Without a pod that may be away, one has to be added: Kubernetes' own number of them.
  const { maxSurge, ...others } = { ...usual, ...rollout };
  const stuck = rollout?.maxSurge === undefined && others.maxUnavailable === 0;
  return { ...(stuck ? {} : present({ maxSurge })), ...others };
}
