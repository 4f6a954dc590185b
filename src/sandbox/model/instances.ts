import { nameOfArn } from "../../core/ecs-api/arn.ts";
import { present } from "../../core/base/present.ts";
import { findInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import type { ClusterSnapshot, ContainerInstance, Resources } from "../../core/cluster/snapshot.ts";
import { mpsAgent, mpsAttribute } from "../../core/devices/gpu-need.ts";
import { gpusOf, holdGpus, toGpuDevices, type GpuState } from "../../core/devices/gpus.ts";
import { lockPortBaseTag } from "../../core/catalog/lock-ports.ts";
import { lockPortBaseOf, problemsOfLockPortBase } from "../../core/cluster/lock-port-base.ts";
import { neuronCount } from "../../core/cluster/neuron-count.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { sayWhatAgentCan } from "../../core/cluster/agent-attributes.ts";
import { emptyInstance } from "../../core/placement/empty-instance.ts";
import type { Requirements } from "../../core/ecs/requirements.ts";
import { currentImageFor } from "../machine-images.ts";
import { agentAttributes } from "./agent-attributes.ts";
import { zonesOf } from "./networks.ts";
import type { ClusterRecord, InstanceRecord, TaskRecord } from "./records.ts";
import type { World } from "./world.ts";

/** The agent that fresh instances run: a current one, which holds successors back and shares GPUs. */
export const agentVersion = mpsAgent;

type OfInstance = Partial<Pick<ContainerInstance, "ec2InstanceId" | "capacityProvider" | "attributes">> & {
  /** ECS_RESERVED_MEMORY. */
  readonly reservedMemoryMiB?: number;
};

/** Registers a fresh container instance; undefined where the catalogue has no such type. */
export function addInstance(
  world: World,
  cluster: ClusterRecord,
  instanceType: string,
  changes: OfInstance = {},
): InstanceRecord | undefined {
  const fresh = freshInstance(world, cluster, instanceType, changes);
  return fresh === undefined ? undefined : registerInstance(world, cluster, fresh);
}

/** What a fresh container instance of a type registers; undefined where the catalogue has no such type. */
export function freshInstance(
  world: World,
  cluster: ClusterRecord,
  instanceType: string,
  { reservedMemoryMiB = 0, ...changes }: OfInstance = {},
): ContainerInstance | undefined {
  const empty = emptyInstance(
    {
      cluster: cluster.name,
      observedAt: world.now(),
      tags: {},
      capacityProviders: [],
      instances: [],
      tasks: [],
      taskDefinitions: {},
    },
    instanceType,
    [],
  );
  if (empty === undefined) return undefined;
  const zones = zonesOf(world);
  const zone = zones[cluster.instances.size % zones.length]!;
  const { instance } = empty;
  const type = findInstanceType(instanceType)!;
  const { memoryMiB, architecture } = type;
  const resources = {
    ...instance.registered,
    memoryMiB: Math.max(0, Math.floor((memoryMiB * world.registeredMemoryPercent) / 100) - reservedMemoryMiB),
  };
  return {
    ...instance,
    arn: world.arn(`container-instance/${cluster.name}/${world.hex(32)}`),
    ec2InstanceId: `i-${world.hex(17)}`,
    agentVersion,
    registered: resources,
    remaining: resources,
    ...changes,
    attributes: {
      ...instance.attributes,
      "ecs.availability-zone": zone,
      "ecs.ami-id": currentImageFor(world.region, type) ?? `ami-${world.hex(17)}`,
      "ecs.cpu-architecture": architecture,
      ...(sharesGpus(instanceType) ? { [mpsAttribute]: "" } : {}),
      ...changes.attributes,
    },
  };
}

/** As the agent on a current GPU image has it: every instance with whole NVIDIA GPUs. */
function sharesGpus(instanceType: string): boolean {
  const accelerator = findInstanceType(instanceType)?.accelerator;
  return accelerator?.kind === "nvidia" && accelerator.fraction === undefined;
}

/** What does not say what its agent can has a current one. */
function withAgents(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return sayWhatAgentCan(attributes) ? attributes : { ...attributes, ...agentAttributes };
}

/** Takes a container instance into a cluster as a description shows it, without tasks. */
export function registerInstance(world: World, cluster: ClusterRecord, instance: ContainerInstance): InstanceRecord {
  const id = nameOfArn(instance.arn);
  const record: InstanceRecord = {
    arn: instance.arn,
    id,
    cluster,
    ec2InstanceId: instance.ec2InstanceId,
    status: instance.status === "DRAINING" ? "DRAINING" : "ACTIVE",
    agentConnected: instance.agentConnected,
    agentVersion: instance.agentVersion ?? agentVersion,
    capacityProvider: instance.capacityProvider,
    attributes: new Map(Object.entries(withAgents(instance.attributes))),
    registered: instance.registered,
    free: instance.remaining,
    freeGpus: gpusOf(instance, [], {}),
    healthStatus: instance.healthStatus,
    registeredAt: instance.registeredAt ?? world.now(),
    neuronDevices: neuronCount(instance) ?? 0,
    tags: [],
    tasks: new Set(),
    waiting: [],
  };
  cluster.instances.set(id, record);
  cluster.rooms = undefined;
  return record;
}

/** What remains: CPU, memory and ports count as free as soon as a task starts to stop. GPUs as well: not verified. */
export function remainingOf(instance: InstanceRecord): Resources {
  let { cpu, memoryMiB } = instance.free;
  const tcpPorts = new Set(instance.free.tcpPorts);
  const udpPorts = new Set(instance.free.udpPorts);
  for (const task of instance.tasks) {
    if (task.desiredStatus === "STOPPED") continue;
    cpu -= task.requirements.cpu;
    memoryMiB -= task.requirements.memoryMiB;
    for (const { port, protocol } of hostPortsOfRequirements(task.requirements))
      (protocol === "udp" ? udpPorts : tcpPorts).add(port);
  }
  const sorted = (ports: ReadonlySet<number>) => [...ports].sort((one, other) => one - other);
  // A GPU that is shared takes no whole-GPU task: that it does not count as remaining is not verified.
  const gpus = gpusNow(instance).filter(({ mode }) => mode === "IDLE");
  return { cpu, memoryMiB, tcpPorts: sorted(tcpPorts), udpPorts: sorted(udpPorts), gpus: gpus.map(({ id }) => id) };
}

/** The GPUs beside the tasks that are there and not on their way out. */
function gpusNow(instance: InstanceRecord): readonly GpuState[] {
  return [...instance.tasks]
    .filter(({ desiredStatus }) => desiredStatus !== "STOPPED")
    .reduce((gpus, task) => holdGpus(gpus, task.requirements.gpus, task.gpus), instance.freeGpus);
}

/** Every static host port, locks among them. */
export function hostPortsOfRequirements({
  ports,
  locks,
}: Requirements): readonly { readonly port: number; readonly protocol: "tcp" | "udp" }[] {
  return [...ports, ...locks.map(({ port }) => ({ port, protocol: "udp" as const }))];
}

/** The instance as ECS describes it. */
export function describeInstance(instance: InstanceRecord): ContainerInstance {
  const tasks = [...instance.tasks];
  const gpus = gpusNow(instance);
  // "This field is present only for container instances that support GPU sharing."
  const shares = instance.attributes.has(mpsAttribute) && gpus.every(({ totalMiB }) => totalMiB !== undefined);
  return {
    arn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    status: instance.status,
    agentConnected: instance.agentConnected,
    agentVersion: instance.agentVersion,
    ...present({ capacityProvider: instance.capacityProvider }),
    registeredAt: instance.registeredAt,
    attributes: Object.fromEntries(instance.attributes),
    registered: instance.registered,
    remaining: remainingOf(instance),
    ...(shares ? { gpuDevices: toGpuDevices(gpus) } : {}),
    ...present({ healthStatus: instance.healthStatus }),
    runningTasksCount: tasks.filter((task) => task.lastStatus === "RUNNING").length,
    pendingTasksCount: tasks.filter((task) => isPending(task)).length,
  };
}

/** PENDING, or on the way there. */
export function isPending({ lastStatus, desiredStatus }: TaskRecord): boolean {
  return (
    desiredStatus === "RUNNING" &&
    (lastStatus === "PROVISIONING" || lastStatus === "PENDING" || lastStatus === "ACTIVATING")
  );
}

/** Some instances of the cluster and their tasks, as core/placement reads them. */
export function snapshotOf(world: World, cluster: ClusterRecord, some: Iterable<InstanceRecord>): ClusterSnapshot {
  const instances = [...some];
  const tasks = instances.flatMap((instance) => [...instance.tasks]);
  return {
    cluster: cluster.name,
    clusterArn: cluster.arn,
    region: world.region,
    observedAt: world.now(),
    tags: legalTagsOf(cluster),
    capacityProviders: cluster.capacityProviders,
    instances: instances.map(describeInstance),
    tasks: tasks.map(toTask),
    taskDefinitions: Object.fromEntries(tasks.map(({ definition }) => [definition.taskDefinitionArn, definition])),
  };
}

/** The base of the cluster's lock ports. */
export function lockBaseOf(cluster: ClusterRecord): number {
  return lockPortBaseOf(legalTagsOf(cluster));
}

/** A base that is none is aiplat's to refuse: ECS takes any tag. */
function legalTagsOf({ tags }: ClusterRecord): Readonly<Record<string, string>> {
  const all = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  if (problemsOfLockPortBase(all).length === 0) return all;
  const { [lockPortBaseTag]: _, ...others } = all;
  return others;
}

function toTask({ arn, definition, instance, group, lastStatus, desiredStatus, overrides }: TaskRecord): Task {
  return {
    taskArn: arn,
    taskDefinitionArn: definition.taskDefinitionArn,
    ...(instance === undefined ? {} : { containerInstanceArn: instance.arn }),
    group,
    lastStatus,
    desiredStatus,
    containers: [],
    overrides,
  };
}
