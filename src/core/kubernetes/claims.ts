/** The claims by which pods get their devices under Dynamic Resource Allocation. */
import { logicalCoreSize } from "../catalog/instance-types/neuron-cores.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { allocationOf, groupAttribute, isOfNvlink, spansUltraServer, type ClusterSettings } from "./allocation.ts";
import { deviceCount } from "./devices.ts";
import type { Manifest, Metadata } from "./manifest.ts";

/**
 * Which nodes Karpenter starts for pods with claims: https://karpenter.sh/docs/tasks/dra/ as of 2026-11, aws/karpenter-provider-aws
 * pkg/cloudprovider (NVIDIA GPUs and EFA alone); by default it leaves such pods out (kubernetes-sigs/karpenter @2266468,
 * scheduler.go). EKS's guide (device-management-neuron) has it serve Neuron's claims too, which Karpenter's page does not.
 */
export const karpenterAndClaims =
  "Karpenter starts no nodes for pods with claims but from 1.15 on with settings.enableDRA (feature gates DRANVIDIAGPU and " +
  "DRAEFA), and by its own page (https://karpenter.sh/docs/tasks/dra/) for NVIDIA GPUs and EFA alone; EKS's guide names " +
  "Neuron too. Nodes of a NodePool with spec.replicas start without them (feature gate StaticCapacity).";

/** The DRA driver's name, and its DeviceClass'. */
export const neuronDeviceClass = "neuron.aws.com";

/** What a pod claims: the name within the pod, and the template that its claim is made from. */
export type PodClaim = {
  readonly name: string;
  readonly resourceClaimTemplateName: string;
};

/** The claims of a pod of the workload; none where its devices are no claim. */
export function podClaims(
  workload: ResolvedWorkload,
  shape: Shape,
  name: string,
  settings: ClusterSettings,
): readonly PodClaim[] {
  if (allocationOf(workload, shape, settings) !== "dra") return [];
  return [
    { name: requestName(shape), resourceClaimTemplateName: `${name}-devices` },
    ...(spansNvlink(workload, shape) ? [{ name: channelName, resourceClaimTemplateName: channelTemplate(name) }] : []),
  ];
}

/** The resources that those claims are made from. */
export function claimManifests(
  workload: ResolvedWorkload,
  shape: Shape,
  metadata: Metadata,
  settings: ClusterSettings,
): readonly Manifest[] {
  if (allocationOf(workload, shape, settings) !== "dra") return [];
  const template: Manifest = {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaimTemplate",
    metadata: { ...metadata, name: `${metadata.name}-devices` },
    spec: { spec: { devices: devicesOf(workload, shape) } },
  };
  return spansNvlink(workload, shape) ? [template, computeDomain(workload, metadata)] : [template];
}

type Devices = Readonly<Record<string, unknown>>;

function devicesOf(workload: ResolvedWorkload, shape: Shape): Devices {
  if (shape.request.kind !== "neuron") return gpus(shape);
  return spansUltraServer(workload, shape) ? ultraServer(workload, shape) : neurons(workload, shape);
}

const channelName = "compute-domain";

function requestName({ request }: Shape): string {
  return request.kind === "neuron" ? "neurons" : "gpus";
}

/** So many devices of one node; a group that is connected where the driver publishes it. */
function neurons({ environment }: ResolvedWorkload, shape: Shape): Devices {
  const name = requestName(shape);
  const types = shape.instanceTypes.map(
    ({ instanceType }) => `device.attributes['${neuronDeviceClass}'].instanceType == '${instanceType}'`,
  );
  const group = groupAttribute(shape);
  // Trainium2 alone groups its cores (https://docs.aws.amazon.com/eks/latest/userguide/device-management-neuron.html).
  const grouping = shape.instanceTypes.every(({ family }) => family.startsWith("trn2"))
    ? { logicalNeuronCore: logicalCoreSize((variable) => environment[variable]) }
    : undefined;
  return {
    requests: [exactly(name, neuronDeviceClass, deviceCount(shape.request), types.join(" || "))],
    ...(group === undefined ? {} : { constraints: [{ requests: [name], matchAttribute: group }] }),
    ...(grouping === undefined ? {} : { config: [neuronConfig(name, "NeuronConfig", grouping)] }),
  };
}

/** One whole node of an UltraServer of so many (aws-neuron-sdk, deploy/eks/dra.rst, example 3). */
function ultraServer({ nodes }: ResolvedWorkload, shape: Shape): Devices {
  const name = requestName(shape);
  const node = `device.attributes['${neuronDeviceClass}'].resourceType == 'neuron_node'`;
  return {
    requests: [exactly(name, neuronDeviceClass, 1, node)],
    config: [neuronConfig(name, "UltraServerConfig", { ultraserverMode: nodes })],
  };
}

/** The label of nodes by the UltraServer that they are a set of; a replica has one of them to itself. */
export function ultraServerLabel({ nodes }: Pick<ResolvedWorkload, "nodes">): string {
  return `neuron.amazonaws.com/ultraserver-server-id-${nodes}`;
}

/** https://docs.aws.amazon.com/eks/latest/userguide/device-management-nvidia-dra-device-plugin.html */
function gpus(shape: Shape): Devices {
  return { requests: [exactly(requestName(shape), "gpu.nvidia.com", deviceCount(shape.request))] };
}

function spansNvlink({ nodes }: ResolvedWorkload, { instanceTypes }: Shape): boolean {
  return nodes > 1 && instanceTypes.some(isOfNvlink);
}

function channelTemplate(name: string): string {
  return `${name}-${channelName}`;
}

/**
 * The nodes of one NVLink domain, whose pods get a channel to each other's memory. One domain is one replica's.
 * https://docs.aws.amazon.com/eks/latest/userguide/ml-eks-nvidia-ultraserver.html
 */
function computeDomain({ nodes }: ResolvedWorkload, metadata: Metadata): Manifest {
  return {
    apiVersion: "resource.nvidia.com/v1beta1",
    kind: "ComputeDomain",
    metadata,
    spec: { numNodes: nodes, channel: { resourceClaimTemplate: { name: channelTemplate(metadata.name) } } },
  };
}

function exactly(name: string, deviceClassName: string, count: number, expression?: string): Devices {
  return {
    name,
    exactly: {
      deviceClassName,
      allocationMode: "ExactCount",
      count,
      ...(expression === undefined ? {} : { selectors: [{ cel: { expression } }] }),
    },
  };
}

function neuronConfig(name: string, kind: string, fields: Devices): Devices {
  return {
    requests: [name],
    opaque: { driver: neuronDeviceClass, parameters: { apiVersion: "neuron.aws.com/v1", kind, ...fields } },
  };
}
