import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { needsSharedMemory } from "../workload/shared-memory.ts";
import { deviceKind } from "./devices.ts";
import type { Container, PodSpec } from "./manifest.ts";
import { memoryQuantity } from "./quantity.ts";

type Volume = NonNullable<PodSpec["volumes"]>[number];
type Mount = NonNullable<Container["volumeMounts"]>[number];

export const sharedMemoryVolume = "shared-memory";
export const compileCacheVolume = "neuron-compile-cache";

/**
 * Where the Neuron compiler keeps what it compiled (aws-neuron-sdk @81ce03a,
 * about-neuron/arch/neuron-features/neuron-caching.rst).
 */
const compileCachePath = "/var/tmp/neuron-compile-cache";

const sharedMemoryPath = "/dev/shm";

/** A volume of the pod and where the container has it. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly mount: Mount;
}

/** `/dev/shm` where it is asked for, or several devices, EFA or nodes need it; and the Neuron compiler's cache. */
export function volumesOf(workload: ResolvedWorkload, shape: Shape): readonly MountedVolume[] {
  const { sharedMemoryMiB } = workload;
  const volumes: MountedVolume[] = [];
  const byDefault = needsSharedMemory(shape) || workload.nodes > 1;
  if (sharedMemoryMiB === undefined ? byDefault : sharedMemoryMiB > 0) {
    // Without a size it is as large as the container's memory limit; Kubernetes' own default is 64 MiB.
    const size = sharedMemoryMiB === undefined ? {} : { sizeLimit: memoryQuantity(sharedMemoryMiB) };
    volumes.push(mounted({ name: sharedMemoryVolume, emptyDir: { medium: "Memory", ...size } }, sharedMemoryPath));
  }
  const cachePath = workload.environment["NEURON_COMPILE_CACHE_URL"] ?? compileCachePath;
  // It outlives the container, not the pod: eks.pod puts another volume of this name in its place.
  if (deviceKind(shape) === "neuron" && cachePath.startsWith("/"))
    volumes.push(mounted({ name: compileCacheVolume, emptyDir: {} }, cachePath));
  return volumes;
}

function mounted(volume: Volume, mountPath: string): MountedVolume {
  return { volume, mount: { name: volume.name, mountPath } };
}
