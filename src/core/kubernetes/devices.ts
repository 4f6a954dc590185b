/** What a pod asks of a node's device plugins. */
import type { DeviceRequest, Shape } from "../workload/resolved.ts";
import type { Quantities, Toleration } from "./manifest.ts";

/**
 * https://awsdocs-neuron.readthedocs-hosted.com/en/latest/containers/kubernetes-getting-started.html;
 * `neurondevice` ended with Neuron 2.20.
 */
export const neuronResource = "aws.amazon.com/neuron";

/** https://docs.aws.amazon.com/eks/latest/userguide/device-management-nvidia.html */
export const nvidiaResource = "nvidia.com/gpu";

/** https://docs.aws.amazon.com/eks/latest/userguide/device-management-efa.html */
export const efaResource = "vpc.amazonaws.com/efa";

export const hugepagesResource = "hugepages-2Mi";

/**
 * What one pod of NCCL on EFA takes of the node's huge pages.
 * https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 */
const ncclHugepages = "5120Mi";

/** The resource that counts the devices of a request; undefined where there are none. */
export function deviceResource(request: DeviceRequest): string | undefined {
  if (request.kind === "none") return undefined;
  return request.kind === "neuron" ? neuronResource : nvidiaResource;
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
    default:
      return 0;
  }
}

/** Whether the pod takes every device of its node. */
export function takesWholeNode({ request }: Shape): boolean {
  return (request.kind === "neuron" || request.kind === "nvidia") && request.whole;
}

/** Limits of the pod's one accelerated container; the device plugins' resources have no requests of their own. */
export function deviceLimits({ request, efaInterfaces }: Pick<Shape, "request" | "efaInterfaces">): Quantities {
  const resource = deviceResource(request);
  return {
    ...(resource === undefined ? {} : { [resource]: String(deviceCount(request)) }),
    // Neuron's collectives need no huge pages, and none of Neuron's manifests asks for them.
    ...(efaInterfaces > 0 && resource !== neuronResource ? { [hugepagesResource]: ncclHugepages } : {}),
    ...(efaInterfaces > 0 ? { [efaResource]: String(efaInterfaces) } : {}),
  };
}

/** The taint that keeps pods without devices off a node with them: node groups set it, accelerated pods tolerate it. */
export function deviceTaint(
  request: Pick<DeviceRequest, "kind">,
): { readonly key: string; readonly effect: "NoSchedule" } | undefined {
  if (request.kind === "none") return undefined;
  return { key: request.kind === "neuron" ? neuronResource : nvidiaResource, effect: "NoSchedule" };
}

/** Whatever the taint's value. */
export function deviceTolerations(request: Pick<DeviceRequest, "kind">): readonly Toleration[] {
  const taint = deviceTaint(request);
  return taint === undefined ? [] : [{ key: taint.key, operator: "Exists", effect: taint.effect }];
}
