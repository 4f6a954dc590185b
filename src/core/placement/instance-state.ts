import { groupBy } from "../base/groups.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance, placedTasks } from "../cluster/snapshot.ts";
import { devicesIn } from "../catalog/device-set.ts";
import { claimsOn, type Claim } from "../devices/claims.ts";
import { neuronCount } from "../cluster/neuron-count.ts";
import { gpusOf, holdGpus, releaseGpus, takeGpus, type GpuState } from "../devices/gpus.ts";
import type { Task } from "../ecs-api/api.ts";
import { hostPortsOf, type HostPort } from "../ecs-api/host-ports.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { interfacesLeft } from "./interfaces-left.ts";

/** What is left on a container instance, and who is there: one instance of a cluster while tasks are placed on it. */
export interface InstanceState {
  readonly instance: ContainerInstance;
  readonly instanceType: string | undefined;
  /** Every task on it that is not STOPPED. */
  readonly tasks: readonly Task[];
  /** The definitions of the cluster's tasks, by ARN. */
  readonly definitions: ClusterSnapshot["taskDefinitions"];
  readonly claims: readonly Claim[];
  /** How many Neuron devices it has; undefined where the catalogue does not know its type. */
  readonly neuronDevices: number | undefined;
  cpu: number;
  memoryMiB: number;
  readonly tcpPorts: Set<number>;
  readonly udpPorts: Set<number>;
  gpus: readonly GpuState[];
  /** How many more tasks in awsvpc mode it has network interfaces for; undefined where that is not known. */
  interfacesLeft: number | undefined;
  /** How many tasks it has of each group, of those whose desired status is not STOPPED. */
  readonly groups: Map<string, number>;
  /** Neuron devices that tasks placed here, after the snapshot, hold. */
  readonly placedDevices: Set<number>;
  /** What these tasks are of, in messages. */
  readonly placing: "run" | "deployment";
}

/**
 * The rooms of a cluster in its own order. Each call makes new ones: placing tasks changes them, never the snapshot.
 */
export function instanceStatesOf(snapshot: ClusterSnapshot): readonly InstanceState[] {
  const claims = claimsOn(snapshot);
  const tasks = groupBy<Task, string>(placedTasks(snapshot), ({ containerInstanceArn }) => containerInstanceArn!);
  return snapshot.instances.map((instance) =>
    roomOf(instance, tasks.get(instance.arn) ?? [], claims.get(instance.arn) ?? [], snapshot.taskDefinitions),
  );
}

/** The room of an instance that nobody is known to be on: what ECS says remains. */
export function emptyInstanceState(instance: ContainerInstance): InstanceState {
  return roomOf(instance, [], [], {});
}

function roomOf(
  instance: ContainerInstance,
  tasks: readonly Task[],
  claims: readonly Claim[],
  definitions: ClusterSnapshot["taskDefinitions"],
): InstanceState {
  const { remaining } = instance;
  return {
    instance,
    instanceType: instanceTypeOf(instance),
    tasks,
    definitions,
    claims,
    neuronDevices: neuronCount(instance),
    cpu: remaining.cpu,
    memoryMiB: remaining.memoryMiB,
    tcpPorts: new Set(remaining.tcpPorts),
    udpPorts: new Set(remaining.udpPorts),
    gpus: gpusOf(instance, tasks, definitions),
    interfacesLeft: interfacesLeft(instance, tasks, definitions),
    groups: groupsOf(tasks),
    placedDevices: new Set(),
    placing: "run",
  };
}

function groupsOf(tasks: readonly Task[]): Map<string, number> {
  const groups = new Map<string, number>();
  for (const { desiredStatus, group } of tasks)
    if (group !== undefined && desiredStatus !== "STOPPED") groups.set(group, (groups.get(group) ?? 0) + 1);
  return groups;
}

/** The tasks on the instance that reserve the host port. */
export function holdersOf({ tasks, definitions }: InstanceState, wanted: HostPort): readonly Task[] {
  return tasks.filter(({ taskDefinitionArn, desiredStatus }) => {
    const definition = definitions[taskDefinitionArn];
    return (
      definition !== undefined &&
      desiredStatus !== "STOPPED" &&
      hostPortsOf(definition).some(({ port, protocol }) => port === wanted.port && protocol === wanted.protocol)
    );
  });
}

/**
 * Takes what a task needs out of the room; gives back the GPUs it gets.
 *
 * @param held The GPUs that it has already; unless given, those that it would get.
 */
export function occupy(
  instanceState: InstanceState,
  requirements: Requirements,
  held?: readonly string[],
): readonly string[] {
  const { cpu, memoryMiB, ports, locks, gpus, devices, group, networkMode } = requirements;
  instanceState.cpu -= cpu;
  instanceState.memoryMiB -= memoryMiB;
  for (const { port, protocol } of ports)
    (protocol === "udp" ? instanceState.udpPorts : instanceState.tcpPorts).add(port);
  for (const { port } of locks) instanceState.udpPorts.add(port);
  const given = held ?? takeGpus(instanceState.gpus, gpus)?.given ?? [];
  instanceState.gpus = holdGpus(instanceState.gpus, gpus, given);
  if (instanceState.interfacesLeft !== undefined && networkMode === "awsvpc") instanceState.interfacesLeft -= 1;
  instanceState.groups.set(group, (instanceState.groups.get(group) ?? 0) + 1);
  for (const device of devicesIn(devices, instanceState.neuronDevices ?? 0)) instanceState.placedDevices.add(device);
  return given;
}

/** Gives back what a task took by occupy, when it stops. */
export function vacate(instanceState: InstanceState, requirements: Requirements, given: readonly string[]): void {
  const { cpu, memoryMiB, ports, locks, gpus, devices, group, networkMode } = requirements;
  instanceState.cpu += cpu;
  instanceState.memoryMiB += memoryMiB;
  for (const { port, protocol } of ports)
    (protocol === "udp" ? instanceState.udpPorts : instanceState.tcpPorts).delete(port);
  for (const { port } of locks) instanceState.udpPorts.delete(port);
  instanceState.gpus = releaseGpus(instanceState.gpus, gpus, given);
  if (instanceState.interfacesLeft !== undefined && networkMode === "awsvpc") instanceState.interfacesLeft += 1;
  const left = (instanceState.groups.get(group) ?? 1) - 1;
  if (left === 0) instanceState.groups.delete(group);
  else instanceState.groups.set(group, left);
  for (const device of devicesIn(devices, instanceState.neuronDevices ?? 0)) instanceState.placedDevices.delete(device);
}

/** Rooms of their own, to try something in. */
export function copyInstanceStates(instanceStates: readonly InstanceState[]): readonly InstanceState[] {
  return instanceStates.map((instanceState) => ({
    ...instanceState,
    tcpPorts: new Set(instanceState.tcpPorts),
    udpPorts: new Set(instanceState.udpPorts),
    groups: new Map(instanceState.groups),
    placedDevices: new Set(instanceState.placedDevices),
  }));
}
