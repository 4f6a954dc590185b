import { onManagedInstances } from "./managed-instances.ts";
import type { Workload } from "./schema.ts";

export type NetworkMode = "bridge" | "host" | "awsvpc";

/**
 * The network mode of a workload's tasks on ECS: what the raw fields of its task definition say, else the file's own
 * word; else `host` with EFA, which needs the instance's own network, `awsvpc` on Managed Instances, which have no
 * bridge, and `bridge`.
 *
 * @param efa Whether the workload has EFA interfaces.
 */
export function networkModeFor(workload: Pick<Workload, "ecs">, efa: boolean): NetworkMode {
  const raw = workload.ecs?.taskDefinition?.["networkMode"];
  if (raw === "bridge" || raw === "host" || raw === "awsvpc") return raw;
  if (workload.ecs?.networkMode !== undefined) return workload.ecs.networkMode;
  if (efa) return "host";
  return onManagedInstances(workload) ? "awsvpc" : "bridge";
}
