import type { Path } from "../base/problem.ts";
import { networkModes } from "./fields.ts";
import { onManagedInstances } from "./managed-instances.ts";
import type { Workload } from "./schema.ts";

export type NetworkMode = (typeof networkModes)[number];

/** The network mode that the file itself gives, and where. The raw fields of the task definition are merged last. */
export function givenNetworkMode({
  ecs,
}: Pick<Workload, "ecs">): { readonly mode: NetworkMode; readonly path: Path } | undefined {
  const raw = networkModes.find((mode) => mode === ecs?.taskDefinition?.["networkMode"]);
  if (raw !== undefined) return { mode: raw, path: ["ecs", "taskDefinition", "networkMode"] };
  return ecs?.networkMode === undefined ? undefined : { mode: ecs.networkMode, path: ["ecs", "networkMode"] };
}

/**
 * The network mode of a workload's tasks on ECS: what the file gives; else `host` with EFA, which needs the instance's
 * own network, `awsvpc` on Managed Instances, which have no bridge, and `bridge`.
 *
 * @param efa Whether the workload has EFA interfaces.
 */
export function networkModeFor(workload: Pick<Workload, "ecs">, efa: boolean): NetworkMode {
  const given = givenNetworkMode(workload);
  if (given !== undefined) return given.mode;
  if (efa) return "host";
  return onManagedInstances(workload) ? "awsvpc" : "bridge";
}
