import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { parseMemoryMiB } from "./fields.ts";
import type { Workload } from "./schema.ts";

/** What an instance has for tasks, as far as can be said offline. */
const registeredShare = 0.9;

/**
 * How many machines of the type so many replicas need, each with its devices, CPU and memory: what somebody who has
 * none would have to start. 1 at least; 1 for a type that the catalogue does not know.
 */
export function machinesNeeded(workload: Workload, instanceType: string, replicas: number): number {
  const type = findInstanceType(instanceType);
  if (type === undefined) return 1;
  const { accelerator, resources } = workload;
  const devices =
    accelerator === undefined || accelerator === "none" ? 0 : (accelerator.devicesPerReplica ?? type.accelerator.count);
  const perMachine = Math.min(
    fits(type.accelerator.count, devices),
    fits(type.vcpus * registeredShare, resources?.cpu),
    fits(type.memoryMiB * registeredShare, parseMemoryMiB(resources?.memory ?? "")),
  );
  return Math.max(1, Math.ceil(replicas / Math.max(1, perMachine)));
}

function fits(there: number, each: number | undefined): number {
  return each === undefined || each === 0 ? Number.POSITIVE_INFINITY : Math.floor(there / each);
}
