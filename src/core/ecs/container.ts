import { present } from "../base/present.ts";
import { fabricEnvironment } from "../catalog/fabric.ts";
import { lockPortMappings } from "../catalog/lock-ports.ts";
import type { DeviceRequest, ResolvedWorkload } from "../workload/resolved.ts";
import type { ContainerDefinition, LinuxParameters, PortMapping, ResourceRequirement } from "../ecs-api/api.ts";
import { startsAfter } from "./beside-containers.ts";
import {
  cpuUnits,
  deviceAt,
  healthCheck,
  logsOf,
  mappingsOf,
  neuronDevices,
  onManagedInstances,
  variablesOf,
  type GenerateSettings,
} from "./container-parts.ts";
import { ownShare } from "./own-share.ts";
import { sharedMemorySize } from "./shared-memory.ts";
import { ulimitsFor } from "./ulimits.ts";
import type { Variant } from "./variants.ts";
import { mountPointsOf } from "./volumes.ts";

/**
 * The workload's own container. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export function workloadContainer(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): ContainerDefinition {
  const { shape } = variant;
  const { vcpu, memoryMiB } = ownShare(workload, shape);
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
    ...present({ dependsOn: startsAfter(workload) }),
    ...present({
      entryPoint: workload.entryPoint,
      command: workload.command,
      workingDirectory: workload.workingDirectory,
    }),
    ...variablesOf(environment, workload.secrets),
    ...(mountPoints.length === 0 ? {} : { mountPoints }),
    ...(workload.user === undefined ? {} : { user: String(workload.user) }),
    ...(workload.readOnlyRoot ? { readonlyRootFilesystem: true } : {}),
    ...present({ linuxParameters }),
    ...(ulimits.length === 0 ? {} : { ulimits }),
    ...present({ stopTimeout: workload.stopTimeoutSeconds }),
    ...(workload.health === undefined ? {} : { healthCheck: healthCheck(workload.health) }),
    ...logsOf(workload, settings),
    ...(requirements.length === 0 ? {} : { resourceRequirements: requirements }),
  };
}

function portMappings(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): readonly PortMapping[] {
  return [...mappingsOf(workload.ports, settings), ...locksOf(variant, settings)];
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
  const neuron = listsDevices ? neuronDevices(variant.slot!) : [];
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efa.html: one uverbs device an interface.
  const efa = Array.from({ length: variant.shape.efaInterfaces }, (_, index) => `/dev/infiniband/uverbs${index}`);
  const devices = [...neuron, ...efa.map(deviceAt)];
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
