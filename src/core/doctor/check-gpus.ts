import { groupBy } from "../base/groups.ts";
import { fail, ok, warn, type CheckItem } from "../base/check-report.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ContainerInstance } from "../cluster/snapshot.ts";
import { missingGpusOf } from "../devices/missing-gpus.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { nameInstances } from "./observed-instances.ts";

/** The instances whose type has NVIDIA GPUs. */
export function gpuHosts(instances: readonly ContainerInstance[]): readonly ContainerInstance[] {
  return instances.filter((each) => findInstanceType(instanceTypeOf(each) ?? "")?.accelerator.kind === "nvidia");
}

/** Whether the agents registered every GPU that the instances' types have: ECS places no GPU task on the others. */
export function checkGpus(
  candidates: readonly ContainerInstance[],
  ecs: EcsWorkload | undefined,
): readonly CheckItem[] {
  const hosts = gpuHosts(candidates);
  if (hosts.length === 0) return [];
  const lacking = hosts.filter((each) => missingGpusOf(each) !== undefined);
  if (lacking.length === 0) return [ok("gpus", "the agents registered every GPU")];
  const wanted = ecs === undefined || ecs.workload.shapes.some(({ request }) => request.kind.startsWith("nvidia"));
  return [...groupBy(lacking, (each) => missingGpusOf(each)!.message)].map(([message, instances]) =>
    (wanted ? fail : warn)(
      "gpus",
      `${nameInstances(instances, hosts)}: ${message}`,
      `See nvidia-smi and /var/log/ecs/ecs-agent.log on the instance; sudo systemctl restart ecs registers it anew. Without a driver, replace it with one of the GPU image: ${gpuImageOf(instances[0]!)}.`,
    ),
  );
}

/** The command that tells the GPU image for the instance's type. */
export function gpuImageOf(instance: ContainerInstance): string {
  return `aiplat ami latest --instance-type ${instanceTypeOf(instance)}`;
}
