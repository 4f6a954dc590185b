import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance, type GpuDevice } from "../cluster/snapshot.ts";
import type { Task } from "../ecs-api/api.ts";
import { withOverrides } from "../ecs-api/overrides.ts";
import { gpuNeedOf, isShare, type GpuNeed, type GpuShare } from "./gpu-need.ts";

/**
 * One GPU of an instance as ECS gives it away. `DEDICATED`: one task has it whole. `NVIDIA_MPS`: tasks share it by
 * memory, and it takes no other. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GpuDevice.html
 */
export interface GpuState {
  readonly id: string;
  readonly mode: "IDLE" | "NVIDIA_MPS" | "DEDICATED";
  /** Undefined where neither ECS nor the catalogue says it. */
  readonly totalMiB: number | undefined;
  /** What the shares of tasks take. */
  readonly usedMiB: number;
}

/**
 * The GPUs of an instance: as ECS describes them, else worked out from the catalogue's memory of its GPUs and the tasks
 * that run there. That a task's GPU is free as soon as the task starts to stop is taken from CPU and memory: not
 * verified.
 *
 * @param tasks Those on the instance.
 */
export function gpusOf(
  instance: ContainerInstance,
  tasks: readonly Task[],
  definitions: ClusterSnapshot["taskDefinitions"],
): readonly GpuState[] {
  const { registered, remaining, gpuDevices = [] } = instance;
  const ids = new Set([...registered.gpus, ...remaining.gpus]);
  if (ids.size === 0) return [];
  const described = new Map(gpuDevices.map((device) => [device.gpuId, device]));
  const free = new Set(remaining.gpus);
  const shares = [...ids].every((id) => described.has(id)) ? [] : sharesOf(tasks, definitions);
  let gpus: readonly GpuState[] = [...ids].map((id) => {
    const device = described.get(id);
    if (device !== undefined) return toState(device);
    // Whether ECS counts a GPU that is shared as remaining, it does not say: who shares it is known by its tasks.
    const shared = shares.some(({ on }) => on.includes(id));
    const gpu = idleGpu(id, instance);
    return free.has(id) || shared ? gpu : { ...gpu, mode: "DEDICATED" };
  });
  const [somewhere, placed] = [shares.filter(({ on }) => on.length === 0), shares.filter(({ on }) => on.length > 0)];
  for (const { need, on } of placed) if (on.every((id) => !described.has(id))) gpus = holdGpus(gpus, need, on);
  for (const { need } of somewhere) gpus = takeGpus(gpus, need)?.gpus ?? gpus;
  return gpus;
}

/** A GPU that nobody has, with the memory that the catalogue knows for the instance's type. */
export function idleGpu(id: string, instance: ContainerInstance): GpuState {
  const accelerator = findInstanceType(instanceTypeOf(instance) ?? "")?.accelerator;
  const totalMiB = accelerator?.kind === "nvidia" ? accelerator.memoryMiBPerDevice : undefined;
  return { id, mode: "IDLE", totalMiB, usedMiB: 0 };
}

/** What is free for another share. */
export function freeMiBOf({ mode, totalMiB = Number.POSITIVE_INFINITY, usedMiB }: GpuState): number {
  return mode === "DEDICATED" ? 0 : totalMiB - usedMiB;
}

/** The GPUs that a task gets, and what they are then; undefined where there are not enough. */
export function takeGpus(
  gpus: readonly GpuState[],
  need: GpuNeed,
): { readonly given: readonly string[]; readonly gpus: readonly GpuState[] } | undefined {
  if (need === 0) return { given: [], gpus };
  const given = chooseGpus(gpus, need);
  return given === undefined ? undefined : { given, gpus: holdGpus(gpus, need, given) };
}

function chooseGpus(gpus: readonly GpuState[], need: GpuNeed): readonly string[] | undefined {
  if (isShare(need)) {
    const fitting = gpus.filter((gpu) => freeMiBOf(gpu) >= need.memoryMiB);
    // Which of several ECS takes, it does not say (not verified): here the fullest, so that whole GPUs stay free.
    const [best] = fitting.toSorted((one, other) => freeMiBOf(one) - freeMiBOf(other));
    return best === undefined ? undefined : [best.id];
  }
  const idle = gpus.filter(({ mode }) => mode === "IDLE").map(({ id }) => id);
  if (need === "all") return gpus.length > 0 && idle.length === gpus.length ? idle : undefined;
  // "the container has exclusive use of each GPU that Amazon ECS assigns to it", the part of a fractional type too.
  const count = typeof need === "number" ? need : 1;
  return idle.length < count ? undefined : idle.slice(0, count);
}

/** The GPUs once a task holds these. */
export function holdGpus(gpus: readonly GpuState[], need: GpuNeed, ids: readonly string[]): readonly GpuState[] {
  if (ids.length === 0) return gpus;
  return gpus.map((gpu): GpuState => {
    if (!ids.includes(gpu.id)) return gpu;
    return isShare(need)
      ? { ...gpu, mode: "NVIDIA_MPS", usedMiB: gpu.usedMiB + need.memoryMiB }
      : { ...gpu, mode: "DEDICATED" };
  });
}

/** The GPUs once a task has given these back. */
export function releaseGpus(gpus: readonly GpuState[], need: GpuNeed, ids: readonly string[]): readonly GpuState[] {
  if (ids.length === 0) return gpus;
  return gpus.map((gpu): GpuState => {
    if (!ids.includes(gpu.id)) return gpu;
    const usedMiB = isShare(need) ? Math.max(0, gpu.usedMiB - need.memoryMiB) : 0;
    return { ...gpu, mode: usedMiB === 0 ? "IDLE" : "NVIDIA_MPS", usedMiB };
  });
}

/** The GPUs as ECS describes them, of an instance whose GPUs' memory is known. */
export function toGpuDevices(gpus: readonly GpuState[]): readonly GpuDevice[] {
  return gpus.map((gpu) => ({
    gpuId: gpu.id,
    sharingMode: gpu.mode,
    totalMemoryInMiB: gpu.totalMiB ?? 0,
    remainingMemoryInMiB: gpu.totalMiB === undefined ? 0 : freeMiBOf(gpu),
  }));
}

/** The GPUs that ECS assigned to a task's containers. */
export function gpuIdsOf({ containers }: Pick<Task, "containers">): readonly string[] {
  return [...new Set(containers.flatMap(({ gpuIds = [] }) => gpuIds))];
}

function toState({ gpuId, sharingMode, totalMemoryInMiB, remainingMemoryInMiB }: GpuDevice): GpuState {
  const mode = sharingMode === "DEDICATED" || sharingMode === "NVIDIA_MPS" ? sharingMode : "IDLE";
  const usedMiB = mode === "NVIDIA_MPS" ? totalMemoryInMiB - remainingMemoryInMiB : 0;
  return { id: gpuId, mode, totalMiB: totalMemoryInMiB, usedMiB };
}

/** The shares that tasks hold, with the GPU that each is on where ECS says it. */
function sharesOf(
  tasks: readonly Task[],
  definitions: ClusterSnapshot["taskDefinitions"],
): readonly { readonly need: GpuShare; readonly on: readonly string[] }[] {
  return tasks.flatMap((task) => {
    const definition = definitions[task.taskDefinitionArn];
    if (definition === undefined || task.desiredStatus === "STOPPED" || task.lastStatus === "STOPPED") return [];
    const need = gpuNeedOf(withOverrides(definition, task.overrides));
    return isShare(need) ? [{ need, on: gpuIdsOf(task) }] : [];
  });
}
