import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { MachineShare } from "../catalog/instance-types/cost.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { devicesIn } from "../catalog/device-set.ts";
import { isShare } from "../devices/gpu-need.ts";
import { formatMiB } from "../workload/fields.ts";
import type { Requirements } from "./requirements.ts";

/**
 * What one task takes of a machine of each type, by its devices: vCPU and memory go with them. Types that have too few
 * devices are left out, and those of which it takes none: by what a task of no device pays its machine nobody can say.
 */
export function machineShares(
  requirements: Pick<Requirements, "devices" | "gpus" | "leavesNeuronToEcs">,
  instanceTypes: readonly string[],
): readonly MachineShare[] {
  return instanceTypes.flatMap((instanceType) => {
    const type = findInstanceType(instanceType);
    const taken = type === undefined ? undefined : partOf(requirements, type);
    return taken === undefined || taken.share <= 0 || taken.share > 1
      ? []
      : [{ instanceType, ...(taken.share === 1 ? { share: 1 } : taken) }];
  });
}

function partOf(
  { devices, gpus, leavesNeuronToEcs }: Pick<Requirements, "devices" | "gpus" | "leavesNeuronToEcs">,
  { accelerator }: InstanceType,
): Omit<MachineShare, "instanceType"> | undefined {
  const { kind, count, fraction = 1, memoryMiBPerDevice } = accelerator;
  const ofDevices = (taken: number) => ({ share: taken / count, takes: `${taken} of ${count} devices` });
  if (kind === "neuron") return ofDevices(leavesNeuronToEcs ? count : numberOf(devices, count));
  if (kind !== "nvidia") return undefined;
  if (gpus === "all") return { share: 1 };
  if (typeof gpus === "number") return ofDevices(gpus);
  if (!isShare(gpus)) return { share: gpus.fraction / fraction };
  const memoryMiB = memoryMiBPerDevice * count;
  return {
    share: gpus.memoryMiB / memoryMiB,
    takes: `${formatMiB(gpus.memoryMiB)} of ${formatMiB(memoryMiB)} GPU memory`,
  };
}

/** How many devices of a machine that has `count`; more than it has where the set names one beyond. */
function numberOf(devices: Requirements["devices"], count: number): number {
  const there = devicesIn(devices, count).length;
  return devices === "all" || there === devices.length ? there : count + 1;
}
