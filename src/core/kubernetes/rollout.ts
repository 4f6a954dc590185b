import type { Shape } from "../workload/resolved.ts";

/**
 * A rollout that needs no spare devices: a new pod starts when an old one has left its. Kubernetes' default starts new
 * ones first, and waits for ever where every device is taken.
 */
export function withoutSpareNode(
  shape: Shape,
  field: "strategy" | "deploymentStrategy",
): Readonly<Record<string, unknown>> {
  return shape.request.kind === "none"
    ? {}
    : { [field]: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };
}
