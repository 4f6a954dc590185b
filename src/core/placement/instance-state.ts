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
  // Lists and maps are replaced, never changed: most machines of a large cluster share theirs with the snapshot.
  tcpPorts: readonly number[];
  udpPorts: readonly number[];
  gpus: readonly GpuState[];
  /** How many more tasks in awsvpc mode it has network interfaces for; undefined where that is not known. */
  interfacesLeft: number | undefined;
  /** How many tasks it has of each group, of those whose desired status is not STOPPED. */
  groups: ReadonlyMap<string, number>;
  /** Neuron devices that tasks placed here, after the snapshot, hold. */
  placedDevices: readonly number[];
  /** What these tasks are of, in messages. */
  readonly placing: "run" | "deployment";
}

const nobody: ReadonlyMap<string, number> = new Map();
const none: readonly never[] = [];

/**
 * The rooms of a cluster in its own order. Each call makes new ones: placing tasks changes them, never the snapshot.
 *
 * @param placing What the tasks are of that are to be placed.
 */
export function instanceStatesOf(
  snapshot: ClusterSnapshot,
  placing: InstanceState["placing"] = "run",
): readonly InstanceState[] {
  const claims = claimsOn(snapshot);
  const tasks = groupBy<Task, string>(placedTasks(snapshot), ({ containerInstanceArn }) => containerInstanceArn!);
  return snapshot.instances.map((instance) =>
    roomOf(
      instance,
      tasks.get(instance.arn) ?? none,
      claims.get(instance.arn) ?? none,
      snapshot.taskDefinitions,
      placing,
    ),
  );
}

/** The room of an instance that nobody is known to be on: what ECS says remains. */
export function emptyInstanceState(instance: ContainerInstance): InstanceState {
  return roomOf(instance, none, none, {}, "run");
}

function roomOf(
  instance: ContainerInstance,
  tasks: readonly Task[],
  claims: readonly Claim[],
  definitions: ClusterSnapshot["taskDefinitions"],
  placing: InstanceState["placing"],
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
    tcpPorts: remaining.tcpPorts,
    udpPorts: remaining.udpPorts,
    gpus: gpusOf(instance, tasks, definitions),
    interfacesLeft: interfacesLeft(instance, tasks, definitions),
    groups: groupsOf(tasks),
    placedDevices: none,
    placing,
  };
}

function groupsOf(tasks: readonly Task[]): ReadonlyMap<string, number> {
  if (tasks.length === 0) return nobody;
  const groups = new Map<string, number>();
  for (const { desiredStatus, group } of tasks)
    if (group !== undefined && desiredStatus !== "STOPPED") groups.set(group, (groups.get(group) ?? 0) + 1);
  return groups;
}

/** How many tasks of a group the instance has. A large plan asks mostly where there is none. */
export function tasksIn({ groups }: InstanceState, group: string): number {
  return groups.size === 0 ? 0 : (groups.get(group) ?? 0);
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
  const { cpu, memoryMiB, gpus, devices, group, networkMode } = requirements;
  instanceState.cpu -= cpu;
  instanceState.memoryMiB -= memoryMiB;
  instanceState.tcpPorts = union(instanceState.tcpPorts, reservedPorts(requirements, "tcp"));
  instanceState.udpPorts = union(instanceState.udpPorts, reservedPorts(requirements, "udp"));
  const given = held ?? takeGpus(instanceState.gpus, gpus)?.given ?? [];
  instanceState.gpus = holdGpus(instanceState.gpus, gpus, given);
  if (instanceState.interfacesLeft !== undefined && networkMode === "awsvpc") instanceState.interfacesLeft -= 1;
  instanceState.groups = new Map(instanceState.groups).set(group, (instanceState.groups.get(group) ?? 0) + 1);
  instanceState.placedDevices = union(
    instanceState.placedDevices,
    devicesIn(devices, instanceState.neuronDevices ?? 0),
  );
  return given;
}

/** Gives back what a task took by occupy, when it stops. */
export function vacate(instanceState: InstanceState, requirements: Requirements, given: readonly string[]): void {
  const { cpu, memoryMiB, gpus, devices, group, networkMode } = requirements;
  instanceState.cpu += cpu;
  instanceState.memoryMiB += memoryMiB;
  instanceState.tcpPorts = without(instanceState.tcpPorts, reservedPorts(requirements, "tcp"));
  instanceState.udpPorts = without(instanceState.udpPorts, reservedPorts(requirements, "udp"));
  instanceState.gpus = releaseGpus(instanceState.gpus, gpus, given);
  if (instanceState.interfacesLeft !== undefined && networkMode === "awsvpc") instanceState.interfacesLeft += 1;
  const groups = new Map(instanceState.groups);
  const left = (groups.get(group) ?? 1) - 1;
  if (left === 0) groups.delete(group);
  else groups.set(group, left);
  instanceState.groups = groups;
  instanceState.placedDevices = without(
    instanceState.placedDevices,
    devicesIn(devices, instanceState.neuronDevices ?? 0),
  );
}

function reservedPorts({ ports, locks }: Requirements, wanted: HostPort["protocol"]): readonly number[] {
  const reserved: number[] = [];
  for (const { port, protocol } of ports) if (protocol === wanted) reserved.push(port);
  if (wanted === "udp") for (const { port } of locks) reserved.push(port);
  return reserved;
}

function union(known: readonly number[], more: readonly number[]): readonly number[] {
  return more.length === 0 ? known : [...new Set([...known, ...more])];
}

function without(known: readonly number[], gone: readonly number[]): readonly number[] {
  return gone.length === 0 ? known : known.filter((each) => !gone.includes(each));
}

/** Rooms of their own, to try something in. */
export function copyInstanceStates(instanceStates: readonly InstanceState[]): readonly InstanceState[] {
  return instanceStates.map((instanceState) => ({ ...instanceState }));
}
