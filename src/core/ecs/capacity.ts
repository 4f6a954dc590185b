import { onManagedInstances } from "../workload/managed-instances.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

export type NetworkMode = "bridge" | "host" | "awsvpc";

/** The capacity provider that the workload names; undefined for plain EC2 and for the cluster's own Managed Instances provider. */
export function namedProvider(workload: ResolvedWorkload): string | undefined {
  const { capacity } = workload.ecs;
  if (typeof capacity !== "object") return undefined;
  return "provider" in capacity ? capacity.provider : capacity.managedInstances;
}

/**
 * What the file says; else `host` with EFA, which needs the instance's own network, `awsvpc` on Managed Instances,
 * which have no bridge, and `bridge`.
 */
export function networkModeOf(workload: ResolvedWorkload): NetworkMode {
  if (workload.ecs.networkMode !== undefined) return workload.ecs.networkMode;
  if (workload.shapes.some((shape) => shape.efaInterfaces > 0)) return "host";
  return onManagedInstances(workload) ? "awsvpc" : "bridge";
}
