/** Records as ECS's API answers them: seconds for times, and no key without a value. */
import { describeInstance, isPending } from "../model/instances.ts";
import type { ClusterRecord, ContainerRecord, InstanceRecord, RawRecord, TaskRecord } from "../model/records.ts";
import { healthCheckOf } from "../model/lifecycle.ts";
import { withOverrides } from "../../core/ecs-api/overrides.ts";
import { findInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import type { DefinitionRecord } from "../model/world.ts";
import type { InstanceHealth, Resources } from "../../core/cluster/snapshot.ts";

/** Seconds since the epoch, as AWS's JSON protocol has times. */
export function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

export function clusterAnswer(cluster: ClusterRecord, include: readonly string[]): RawRecord {
  const tasks = [...cluster.tasks.values()];
  const instances = [...cluster.instances.values()];
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: instances.filter(({ status }) => status !== "INACTIVE").length,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pendingTasksCount: tasks.filter(isPending).length,
    activeServicesCount: [...cluster.services.values()].filter(({ status }) => status === "ACTIVE").length,
    statistics: include.includes("STATISTICS") ? statistics(cluster) : [],
    tags: include.includes("TAGS") ? cluster.tags : [],
    settings: include.includes("SETTINGS") ? cluster.settings : [],
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultStrategy,
    ...(include.includes("CONFIGURATIONS") && cluster.configuration !== undefined
      ? { configuration: cluster.configuration }
      : {}),
  };
}

function statistics(cluster: ClusterRecord): readonly RawRecord[] {
  const tasks = [...cluster.tasks.values()];
  const services = [...cluster.services.values()].filter(({ status }) => status !== "INACTIVE");
  return [
    { name: "runningEC2TasksCount", value: String(tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length) },
    { name: "pendingEC2TasksCount", value: String(tasks.filter(isPending).length) },
    { name: "activeEC2ServiceCount", value: String(services.filter(({ status }) => status === "ACTIVE").length) },
    { name: "drainingEC2ServiceCount", value: String(services.filter(({ status }) => status === "DRAINING").length) },
  ];
}

export function instanceAnswer(instance: InstanceRecord, include: readonly string[] = []): RawRecord {
  const described = describeInstance(instance);
  const { registered, remaining, gpuDevices, runningTasksCount, pendingTasksCount } = described;
  return present({
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    capacityProviderName: instance.capacityProvider,
    version: 1,
    versionInfo: {
      agentVersion: instance.agentVersion,
      agentHash: "0".repeat(8),
      dockerVersion: "DockerVersion: 25.0.14",
    },
    remainingResources: resources(remaining),
    registeredResources: resources(registered),
    status: instance.status,
    agentConnected: instance.agentConnected,
    runningTasksCount,
    pendingTasksCount,
    attributes: [...instance.attributes].map(([name, value]) => (value === "" ? { name } : { name, value })),
    registeredAt: seconds(instance.registeredAt),
    attachments: [],
    tags: include.includes("TAGS") ? instance.tags : [],
    gpuDevices,
    healthStatus: include.includes("CONTAINER_INSTANCE_HEALTH") ? (described.healthStatus ?? healthy) : undefined,
  });
}

const healthy: InstanceHealth = {
  overallStatus: "OK",
  details: [{ type: "CONTAINER_RUNTIME", status: "OK" }],
};

function resources({ cpu, memoryMiB, tcpPorts, udpPorts, gpus }: Resources): readonly RawRecord[] {
  const number = (name: string, value: number) => ({
    name,
    type: "INTEGER",
    doubleValue: 0,
    longValue: 0,
    integerValue: value,
  });
  const set = (name: string, values: readonly (string | number)[]) => ({
    name,
    type: "STRINGSET",
    doubleValue: 0,
    longValue: 0,
    integerValue: 0,
    stringSetValue: values.map(String),
  });
  return [
    number("CPU", cpu),
    number("MEMORY", memoryMiB),
    set("PORTS", tcpPorts),
    set("PORTS_UDP", udpPorts),
    ...(gpus.length === 0 ? [] : [set("GPU", gpus)]),
  ];
}

export function definitionAnswer({ definition, status, deregisteredAt }: DefinitionRecord): RawRecord {
  const { tags: _, registeredAt, ...fields } = definition as typeof definition & { readonly registeredAt?: number };
  return present({ ...fields, status, registeredAt: seconds(registeredAt), deregisteredAt: seconds(deregisteredAt) });
}

export function taskAnswer(task: TaskRecord, include: readonly string[] = []): RawRecord {
  const { definition, instance, eni } = task;
  return present({
    taskArn: task.arn,
    clusterArn: task.cluster.arn,
    taskDefinitionArn: definition.taskDefinitionArn,
    containerInstanceArn: instance?.arn,
    attachments: eni === undefined ? [] : [attachment(task, eni)],
    attributes: [{ name: "ecs.cpu-architecture", value: instance?.attributes.get("ecs.cpu-architecture") ?? "x86_64" }],
    availabilityZone: instance?.attributes.get("ecs.availability-zone"),
    capacityProviderName: task.capacityProvider,
    connectivity: task.lastStatus === "PROVISIONING" ? undefined : "CONNECTED",
    connectivityAt: task.lastStatus === "PROVISIONING" ? undefined : seconds(task.createdAt),
    containers: task.containers.map((container) => containerAnswer(task, container)),
    cpu: definition.cpu ?? String(task.requirements.cpu),
    memory: definition.memory ?? String(task.requirements.memoryMiB),
    createdAt: seconds(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    executionStoppedAt: seconds(task.executionStoppedAt),
    group: task.group,
    healthStatus: healthOf(task),
    lastStatus: task.lastStatus,
    launchType: task.launchType ?? "EC2",
    overrides: {
      containerOverrides: task.containers.map(({ name }) => ({ name })),
      inferenceAcceleratorOverrides: [],
      ...task.overrides,
    },
    pullStartedAt: seconds(task.pullStartedAt),
    pullStoppedAt: seconds(task.pullStoppedAt),
    startedAt: seconds(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: seconds(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: seconds(task.stoppingAt),
    tags: include.includes("TAGS") ? task.tags : [],
    version: task.version,
  });
}

/** The status of a task's interface, by the task's own; elsewhere it is ATTACHED. */
const interfaceStatuses: Readonly<Partial<Record<TaskRecord["lastStatus"], string>>> = {
  PROVISIONING: "PRECREATED",
  STOPPED: "DELETED",
};

function attachment(task: TaskRecord, eni: NonNullable<TaskRecord["eni"]>): RawRecord {
  const status = interfaceStatuses[task.lastStatus] ?? "ATTACHED";
  return {
    // The task's id as a UUID.
    id: task.id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    type: "ElasticNetworkInterface",
    status,
    details: [
      { name: "subnetId", value: eni.subnetId },
      { name: "networkInterfaceId", value: eni.id },
      { name: "privateIPv4Address", value: eni.address },
    ],
  };
}

function containerAnswer(task: TaskRecord, container: ContainerRecord): RawRecord {
  return present({
    containerArn: container.arn,
    taskArn: task.arn,
    name: container.name,
    image: container.image,
    runtimeId: container.runtimeId,
    lastStatus: container.status,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: container.status === "RUNNING" && task.eni === undefined ? bindings(task, container.name) : [],
    networkInterfaces:
      task.eni === undefined ? [] : [{ attachmentId: task.eni.id, privateIpv4Address: task.eni.address }],
    healthStatus: container.health,
    gpuIds: container.gpus.length === 0 ? undefined : container.gpus,
    neuronDeviceIds: neuronDevicesOf(task, container.name),
    ...sizesOf(task, container.name),
  });
}

/** As the task runs the container: its CPU units, and its memory as it is written, in MiB. */
function sizesOf({ definition, overrides }: TaskRecord, name: string): RawRecord {
  const container = withOverrides(definition, overrides).containerDefinitions.find((each) => each.name === name);
  const text = (amount: number | undefined) => (amount === undefined ? undefined : String(amount));
  return {
    cpu: text(container?.cpu ?? 0),
    memory: text(container?.memory),
    memoryReservation: text(container?.memoryReservation),
  };
}

/** `NeuronDevice` is every device of the instance, for the one container that asks for it. */
function neuronDevicesOf({ definition, instance }: TaskRecord, name: string): readonly string[] | undefined {
  const asks = definition.containerDefinitions
    .find((container) => container.name === name)
    ?.resourceRequirements?.some(({ type }) => type === "NeuronDevice");
  const accelerator = findInstanceType(instance?.attributes.get("ecs.instance-type") ?? "")?.accelerator;
  if (asks !== true || accelerator?.kind !== "neuron") return undefined;
  return Array.from({ length: accelerator.count }, (_, device) => String(device));
}

/** In bridge mode a mapping without a host port gets one of the ephemeral range. */
function bindings(task: TaskRecord, name: string): readonly RawRecord[] {
  const mappings =
    task.definition.containerDefinitions.find((container) => container.name === name)?.portMappings ?? [];
  return mappings.map(({ containerPort, hostPort, protocol = "tcp" }, index) => ({
    bindIP: "0.0.0.0",
    containerPort,
    hostPort: hostPort ? hostPort : 32_768 + ((Number.parseInt(task.id.slice(0, 6), 16) + index) % 28_000),
    protocol,
  }));
}

function healthOf(task: TaskRecord): string {
  const checked = task.containers.filter(({ name }) => healthCheckOf(task, name) !== undefined);
  if (checked.length === 0) return "UNKNOWN";
  if (checked.some(({ health }) => health === "UNHEALTHY")) return "UNHEALTHY";
  return checked.every(({ health }) => health === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

/** The object without the keys that have no value. */
export function present(object: RawRecord): RawRecord {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
