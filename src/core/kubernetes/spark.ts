/** What Spark on Kubernetes is told of the pods that it makes: it overwrites CPU, memory and GPUs of their templates. */
import { present } from "../base/present.ts";
import type { Shape } from "../workload/resolved.ts";
import { deviceCount, deviceResource, nvidiaResource } from "./devices.ts";
import type { PodTemplate } from "./manifest.ts";
import { parseQuantity } from "./quantity.ts";

const mib = 2 ** 20;

/** "spark.kubernetes.memoryOverheadFactor" of what is no JVM, and the least overhead (Spark's running-on-kubernetes.md). */
const overheads = { jvm: 0.1, other: 0.4, leastMiB: 384 } as const;

/** A pod of Spark's by its first container: whole cores for tasks, the request, and memory with what is beside the heap. */
export function sparkResources({ spec }: PodTemplate, beyondHeap: boolean): Readonly<Record<string, string | number>> {
  const { cpu, memory } = spec.containers[0]!.resources?.requests ?? {};
  return {
    ...(cpu === undefined ? {} : { cores: coresOf(cpu), coreRequest: cpu }),
    ...(memory === undefined ? {} : memoryOf(Math.floor(parseQuantity(memory) / mib), beyondHeap)),
  };
}

function coresOf(cpu: string): number {
  return Math.max(1, Math.floor(parseQuantity(cpu)));
}

/** Heap and overhead that together are what the pod has. */
function memoryOf(totalMiB: number, beyondHeap: boolean): Readonly<Record<string, string>> {
  const factor = beyondHeap ? overheads.other : overheads.jvm;
  const overheadMiB = Math.max(overheads.leastMiB, totalMiB - Math.floor(totalMiB / (1 + factor)));
  return { memory: `${totalMiB - overheadMiB}m`, memoryOverhead: `${overheadMiB}m` };
}

/** GPUs of an executor that Spark schedules tasks by; undefined where it has none, or parts of some. */
export function sparkGpus({ request }: Pick<Shape, "request">): number | undefined {
  return deviceResource(request) === nvidiaResource ? deviceCount(request) : undefined;
}

/** "The RAPIDS Accelerator only supports one GPU per executor" (docs.nvidia.com/spark-rapids, FAQ). */
export function usesRapids(shape: Pick<Shape, "request">): boolean {
  return sparkGpus(shape) === 1;
}

/**
 * What makes Spark ask for the GPUs, find them and share them among its tasks.
 * https://docs.nvidia.com/spark-rapids/user-guide/latest/getting-started/kubernetes.html
 */
export function gpuConfiguration(
  shape: Pick<Shape, "request">,
  { spec }: PodTemplate,
): Readonly<Record<string, string>> {
  const gpus = sparkGpus(shape);
  if (gpus === undefined) return {};
  const { cpu } = spec.containers[0]!.resources?.requests ?? {};
  // As many tasks at once as there are cores: cut off, since a share too large leaves a core idle.
  const share = cpu === undefined ? undefined : Math.floor((10_000 * gpus) / coresOf(cpu)) / 10_000;
  return {
    "spark.executor.resource.gpu.amount": String(gpus),
    "spark.executor.resource.gpu.vendor": "nvidia.com",
    "spark.executor.resource.gpu.discoveryScript": "/opt/sparkRapidsPlugin/getGpusResources.sh",
    ...present({ "spark.task.resource.gpu.amount": share === undefined ? undefined : taskShare(share) }),
    ...(usesRapids(shape) ? { "spark.plugins": "com.nvidia.spark.SQLPlugin" } : {}),
  } as Readonly<Record<string, string>>;
}

/** Spark takes a share of at most a half, or whole GPUs. */
function taskShare(share: number): string {
  if (share >= 1) return String(Math.floor(share));
  return String(share > 0.5 ? 1 : share);
}
