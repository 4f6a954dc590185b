import { groupBy } from "../base/groups.ts";
import { present } from "../base/present.ts";
import { type ClusterSnapshot, type ContainerInstance, placedTasks } from "../cluster/snapshot.ts";
import type { Task } from "../ecs-api/api.ts";
import { withOverrides } from "../ecs-api/overrides.ts";
import type { GpuSharing, MappedDevice, MappedInstance } from "./device-map.ts";
import { gpuNeedOf, isShare } from "./gpu-need.ts";
import { freeMiBOf, gpuIdsOf, gpusOf, type GpuState } from "./gpus.ts";
import { identifyInstance } from "./identify-instance.ts";
import { missingGpusOf } from "./missing-gpus.ts";

/** The instances that have GPUs, or should have by their type, by ARN: GPUs as ECS assigns them. */
export function mapGpus(snapshot: ClusterSnapshot): ReadonlyMap<string, MappedInstance> {
  const tasks = groupBy(placedTasks(snapshot), ({ containerInstanceArn }) => containerInstanceArn);
  return new Map(
    snapshot.instances.flatMap((instance) => {
      const mapped = mapInstance(instance, tasks.get(instance.arn) ?? [], snapshot.taskDefinitions);
      return mapped === undefined ? [] : [[instance.arn, mapped] as const];
    }),
  );
}

function mapInstance(
  instance: ContainerInstance,
  tasks: readonly Task[],
  definitions: ClusterSnapshot["taskDefinitions"],
): MappedInstance | undefined {
  const gpus = gpusOf(instance, tasks, definitions);
  const missing = missingGpusOf(instance);
  if (gpus.length === 0 && missing === undefined) return undefined;
  return {
    ...identifyInstance(instance),
    devices: gpus.map((gpu) => mapGpu(gpu, tasks, definitions)),
    ...present({ missing }),
    freeSlots: {},
    fragmentation: 0,
  };
}

function mapGpu(gpu: GpuState, tasks: readonly Task[], definitions: ClusterSnapshot["taskDefinitions"]): MappedDevice {
  const { id: path, mode } = gpu;
  const holders = tasks.filter((task) => gpuIdsOf(task).includes(path));
  const claimedBy = holders.map(({ taskArn }) => taskArn);
  if (mode === "NVIDIA_MPS") return { path, state: "shared", claimedBy, sharing: sharingOf(gpu, holders, definitions) };
  return { path, state: claimedBy.length > 0 || mode === "DEDICATED" ? "held" : "free", claimedBy };
}

function sharingOf(
  gpu: GpuState,
  holders: readonly Task[],
  definitions: ClusterSnapshot["taskDefinitions"],
): GpuSharing {
  const { totalMiB } = gpu;
  return {
    ...present({ memoryMiB: totalMiB, freeMiB: totalMiB === undefined ? undefined : freeMiBOf(gpu) }),
    shares: holders.flatMap(({ taskArn, taskDefinitionArn, overrides }) => {
      const definition = definitions[taskDefinitionArn];
      const need = definition === undefined ? 0 : gpuNeedOf(withOverrides(definition, overrides));
      return isShare(need) ? [{ taskArn, memoryMiB: need.memoryMiB }] : [];
    }),
  };
}
