import { present } from "../base/present.ts";
import { fabricEnvironment } from "../catalog/fabric.ts";
import { lockPortMappings } from "../catalog/lock-ports.ts";
import { devicePath } from "../catalog/slots.ts";
import { type DeviceRequest, type ResolvedWorkload, healthCheckSettings } from "../workload/resolved.ts";
import type { ContainerDefinition, Device, LinuxParameters, PortMapping, ResourceRequirement } from "../ecs-api/api.ts";
import type { NetworkMode } from "../workload/network-mode.ts";
import type { Capacity } from "./capacity.ts";
import { sharedMemorySize } from "./shared-memory.ts";
import { ulimitsFor } from "./ulimits.ts";
import type { Variant } from "./variants.ts";
import { mountPointsOf } from "./volumes.ts";

function onManagedInstances({ capacity }: Pick<GenerateSettings, "capacity">): boolean {
  return capacity.kind === "managed-instances";
}

/**
 * The workload's own container. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export function workloadContainer(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): ContainerDefinition {
  const { shape } = variant;
  const { vcpu, memoryMiB } = shape;
  const listsDevices = variant.slot !== undefined && !onManagedInstances(settings);
  const ports = portMappings(workload, variant, settings);
  const requirements = resourceRequirements(shape.request, onManagedInstances(settings));
  const linuxParameters = linuxParametersOf(
    variant,
    listsDevices,
    sharedMemorySize(workload, shape, settings.capacity),
  );
  const mountPoints = mountPointsOf(workload.volumes);
  const ulimits = ulimitsFor(workload.ulimits, shape.efaInterfaces > 0);
  const environment = { ...fabricEnvironment(shape.instanceTypes, shape.efaInterfaces), ...workload.environment };
  return {
    name: workload.container,
    image: workload.image,
    // Managed Instances carry the share at task level; on EC2 the container's hard limit does, and nothing at task
    // level.
    ...(vcpu === undefined || onManagedInstances(settings) ? {} : { cpu: cpuUnits(vcpu) }),
    ...(memoryMiB === undefined || onManagedInstances(settings) ? {} : { memory: memoryMiB }),
    ...(ports.length === 0 ? {} : { portMappings: ports }),
    essential: true,
    ...present({
      entryPoint: workload.entryPoint,
      command: workload.command,
      workingDirectory: workload.workingDirectory,
    }),
    ...(Object.keys(environment).length === 0
      ? {}
      : { environment: Object.entries(environment).map(([name, value]) => ({ name, value })) }),
    ...(Object.keys(workload.secrets).length === 0
      ? {}
      : { secrets: Object.entries(workload.secrets).map(([name, valueFrom]) => ({ name, valueFrom })) }),
    ...(mountPoints.length === 0 ? {} : { mountPoints }),
    ...(workload.user === undefined ? {} : { user: String(workload.user) }),
    ...(workload.readOnlyRoot ? { readonlyRootFilesystem: true } : {}),
    ...present({ linuxParameters }),
    ...(ulimits.length === 0 ? {} : { ulimits }),
    ...present({ stopTimeout: workload.stopTimeoutSeconds }),
    ...(workload.health === undefined ? {} : { healthCheck: healthCheck(workload.health) }),
    ...(workload.logs === undefined || settings.region === undefined
      ? {}
      : { logConfiguration: awslogs(workload.name, workload.logs.group, settings.region) }),
    ...(requirements.length === 0 ? {} : { resourceRequirements: requirements }),
  };
}

/** What of the whole workload each of its definitions depends on. */
export interface GenerateSettings {
  readonly networkMode: NetworkMode;
  readonly capacity: Capacity;
  readonly lockPortBase: number;
  /** The region of the log group; without one there are no logs. */
  readonly region?: string;
}

/** 1,024 units a vCPU. */
export function cpuUnits(vcpu: number): number {
  return Math.floor(vcpu * 1024);
}

function portMappings(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): readonly PortMapping[] {
  const own = workload.ports.map((port): PortMapping => {
    // Bridge mode without a host port gets a free one; host and awsvpc mode have the container's own.
    const hostPort = settings.networkMode === "bridge" ? port.host : port.container;
    return {
      ...present({ name: port.name }),
      containerPort: port.container,
      ...present({ hostPort }),
      protocol: port.protocol,
    };
  });
  return [...own, ...locksOf(variant, settings)];
}

/**
 * The lock ports of the variant's devices. ECS counts host ports in bridge and host mode only; awsvpc tasks have none.
 */
export function locksOf(variant: Variant, settings: GenerateSettings): readonly PortMapping[] {
  if (variant.slot === undefined || onManagedInstances(settings) || settings.networkMode === "awsvpc") return [];
  return lockPortMappings(variant.slot, settings.lockPortBase);
}

function linuxParametersOf(
  variant: Variant,
  listsDevices: boolean,
  sharedMemoryMiB: number | undefined,
): LinuxParameters | undefined {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
  const neuron = listsDevices ? variant.slot!.map((device) => devicePath(device)) : [];
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efa.html: one uverbs device an interface.
  const efa = Array.from({ length: variant.shape.efaInterfaces }, (_, index) => `/dev/infiniband/uverbs${index}`);
  const devices = [...neuron, ...efa].map((path): Device => ({
    hostPath: path,
    containerPath: path,
    permissions: ["read", "write"],
  }));
  if (devices.length === 0 && sharedMemoryMiB === undefined) return undefined;
  return {
    ...(listsDevices ? { capabilities: { add: ["IPC_LOCK"] } } : {}),
    ...(devices.length === 0 ? {} : { devices }),
    ...present({ sharedMemorySize: sharedMemoryMiB }),
  };
}

function resourceRequirements(request: DeviceRequest, managedInstances: boolean): readonly ResourceRequirement[] {
  switch (request.kind) {
    case "neuron":
      return managedInstances ? [{ type: "NeuronDevice", value: "ALL" }] : [];
    case "nvidia":
      // "You can also specify ALL to allocate all available GPUs on the instance to the container."
      // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html
      return [{ type: "GPU", value: managedInstances && request.unsaid ? "ALL" : String(request.gpus) }];
    case "nvidia-fraction":
      return [{ type: "GPU", value: String(request.fraction) }];
    case "nvidia-mps": {
      const { memoryMiB, maxComputePercent } = request;
      return [
        {
          type: "GPU",
          sharingStrategy: {
            nvidiaMps: { memory: memoryMiB, ...present({ maxComputePercent }) },
          },
        },
      ];
    }
    case "none":
      return [];
    case "resource":
      throw new Error("a resource of Kubernetes nodes on ECS: run the rules first");
  }
}

/** What a health check of ECS can wait at most; a service waits on by its grace period. */
export const longestStartPeriod = 300;

/**
 * curl or wget, whichever the image has. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export function healthCommand({ path, port }: { readonly path: string; readonly port: number }): readonly string[] {
  const url = `http://localhost:${port}${path}`;
  return ["CMD-SHELL", `curl -fsS -o /dev/null ${url} || wget -q -O /dev/null ${url} || exit 1`];
}

function healthCheck(health: NonNullable<ResolvedWorkload["health"]>): NonNullable<ContainerDefinition["healthCheck"]> {
  return {
    command: healthCommand(health),
    interval: healthCheckSettings.intervalSeconds,
    timeout: healthCheckSettings.timeoutSeconds,
    retries: healthCheckSettings.retries,
    ...(health.startSeconds === undefined ? {} : { startPeriod: Math.min(health.startSeconds, longestStartPeriod) }),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
function awslogs(name: string, group: string, region: string): NonNullable<ContainerDefinition["logConfiguration"]> {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": group,
      "awslogs-region": region,
      "awslogs-stream-prefix": name,
      "awslogs-create-group": "true",
    },
  };
}
