/** How much of what a pod requests a node of a type has. */
import { migProfilesOf } from "../catalog/mig-profiles.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { coresPerDevice, logicalCoreSize } from "../catalog/instance-types/neuron-cores.ts";
import type { DeviceRequest, ResolvedWorkload, ResourceRequest } from "../workload/resolved.ts";
import {
  deviceCount,
  deviceResource,
  hamiResources,
  neuronCoreResource,
  neuronResource,
  nvidiaResource,
} from "./devices.ts";
import type { Quantities } from "./manifest.ts";

/** HAMi's deviceSplitCount: so many containers share a GPU at most (Project-HAMi/HAMi @4707fb02, charts/hami/values.yaml). */
const hamiSplits = 10;
/** What NVIDIA's device plugin calls a shared resource, with renameByDefault. */
export const sharedSuffix = ".shared";

export const migPrefix = "nvidia.com/mig-";

/** The resource of a MIG profile: `nvidia.com/mig-1g.10gb.me` of `1g.10gb+me`. */
export function migResource(profile: string): string {
  return `${migPrefix}${profile.replace("+", ".")}`;
}

/** The resource that is shared: `nvidia.com/gpu` of `nvidia.com/gpu.shared`. */
export function unsharedResource(resource: string): string {
  return resource.endsWith(sharedSuffix) ? resource.slice(0, -sharedSuffix.length) : resource;
}

/**
 * How many of the resource a node of the type offers: `unsaid` where that is the node's own setting, and nothing says it;
 * undefined where the type is not known to offer it.
 */
export function offeredBy(
  type: InstanceType,
  request: ResourceRequest,
  { environment }: Pick<ResolvedWorkload, "environment">,
): number | "unsaid" | undefined {
  const { kind, count } = type.accelerator;
  const { resource, sharing, hami } = request;
  if (kind === "neuron") {
    if (resource === neuronResource) return count;
    const cores = coresPerDevice(
      type,
      logicalCoreSize((name) => environment[name]),
    );
    return resource === neuronCoreResource && cores !== undefined ? count * cores : undefined;
  }
  const whole = partsOfGpu(type, unsharedResource(resource));
  if (kind !== "nvidia" || whole === undefined) return undefined;
  if (hami !== undefined) return count * hamiSplits;
  if (sharing === undefined && resource.endsWith(sharedSuffix)) return "unsaid";
  return count * whole * (sharing?.replicas ?? 1);
}

function partsOfGpu(type: InstanceType, resource: string): number | undefined {
  if (resource === nvidiaResource) return 1;
  return Object.entries(migProfilesOf(type)).find(([profile]) => migResource(profile) === resource)?.[1];
}

/** The part of a node that a pod has of its devices, as numerator and denominator; undefined where nothing says it. */
export function partOfDevices(
  type: InstanceType,
  request: DeviceRequest,
  workload: Pick<ResolvedWorkload, "environment">,
): readonly [number, number] | undefined {
  const { count, memoryMiBPerDevice } = type.accelerator;
  if (request.kind !== "resource") return [deviceCount(request), count];
  const { hami } = request;
  if (hami?.memoryMiB !== undefined) return [request.count * hami.memoryMiB, count * memoryMiBPerDevice];
  if (hami !== undefined) return [request.count * (hami.maxComputePercent ?? 100), count * 100];
  const offered = offeredBy(type, request, workload);
  return typeof offered === "number" ? [request.count, offered] : undefined;
}

/** What a node of the type has of all that the pod requests of its devices; undefined where nothing says how much. */
export function nodeQuantities(
  type: InstanceType,
  request: DeviceRequest,
  workload: Pick<ResolvedWorkload, "environment">,
): Quantities | undefined {
  const { count, memoryMiBPerDevice } = type.accelerator;
  const resource = deviceResource(request);
  if (resource === undefined) return {};
  if (request.kind !== "resource") return { [resource]: String(count) };
  const offered = offeredBy(type, request, workload);
  if (typeof offered !== "number") return undefined;
  const { hami = {} } = request;
  return {
    [resource]: String(offered),
    ...(hami.memoryMiB === undefined ? {} : { [hamiResources.memory]: String(count * memoryMiBPerDevice) }),
    ...(hami.maxComputePercent === undefined ? {} : { [hamiResources.compute]: String(count * 100) }),
  };
}
