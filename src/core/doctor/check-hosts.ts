import { warn, type CheckItem } from "../base/check-report.ts";
import { agreeing } from "../base/counted.ts";
import { ecsNeuronFamilyOf } from "../catalog/machine-images/ami-drivers.ts";
import type { ContainerInstance } from "../cluster/snapshot.ts";
import { checkGpuHosts } from "./check-gpu-drivers.ts";
import { checkNeuronHosts, groupByHost, hostsWithDriver } from "./check-drivers.ts";
import type { ObservedAccount } from "./observation.ts";
import { nameInstances } from "./observed-instances.ts";
import { valueOf } from "./reading.ts";

/** Whether every accelerated instance runs an image with its driver, and one that AWS still makes. */
export function checkHosts(
  { machineImages }: ObservedAccount,
  instances: readonly ContainerInstance[],
): readonly CheckItem[] {
  return [
    ...checkNeuronHosts(machineImages, instances),
    ...checkGpuHosts(machineImages, instances),
    ...endedImages(machineImages, hostsWithDriver(instances)),
  ];
}

function endedImages(
  machineImages: ObservedAccount["machineImages"],
  hosts: readonly ContainerInstance[],
): readonly CheckItem[] {
  const names = new Map((valueOf(machineImages) ?? []).map(({ id, name }) => [id, name]));
  return groupByHost(hosts, names).flatMap(({ name = "", instances }) => {
    const { retiredOn } = ecsNeuronFamilyOf(name) ?? {};
    return retiredOn === undefined
      ? []
      : [
          warn(
            "driver",
            `${nameInstances(instances, hosts)} ${agreeing(instances.length, "runs", "run")} ${name}: AWS makes no such images since ${retiredOn}`,
            `Replace ${agreeing(instances.length, "it with an instance", "them with instances")} of the newest image: aiplat ami latest.`,
          ),
        ];
  });
}
