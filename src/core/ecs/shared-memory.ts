import { isRaw, type Raw } from "../base/merge.ts";
import type { Amounts, ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { needsSharedMemory } from "../workload/shared-memory.ts";
import type { Capacity } from "./capacity.ts";
import { ownShare } from "./own-share.ts";

/** What Docker gives: https://docs.docker.com/engine/containers/run/. Less than that is no default worth writing. */
const dockersMiB = 64;
const mostMiB = 65_536;

/**
 * The size of the container's `/dev/shm` (`sharedMemorySize`); undefined for the platform's. What the file says, else a
 * quarter of the container's memory where its processes share some; AWS's guide offers none on Managed Instances.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
 */
export function sharedMemorySize(workload: ResolvedWorkload, shape: Shape, capacity: Capacity): number | undefined {
  const { sharedMemoryMiB } = workload;
  if (sharedMemoryMiB !== undefined) return sharedMemoryMiB === 0 ? undefined : sharedMemoryMiB;
  const raw = workload.ecs.taskDefinition ?? {};
  const container = rawContainer(raw, workload.container);
  if (!needsSharedMemory(shape) || capacity.kind === "managed-instances") return undefined;
  if (workload.volumes.some(({ path }) => path === "/dev/shm") || hasItsOwn(raw, container)) return undefined;
  const size = Math.min(mostMiB, Math.floor(memoryOf(container, ownShare(workload, shape)) / 4));
  return size <= dockersMiB ? undefined : size;
}

/** The container's memory as the raw fields leave it. */
function memoryOf({ memory, memoryReservation }: Raw, share: Amounts): number {
  if (typeof memory === "number") return memory;
  if (memory === null && typeof memoryReservation === "number") return memoryReservation;
  return share.memoryMiB ?? 0;
}

/** Whether raw fields put something else at `/dev/shm`, or give the container the host's. */
function hasItsOwn({ ipcMode }: Raw, { mountPoints, linuxParameters }: Raw): boolean {
  const atShm = (list: unknown) =>
    Array.isArray(list) && list.some((each) => isRaw(each) && each["containerPath"] === "/dev/shm");
  return ipcMode === "host" || atShm(mountPoints) || (isRaw(linuxParameters) && atShm(linuxParameters["tmpfs"]));
}

function rawContainer({ containerDefinitions }: Raw, name: string): Raw {
  const all: readonly unknown[] = Array.isArray(containerDefinitions) ? containerDefinitions : [];
  return all.filter(isRaw).find((each) => each["name"] === name) ?? {};
}
