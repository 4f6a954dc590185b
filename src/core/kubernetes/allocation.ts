/**
 * What hands a pod its devices: the device plugin, the Neuron scheduler extension beside it, or Dynamic Resource
 * Allocation. A cluster has one of them for its Neuron devices, and no version says which: "the two mechanisms cannot
 * coexist on the same node. Doing so can cause silent oversubscription of the underlying devices"
 * (https://docs.aws.amazon.com/eks/latest/userguide/device-management-neuron.html).
 */
import { counted } from "../base/counted.ts";
import { compareVersions } from "../base/version.ts";
import { listOr, problem, settingProblem, warning, type Problem } from "../base/problem.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { DeviceRequest, ResolvedWorkload, ResourceRequest, Shape } from "../workload/resolved.ts";
import { deviceKind, hamiResources } from "./devices.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { offeredBy } from "./node-resources.ts";

export const neuronSchedulers = ["extension", "dra"] as const;
export type NeuronScheduler = (typeof neuronSchedulers)[number];

export interface ClusterSettings {
  /** As `1.34`. */
  readonly kubernetesVersion?: string;
  /** What allocates the cluster's Neuron devices; by default the device plugin, with the extension for parts. */
  readonly neuronScheduler?: NeuronScheduler;
  /** The availability zone that every pod with devices goes to. */
  readonly zone?: string;
}

/**
 * The name of the second scheduler that the chart of the extension installs: EKS
 * does not let the default one be changed.
 */
export const extensionScheduler = "my-scheduler";

/** Nodes whose NVLink spans machines: their GPUs are claimed. */
const nvlinkFamily = "p6e-gb200";
/** Neuron's machines that NeuronLink joins to an UltraServer. */
const ultraServerFamily = "trn2u";
/** "trn2u.48xlarge instances can be allocated in set of 1, 2, or 4" (aws-neuron-sdk, deploy/eks/dra.rst). */
const ultraServerSets = [2, 4];

/** What HAMi's chart calls its scheduler (Project-HAMi/HAMi @4707fb02, charts/hami/values.yaml). */
export const hamiScheduler = "hami-scheduler";

/** The scheduler that places the pods, where it is not Kubernetes' own. */
export function schedulerOf(
  workload: Pick<ResolvedWorkload, "nodes" | "environment">,
  shape: Shape,
  settings: ClusterSettings,
): string | undefined {
  if (shape.request.kind === "resource" && usesHami(shape.request)) return hamiScheduler;
  return allocationOf(workload, shape, settings) === "extension" ? extensionScheduler : undefined;
}

function usesHami({ resource, hami }: ResourceRequest): boolean {
  return hami !== undefined || Object.values<string>(hamiResources).includes(resource);
}

/** Whether the pod has all that a node of each of its types offers of the resource. */
function takesAll(workload: Pick<ResolvedWorkload, "environment">, { request, instanceTypes }: Shape): boolean {
  return (
    request.kind === "resource" &&
    instanceTypes.length > 0 &&
    instanceTypes.every((type) => offeredBy(type, request, workload) === request.count)
  );
}

/** How the pod gets its devices. */
export function allocationOf(
  workload: Pick<ResolvedWorkload, "nodes" | "environment">,
  shape: Shape,
  { neuronScheduler }: ClusterSettings,
): "plugin" | NeuronScheduler {
  const { request, instanceTypes } = shape;
  if (request.kind === "nvidia" && instanceTypes.some(isOfNvlink)) return "dra";
  // The extension chooses neighbouring cores too; what a node has of a resource is not always known.
  if (request.kind === "resource")
    return deviceKind(shape) === "neuron" && request.count > 1 && !takesAll(workload, shape) ? "extension" : "plugin";
  if (request.kind !== "neuron") return "plugin";
  // Where DRA is asked for, every claim goes through it; nothing else knows an UltraServer.
  if (neuronScheduler === "dra" || spansUltraServer(workload, shape)) return "dra";
  // "Pods that request more than one Neuron core or device" and not all need it (deploy/infrastructure/scheduler.rst).
  return !request.whole && request.devices > 1 ? "extension" : "plugin";
}

/** Whether the pods are the nodes of one UltraServer, over which NeuronLink joins their devices. */
export function spansUltraServer({ nodes }: Pick<ResolvedWorkload, "nodes">, { instanceTypes }: Shape): boolean {
  return nodes > 1 && instanceTypes.some(({ family }) => family === ultraServerFamily);
}

export function isOfNvlink({ family }: InstanceType): boolean {
  return family === nvlinkFamily;
}

const typesPath = ["accelerator", "instanceTypes"];

/** What DRA needs of the cluster's version. */
export const draVersions = { neuron: "1.34", nvidia: "1.33" } as const;

/** Why the devices cannot be allocated as asked for, or as the machines demand. */
export function allocationProblems(
  workload: ResolvedWorkload,
  shape: Shape,
  settings: ClusterSettings,
  kind: Pick<KindDefinition, "kind" | "exclusiveTopology">,
): readonly Problem[] {
  return [
    ...(allocationOf(workload, shape, settings) === "dra" ? draProblems(shape, settings) : []),
    ...(shape.request.kind === "resource" ? resourceProblems(shape, shape.request, settings) : []),
    ...(workload.nodes > 1 && workload.replicas > 1 && shape.instanceTypes.some(isOfNvlink)
      ? [
          problem(
            "nvlink-replicas",
            ["replicas"],
            `replicas is ${workload.replicas}: one ComputeDomain joins the nodes of one replica`,
            "Write a workload for each replica.",
          ),
        ]
      : []),
    ...(spansUltraServer(workload, shape) ? ultraServerProblems(workload, shape, settings, kind) : []),
  ];
}

/** Claims are of whole devices, and what a device plugin offers is no claim. */
function resourceProblems(
  shape: Shape,
  { resource }: ResourceRequest,
  { neuronScheduler }: ClusterSettings,
): readonly Problem[] {
  const nvlink = shape.instanceTypes.filter(isOfNvlink);
  return [
    ...(neuronScheduler === "dra" && deviceKind(shape) === "neuron"
      ? [
          settingProblem(
            "dra-resource",
            `${resource} is the Neuron device plugin's, which does not run beside the DRA driver`,
            "Use --neuron-scheduler extension, or accelerator: { instanceTypes, devicesPerReplica } for claims.",
          ),
        ]
      : []),
    ...(nvlink.length === 0
      ? []
      : [
          problem(
            "dra-resource",
            ["accelerator", "resource"],
            `the GPUs of ${listOr(namesOf(nvlink), "and")} are claimed by DRA, and ${resource} is a device plugin's`,
            "Leave accelerator.resource out for them.",
          ),
        ]),
  ];
}

/** Those of the types whose Neuron devices the DRA driver does not give out, as a sentence; undefined where it does all. */
export function notServedByDra(types: readonly InstanceType[]): string | undefined {
  const unserved = types.filter(({ family }) => family === "inf1");
  return unserved.length === 0
    ? undefined
    : `the Neuron DRA driver does not serve ${listOr(namesOf(unserved), "and")}: it serves Trainium and Inferentia2`;
}

function draProblems({ request, instanceTypes }: Shape, { kubernetesVersion }: ClusterSettings): readonly Problem[] {
  const needs = request.kind === "neuron" ? draVersions.neuron : draVersions.nvidia;
  const unserved = request.kind === "neuron" ? notServedByDra(instanceTypes) : undefined;
  return [
    ...(kubernetesVersion !== undefined && compareVersions(kubernetesVersion, needs) < 0
      ? [
          settingProblem(
            "dra-version",
            `the ${request.kind === "neuron" ? "Neuron" : "NVIDIA"} DRA driver needs Kubernetes ${needs}, and the cluster's is ${kubernetesVersion}`,
            request.kind === "neuron" ? "Use --neuron-scheduler extension." : "Upgrade the cluster.",
          ),
        ]
      : []),
    ...(unserved === undefined ? [] : [problem("dra-type", typesPath, unserved, "Use --neuron-scheduler extension.")]),
  ];
}

/** NeuronLink joins whole machines, two or four of them, and their pods have to be on one UltraServer. */
function ultraServerProblems(
  { nodes }: ResolvedWorkload,
  { request, instanceTypes }: Shape,
  settings: ClusterSettings,
  { kind, exclusiveTopology }: Pick<KindDefinition, "kind" | "exclusiveTopology">,
): readonly Problem[] {
  const names = listOr(namesOf(instanceTypes), "and");
  return [
    ...(settings.neuronScheduler === "extension"
      ? [
          settingProblem(
            "ultraserver-claim",
            `${nodes} nodes of ${names} are one UltraServer, which is claimed by DRA`,
            "Leave --neuron-scheduler out, and have the DRA driver on nodes without the Neuron device plugin.",
          ),
        ]
      : []),
    ...(ultraServerSets.includes(nodes)
      ? []
      : [
          problem(
            "ultraserver-nodes",
            ["nodes"],
            `nodes is ${nodes}, and the machines of an UltraServer are taken one, two or four at a time`,
            `Write nodes: ${nodes === 3 ? 4 : ultraServerSets.at(-1)!}, and replicas for several UltraServers.`,
          ),
        ]),
    ...(request.kind === "neuron" && request.whole ? [] : [partOfUltraServer(request)]),
    ...(exclusiveTopology === undefined
      ? [
          settingProblem(
            "ultraserver-kind",
            `${kind} cannot keep ${nodes} nodes of ${names} on one UltraServer`,
            "Use --as JobSet for a job, --as LeaderWorkerSet for a service.",
          ),
        ]
      : []),
  ];
}

function partOfUltraServer(request: DeviceRequest): Problem {
  const key = request.kind === "resource" ? "resource" : "devicesPerReplica";
  const asked =
    request.kind === "resource"
      ? `${request.count} ${request.resource}`
      : counted(request.kind === "neuron" ? request.devices : 0, "device");
  return problem(
    "ultraserver-part",
    ["accelerator", key],
    `${asked} of each node: the nodes of an UltraServer are taken whole`,
    `Leave accelerator.${key} out.`,
  );
}

/** Where the sources disagree on what the Neuron DRA driver serves, or name no group of the size. */
export function allocationWarnings(
  workload: ResolvedWorkload,
  shape: Shape,
  settings: ClusterSettings,
): readonly Problem[] {
  const { request, instanceTypes } = shape;
  if (request.kind !== "neuron" || allocationOf(workload, shape, settings) !== "dra") return [];
  const disputed = instanceTypes.filter(({ instanceType }) => !/^trn2u?\.48xlarge$/.test(instanceType));
  const ungrouped = request.devices > 1 && !request.whole && groupAttribute(shape) === undefined;
  return [
    ...(disputed.length === 0
      ? []
      : [
          warning(
            "dra-disputed",
            typesPath,
            `EKS's guide has the Neuron DRA driver serve Trainium and Inferentia2, Neuron's own page names trn2.48xlarge alone, and not ${listOr(namesOf(disputed), "or")}`,
            "Try it on one node first, or use --neuron-scheduler extension.",
          ),
        ]),
    ...(ungrouped
      ? [
          warning(
            "dra-ungrouped",
            ["accelerator", "devicesPerReplica"],
            `the Neuron DRA driver publishes no groups of ${request.devices} devices on ${listOr(namesOf(instanceTypes), "and")}: the claim may get devices that are not neighbours`,
            "Ask for one device or all of them, or use --neuron-scheduler extension.",
          ),
        ]
      : []),
  ];
}

/** The attribute that devices of a connected group share; undefined where the driver publishes none of the size. */
export function groupAttribute({ request, instanceTypes }: Shape): string | undefined {
  if (request.kind !== "neuron") return undefined;
  // "These attributes are only populated for Neuron instances that are EFA-enabled" (deploy/eks/dra.rst).
  const published = instanceTypes.every(({ efaInterfaces }) => (efaInterfaces ?? 0) > 0);
  return published && [4, 8, 16].includes(request.devices)
    ? `resource.aws.com/devicegroup${request.devices}_id`
    : undefined;
}

function namesOf(types: readonly InstanceType[]): readonly string[] {
  return types.map(({ instanceType }) => instanceType);
}
