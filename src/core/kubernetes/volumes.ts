import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { needsSharedMemory } from "../workload/shared-memory.ts";
import { isWithin, type ResolvedVolume } from "../workload/volumes.ts";
import { deviceKind } from "./devices.ts";
import type { Container, PodSpec } from "./manifest.ts";
import { memoryQuantity } from "./quantity.ts";
import { podVolume } from "./storage.ts";

type Volume = NonNullable<PodSpec["volumes"]>[number];
type Mount = NonNullable<Container["volumeMounts"]>[number];

export const sharedMemoryVolume = "shared-memory";
export const compileCacheVolume = "neuron-compile-cache";
/** The names of those that no file asks for. */
export const addedVolumes: ReadonlySet<unknown> = new Set([sharedMemoryVolume, compileCacheVolume]);

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

/**
 * The workload's own, then `/dev/shm` where it is asked for, or several devices, EFA or nodes need it, and the Neuron
 * compiler's cache: neither where one of the workload's own is.
 *
 * @param name The resource's name: what is made for its volumes is called after it.
 */
export function volumesOf(workload: ResolvedWorkload, shape: Shape, name: string): readonly MountedVolume[] {
  const own = workload.volumes.map((volume): MountedVolume => ({
    volume: podVolume(workload, volume, name),
    mount: mountOf(volume),
  }));
  return [...own, ...volumesOfDevices(workload, shape)];
}

/** Where a container has a volume. */
export function mountOf({ name, path, readOnly }: ResolvedVolume): Mount {
  return { name, mountPath: path, ...(readOnly ? { readOnly: true } : {}) };
}

function volumesOfDevices(workload: ResolvedWorkload, shape: Shape): readonly MountedVolume[] {
  const { sharedMemoryMiB } = workload;
  const places = workload.volumes.map(({ path }) => path);
  const volumes: MountedVolume[] = [];
  const byDefault = needsSharedMemory(shape) || workload.nodes > 1;
  if ((sharedMemoryMiB === undefined ? byDefault : sharedMemoryMiB > 0) && !places.includes(sharedMemoryPath)) {
    // Without a size it is as large as the container's memory limit; Kubernetes' own default is 64 MiB.
    const size = sharedMemoryMiB === undefined ? {} : { sizeLimit: memoryQuantity(sharedMemoryMiB) };
    volumes.push(mounted({ name: sharedMemoryVolume, emptyDir: { medium: "Memory", ...size } }, sharedMemoryPath));
  }
  const cachePath = workload.environment["NEURON_COMPILE_CACHE_URL"] ?? compileCachePath;
  const isKept = places.some((place) => isWithin(cachePath, place));
  // It outlives the container, not the pod: a volume of the file's at its path takes its place.
  if (deviceKind(shape) === "neuron" && cachePath.startsWith("/") && !isKept)
    volumes.push(mounted({ name: compileCacheVolume, emptyDir: {} }, cachePath));
  return volumes;
}

function mounted(volume: Volume, mountPath: string): MountedVolume {
  return { volume, mount: { name: volume.name, mountPath } };
}
