/** What containers say, the workload's own and those beside it, with their defaults. */
import { present } from "../base/present.ts";
import { parseMemoryMiB } from "./fields.ts";
import type { BesideContainer, ResolvedHealth, ResolvedPort, Sidecar } from "./resolved.ts";
import type { Workload } from "./schema.ts";

type WrittenInit = NonNullable<Workload["init"]>[number];
type WrittenSidecar = NonNullable<Workload["sidecars"]>[number];

/** What a container beside the workload has where the file does not say. */
export const besideDefaults = { vcpu: 0.25, memoryMiB: 512 } as const;

export function resolvePorts(ports: Workload["ports"] = []): readonly ResolvedPort[] {
  return ports.map(({ container, host, protocol, name }) => ({
    container,
    ...present({ host }),
    protocol: protocol ?? "tcp",
    ...present({ name }),
  }));
}

export function resolveHealth({ path, port, startSeconds }: NonNullable<Workload["health"]>): ResolvedHealth {
  return { path, port, ...present({ startSeconds }) };
}

export function resolveBeside(container: WrittenInit): BesideContainer {
  const { name, image, entryPoint, command, environment = {}, secrets = {}, resources = {}, mounts = [] } = container;
  return {
    name,
    image,
    ...present({ entryPoint, command }),
    environment,
    secrets,
    vcpu: resources.cpu ?? besideDefaults.vcpu,
    memoryMiB: resources.memory === undefined ? besideDefaults.memoryMiB : parseMemoryMiB(resources.memory)!,
    mounts,
  };
}

export function resolveSidecar(container: WrittenSidecar): Sidecar {
  const { ports, health, devices } = container;
  return {
    ...resolveBeside(container),
    ports: resolvePorts(ports),
    ...(health === undefined ? {} : { health: resolveHealth(health) }),
    sharesDevices: devices === "shared",
  };
}
