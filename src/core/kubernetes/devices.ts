/** What a pod asks of a node's device plugins. */
import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { DeviceRequest, ResourceRequest, Shape } from "../workload/resolved.ts";
import type { Quantities, Toleration } from "./manifest.ts";

/**
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/eks/setup.html;
 * `neurondevice` ended with Neuron 2.20.
 */
export const neuronResource = "aws.amazon.com/neuron";

/** Gone since Neuron 2.20. https://awsdocs-neuron.readthedocs-hosted.com/en/latest/release-notes/ */
export const removedNeuronResource = "aws.amazon.com/neurondevice";

/** https://docs.aws.amazon.com/eks/latest/userguide/device-management-nvidia.html */
export const nvidiaResource = "nvidia.com/gpu";

/** A core of a Neuron device. */
export const neuronCoreResource = "aws.amazon.com/neuroncore";

/** What HAMi's scheduler counts beside GPUs: MiB and percent of each (Project-HAMi/HAMi @4707fb02, charts/hami/values.yaml). */
export const hamiResources = { memory: "nvidia.com/gpumem", compute: "nvidia.com/gpucores" } as const;

/** https://docs.aws.amazon.com/eks/latest/userguide/device-management-efa.html */
export const efaResource = "vpc.amazonaws.com/efa";

export const hugepagesResource = "hugepages-2Mi";

/**
 * What one pod of NCCL on EFA takes of the node's huge pages; of the smallest machines, all that they have.
 * https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 */
const ncclHugepagesMiB = 5120;

/**
 * Huge pages that the host sets aside where EFA is attached: two endpoints of 110 MiB a core
 * (bottlerocket-os/bottlerocket-core-kit, sources/api/corndog; the EFA installer computes the same).
 */
export function hugepagesMiB({ vcpus, efaInterfaces }: InstanceType): number {
  return efaInterfaces === null || efaInterfaces > 0 ? vcpus * 220 : 0;
}

/** The resource that counts the devices of a request; undefined where there are none. */
export function deviceResource(request: DeviceRequest): string | undefined {
  if (request.kind === "none") return undefined;
  if (request.kind === "resource") return request.resource;
  return request.kind === "neuron" ? neuronResource : nvidiaResource;
}

/** Whose devices a pod gets, or parts of them; undefined where there are none, or nothing says whose. */
export function deviceKind({
  request,
  instanceTypes,
}: Pick<Shape, "request" | "instanceTypes">): "neuron" | "nvidia" | undefined {
  if (request.kind === "none") return undefined;
  if (request.kind !== "resource") return request.kind === "neuron" ? "neuron" : "nvidia";
  if (request.resource.startsWith("nvidia.com/")) return "nvidia";
  if (request.resource === neuronResource || request.resource === neuronCoreResource) return "neuron";
  const kind = instanceTypes[0]?.accelerator.kind;
  return kind === "neuron" || kind === "nvidia" ? kind : undefined;
}

/** Devices of one pod: a fractional type's part of a GPU is one device of its node. */
export function deviceCount(request: DeviceRequest): number {
  switch (request.kind) {
    case "neuron":
      return request.devices;
    case "nvidia":
      return request.gpus;
    case "nvidia-fraction":
      return 1;
    case "resource":
      return request.count;
    default:
      return 0;
  }
}

/** Whether the pod takes every device of its node. */
export function takesWholeNode({ request }: Shape): boolean {
  return (request.kind === "neuron" || request.kind === "nvidia") && request.whole;
}

/** Limits of the pod's one accelerated container; the device plugins' resources have no requests of their own. */
export function deviceLimits({
  request,
  efaInterfaces,
  instanceTypes,
}: Pick<Shape, "request" | "efaInterfaces" | "instanceTypes">): Quantities {
  const resource = deviceResource(request);
  return {
    ...(resource === undefined ? {} : { [resource]: String(deviceCount(request)) }),
    ...(request.kind === "resource" ? hamiLimits(request) : {}),
    // Neuron's collectives need no huge pages, and none of Neuron's manifests asks for them.
    ...(efaInterfaces > 0 && deviceKind({ request, instanceTypes }) !== "neuron"
      ? { [hugepagesResource]: `${Math.min(ncclHugepagesMiB, ...instanceTypes.map(hugepagesMiB))}Mi` }
      : {}),
    ...(efaInterfaces > 0 ? { [efaResource]: String(efaInterfaces) } : {}),
  };
}

function hamiLimits({ hami = {} }: ResourceRequest): Quantities {
  const { memoryMiB, maxComputePercent } = hami;
  return present({
    [hamiResources.memory]: memoryMiB === undefined ? undefined : String(memoryMiB),
    [hamiResources.compute]: maxComputePercent === undefined ? undefined : String(maxComputePercent),
  }) as Quantities;
}

/** The taint that keeps pods without devices off a node with them: node groups set it, accelerated pods tolerate it. */
export function deviceTaint(
  shape: Pick<Shape, "request" | "instanceTypes">,
): { readonly key: string; readonly effect: "NoSchedule" } | undefined {
  const kind = deviceKind(shape);
  if (kind === undefined) return undefined;
  return { key: kind === "neuron" ? neuronResource : nvidiaResource, effect: "NoSchedule" };
}

/** Whatever the taint's value. */
export function deviceTolerations(shape: Pick<Shape, "request" | "instanceTypes">): readonly Toleration[] {
  const taint = deviceTaint(shape);
  return taint === undefined ? [] : [{ key: taint.key, operator: "Exists", effect: taint.effect }];
}
