/** ECS's answers as aiplat's readonly data: dates as milliseconds, and no key without a value. */
import type {
  CapacityProvider,
  Cluster,
  ContainerInstance as SdkContainerInstance,
  ContainerInstanceHealthStatus,
  Failure as SdkFailure,
  GpuDevice as SdkGpuDevice,
  Resource,
  ServiceDeployment as SdkServiceDeployment,
  ServiceDeploymentBrief,
  Tag as SdkTag,
  Task as SdkTask,
} from "@aws-sdk/client-ecs";
import { present } from "../core/base/present.ts";
import type { ObservedProvider } from "../core/capacity/observed-capacity.ts";
import type { ContainerInstance, GpuDevice, InstanceHealth, Resources } from "../core/cluster/snapshot.ts";
import type { Failure, RegisteredTaskDefinition, Tag, Task, TaskContainer } from "../core/ecs-api/api.ts";
import type { Deployment, Service, ServiceEvent } from "../core/ecs-api/service.ts";
import type { ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import type { ClusterDescription } from "../ports.ts";
import type { OnWire } from "./ecs-client.ts";

export function toProvider(provider: CapacityProvider): ObservedProvider {
  const { name, type, managedInstancesProvider, autoScalingGroupProvider: group } = provider;
  const groupName = group?.autoScalingGroupArn?.split("autoScalingGroupName/")[1];
  return {
    name: name ?? "",
    type: type ?? typeOf(name, managedInstancesProvider !== undefined, group !== undefined),
    ...(group === undefined
      ? {}
      : {
          managedScaling: group.managedScaling?.status === "ENABLED",
          // On unless it says otherwise, the other only where it says so.
          // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html
          managedDraining: group.managedDraining !== "DISABLED",
          managedTerminationProtection: group.managedTerminationProtection === "ENABLED",
        }),
    ...present({ groupName, targetCapacity: group?.managedScaling?.targetCapacity }),
  };
}

/** Endpoints that play ECS may leave the type out. */
function typeOf(name: string | undefined, managed: boolean, hasGroup: boolean): string {
  if (managed) return "MANAGED_INSTANCES";
  return hasGroup ? "EC2_AUTOSCALING" : (name ?? "");
}

export function toCluster(cluster: Cluster): ClusterDescription {
  return {
    name: cluster.clusterName ?? "",
    arn: cluster.clusterArn ?? "",
    status: cluster.status ?? "",
    tags: Object.fromEntries(toTags(cluster.tags).map(({ key, value }) => [key, value])),
    capacityProviders: cluster.capacityProviders ?? [],
    instances: cluster.registeredContainerInstancesCount ?? 0,
    tasks: (cluster.runningTasksCount ?? 0) + (cluster.pendingTasksCount ?? 0),
    defaultCapacityProviderStrategy: (cluster.defaultCapacityProviderStrategy ?? []).map(
      ({ capacityProvider, weight, base }) => ({
        capacityProvider: capacityProvider ?? "",
        // 0 is what both are where they are left out.
        ...present({ weight: weight === 0 ? undefined : weight, base: base === 0 ? undefined : base }),
      }),
    ),
  };
}

/** Left out where something stands in the place of the list that is no list. */
function toOverrides(overrides: OnWire<SdkTask>["overrides"]): Task["overrides"] {
  const { containerOverrides } = overrides ?? {};
  return containerOverrides === undefined || Array.isArray(containerOverrides)
    ? (overrides as Task["overrides"])
    : undefined;
}

export function toTask(task: OnWire<SdkTask>): Task {
  return present({
    taskArn: task.taskArn ?? "",
    taskDefinitionArn: task.taskDefinitionArn ?? "",
    clusterArn: task.clusterArn,
    containerInstanceArn: task.containerInstanceArn,
    capacityProviderName: task.capacityProviderName,
    group: task.group,
    startedBy: task.startedBy,
    lastStatus: task.lastStatus ?? "",
    desiredStatus: task.desiredStatus ?? "",
    enableExecuteCommand: task.enableExecuteCommand,
    healthStatus: task.healthStatus,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason === "" ? undefined : task.stoppedReason,
    containers: (task.containers ?? []).map(
      ({ name, lastStatus, exitCode, reason, runtimeId, gpuIds, neuronDeviceIds, ...network }) =>
        present({
          name: name ?? "",
          lastStatus,
          exitCode,
          reason,
          runtimeId,
          gpuIds,
          neuronDeviceIds,
          networkBindings: filled(network.networkBindings) as TaskContainer["networkBindings"],
          networkInterfaces: filled(network.networkInterfaces) as TaskContainer["networkInterfaces"],
        }),
    ),
    overrides: toOverrides(task.overrides),
    tags: task.tags === undefined ? undefined : toTags(task.tags),
    createdAt: milliseconds(task.createdAt),
    startedAt: milliseconds(task.startedAt),
    stoppedAt: milliseconds(task.stoppedAt),
  });
}

/** Most tasks have none of what is only listed for those that have some. */
function filled<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length === 0 ? undefined : items;
}

export function toFailure({ arn, reason, detail }: SdkFailure): Failure {
  return present({ arn, reason: reason ?? "", detail });
}

export function toContainerInstance(instance: OnWire<SdkContainerInstance>): ContainerInstance {
  return present({
    arn: instance.containerInstanceArn ?? "",
    ec2InstanceId: instance.ec2InstanceId ?? "",
    status: instance.status ?? "",
    agentConnected: instance.agentConnected ?? false,
    agentVersion: instance.versionInfo?.agentVersion,
    capacityProvider: instance.capacityProviderName,
    registeredAt: milliseconds(instance.registeredAt),
    attributes: Object.fromEntries((instance.attributes ?? []).map(({ name, value }) => [name, value ?? ""])),
    registered: toResources(instance.registeredResources),
    remaining: toResources(instance.remainingResources),
    gpuDevices: instance.gpuDevices?.map(toGpuDevice),
    healthStatus: toHealth(instance.healthStatus),
    runningTasksCount: instance.runningTasksCount ?? 0,
    pendingTasksCount: instance.pendingTasksCount ?? 0,
  });
}

/**
 * `PORTS` and `PORTS_UDP` list what is in use, among the remaining resources too: reserved by the agent or taken by
 * tasks; "any port that's not specified here is available for new tasks".
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
 */
function toResources(resources: readonly Resource[] = []): Resources {
  const named = (name: string) => resources.find((resource) => resource.name === name);
  const ports = (name: string) => (named(name)?.stringSetValue ?? []).map(Number).sort((one, other) => one - other);
  return {
    cpu: named("CPU")?.integerValue ?? 0,
    memoryMiB: named("MEMORY")?.integerValue ?? 0,
    tcpPorts: ports("PORTS"),
    udpPorts: ports("PORTS_UDP"),
    gpus: named("GPU")?.stringSetValue ?? [],
  };
}

function toGpuDevice(device: SdkGpuDevice): GpuDevice {
  return {
    gpuId: device.gpuId ?? "",
    sharingMode: device.sharingMode ?? "",
    totalMemoryInMiB: device.totalMemoryInMiB ?? 0,
    remainingMemoryInMiB: device.remainingMemoryInMiB ?? 0,
  };
}

function toHealth(health: OnWire<ContainerInstanceHealthStatus> | undefined): InstanceHealth | undefined {
  if (health?.overallStatus === undefined) return undefined;
  return {
    overallStatus: health.overallStatus,
    details: (health.details ?? []).map(({ type, status, statusReason }) =>
      present({ type: type ?? "", status: status ?? "", statusReason }),
    ),
  };
}

/** A task definition with its dates in milliseconds, and every other field as it came, newer ones too. */
export function toTaskDefinition(json: unknown): RegisteredTaskDefinition {
  const { taskDefinition, tags } = json as {
    readonly taskDefinition: RegisteredTaskDefinition;
    readonly tags?: readonly Tag[];
  };
  const { registeredAt, deregisteredAt } = taskDefinition;
  return {
    ...taskDefinition,
    ...present({ registeredAt: milliseconds(registeredAt), deregisteredAt: milliseconds(deregisteredAt) }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
  };
}

/** A service with its dates in milliseconds, and every other field as it came. */
export function toService(json: unknown): Service {
  const service = json as Partial<Service>;
  return {
    ...service,
    serviceArn: service.serviceArn ?? "",
    serviceName: service.serviceName ?? "",
    status: service.status ?? "",
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    taskDefinition: service.taskDefinition ?? "",
    deployments: (service.deployments ?? []).map((each): Deployment => ({
      ...each,
      createdAt: milliseconds(each.createdAt) ?? 0,
    })),
    events: (service.events ?? []).map((each): ServiceEvent => ({
      ...each,
      createdAt: milliseconds(each.createdAt) ?? 0,
    })),
  };
}

/** A service deployment as ListServiceDeployments shows it: without its stage. */
export function toListedDeployment({
  serviceDeploymentArn,
  targetServiceRevisionArn,
  status,
  statusReason,
  createdAt,
}: OnWire<ServiceDeploymentBrief>): ServiceDeployment {
  return present({
    arn: serviceDeploymentArn ?? "",
    revisionArn: targetServiceRevisionArn ?? "",
    status: status ?? "",
    statusReason: statusReason === "" ? undefined : statusReason,
    createdAt: milliseconds(createdAt) ?? 0,
  });
}

/** A service deployment as DescribeServiceDeployments shows it. */
export function toServiceDeployment({
  targetServiceRevision: target,
  lifecycleStage,
  lifecycleHookDetails = [],
  rollback,
  ...brief
}: OnWire<SdkServiceDeployment>): ServiceDeployment {
  const pauses = lifecycleHookDetails
    .filter(({ targetType, status }) => targetType === "PAUSE" && status === "AWAITING_ACTION")
    .map(({ hookId, expiresAt, timeoutAction }) =>
      present({ hookId: hookId ?? "", expiresAt: milliseconds(expiresAt), timeoutAction }),
    );
  const listed = toListedDeployment({
    ...brief,
    targetServiceRevisionArn: target?.arn,
    statusReason: brief.statusReason ?? rollback?.reason,
  });
  return present({
    ...listed,
    stage: lifecycleStage,
    productionPercent: target?.requestedProductionTrafficWeight,
    pauses: pauses.length === 0 ? undefined : pauses,
  });
}

/** A date on the wire: seconds since the epoch, and parts of them. */
function milliseconds(seconds: unknown): number | undefined {
  return typeof seconds === "number" ? Math.round(seconds * 1000) : undefined;
}

function toTags(tags: readonly SdkTag[] = []): readonly Tag[] {
  return tags.map(({ key, value }) => ({ key: key ?? "", value: value ?? "" }));
}
