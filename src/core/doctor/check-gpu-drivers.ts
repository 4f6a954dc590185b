import { fail, ok, skip, type CheckItem } from "../base/check-report.ts";
import { agreeing } from "../base/counted.ts";
import { isEcsImageWithoutNvidia } from "../catalog/machine-images/ami-drivers.ts";
import type { ContainerInstance } from "../cluster/snapshot.ts";
import { missingGpusOf } from "../devices/missing-gpus.ts";
import { groupByHost, type DriverHost } from "./check-drivers.ts";
import { gpuHosts, gpuImageOf } from "./check-gpus.ts";
import type { Needs } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import { nameInstances } from "./observed-instances.ts";
import { judged } from "./reading.ts";

/** Whether the machine images of GPU instances carry an NVIDIA driver. */
export function checkGpuDrivers(
  { images }: Needs,
  { machineImages }: ObservedAccount,
  candidates: readonly ContainerInstance[],
): readonly CheckItem[] {
  return images.some(({ accelerated }) => accelerated) ? checkGpuHosts(machineImages, candidates) : [];
}

/** Whether the machine images of these instances with GPUs carry an NVIDIA driver. */
export function checkGpuHosts(
  machineImages: ObservedAccount["machineImages"],
  instances: readonly ContainerInstance[],
): readonly CheckItem[] {
  const hosts = gpuHosts(instances);
  if (hosts.length === 0) return [];
  return judged("driver", "the machine images of the instances", machineImages, (found) => {
    const names = new Map(found.map(({ id, name }) => [id, name]));
    return groupByHost(hosts, names).map((host) => checkHost(host, hosts));
  });
}

function checkHost({ name, ami, instances }: DriverHost, all: readonly ContainerInstance[]): CheckItem {
  const check = "driver";
  const which = nameInstances(instances, all);
  const agree = (one: string, more: string) => agreeing(instances.length, one, more);
  const run = agree("runs", "run");
  if (name !== undefined && isEcsImageWithoutNvidia(name))
    return fail(
      check,
      `${which} ${run} ${name}, which carries no NVIDIA driver`,
      `Replace ${agree("it with an instance", "them with instances")} of the GPU image: ${gpuImageOf(instances[0]!)}.`,
    );
  // Only a driver that works tells the agent the GPUs' ids.
  if (instances.every((each) => missingGpusOf(each) === undefined))
    return ok(
      check,
      `${which} ${agree("has", "have")} an NVIDIA driver: ${agree("its agent", "their agents")} registered the GPUs`,
    );
  if (name !== undefined)
    return skip(check, `${which} ${run} ${name}: whether ${agree("its", "their")} NVIDIA driver works is not known`);
  const image =
    ami === ""
      ? agree("does not say its machine image", "do not say their machine image")
      : `${run} ${ami}, which EC2 does not show to this account`;
  return skip(check, `${which} ${image}: ${agree("its", "their")} driver is not known`);
}
