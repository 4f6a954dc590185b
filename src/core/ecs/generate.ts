import { present } from "../base/present.ts";
import { deviceNumber } from "../catalog/slots.ts";
import { refuseErrors } from "../base/problem.ts";
import { mergeRaw, type ListKeys, type Raw } from "../base/merge.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import type { Device, PlacementConstraint, TaskDefinition } from "../ecs-api/api.ts";
import { cpuUnits, locksOf, workloadContainer, type GenerateSettings } from "./container.ts";
import { checkMerged, devicesOf } from "./merged.ts";
import { addConstraints } from "./placement-constraints.ts";
import { tagsFor } from "./tags.ts";
import type { Variant } from "./variants.ts";

/**
 * The task definition of one variant, as RegisterTaskDefinition takes it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 *
 * @throws Refusal when raw fields take a device or a lock of the slot away, or claim a device beyond it.
 */
export function generateTaskDefinition(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): TaskDefinition {
  const { networkMode } = settings;
  const managedInstances = settings.capacity.kind === "managed-instances";
  const container = workloadContainer(workload, variant, settings);
  const { vcpu, memoryMiB } = variant.shape;
  const constraints = constraintsOf(workload, variant.shape);
  const generated = {
    family: variant.name,
    ...present({ taskRoleArn: workload.roles.task, executionRoleArn: workload.roles.execution }),
    networkMode,
    containerDefinitions: [container],
    ...(constraints.length === 0 ? {} : { placementConstraints: constraints }),
    requiresCompatibilities: [managedInstances ? "MANAGED_INSTANCES" : "EC2"],
    ...(managedInstances ? present({ runtimePlatform: platformOf(variant.shape) }) : {}),
    ...(managedInstances && vcpu !== undefined ? { cpu: String(cpuUnits(vcpu)) } : {}),
    ...(managedInstances && memoryMiB !== undefined ? { memory: String(memoryMiB) } : {}),
  } satisfies TaskDefinition;
  const raw = workload.ecs.taskDefinition ?? {};
  const merged = addConstraints(mergeRaw(generated, raw, taskDefinitionLists) as TaskDefinition, constraints, raw);
  refuseErrors(
    checkMerged(container, locksOf(variant, settings), merged, {
      accelerated: variant.shape.request.kind !== "none",
      partial: variant.shape.request.kind === "neuron" && !variant.shape.request.whole,
    }),
  );
  return { ...withOrderedDevices(merged), tags: tagsFor(workload, variant, merged.tags) };
}

/** The lists of a task definition that merge item by item. */
export const taskDefinitionLists: ListKeys = {
  containerDefinitions: named,
  environment: named,
  secrets: named,
  volumes: named,
  mountPoints: (item) => String(item["containerPath"]),
  devices: (item) => String(item["hostPath"]),
  portMappings: (item) =>
    `${String(item["containerPort"] ?? item["containerPortRange"])}/${String(item["protocol"] ?? "tcp")}`,
};

function named(item: Raw): string {
  return String(item["name"]);
}

/**
 * The machines that a task may run on: those of its instance types, `in [..]` where several carry the very same
 * devices, and what the file asks for besides.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
function constraintsOf({ ecs }: ResolvedWorkload, shape: Shape): readonly PlacementConstraint[] {
  const types = shape.instanceTypes.map((type) => type.instanceType);
  const comparison = types.length === 1 ? `== ${types[0]}` : `in [${types.join(", ")}]`;
  const expressions = [
    ...(types.length === 0 ? [] : [`attribute:ecs.instance-type ${comparison}`]),
    ...(ecs.placement?.constraints ?? []),
  ];
  return expressions.map((expression) => ({ type: "memberOf", expression }));
}

/**
 * The platform of machines that ECS chooses itself, where it is not the one that it takes by default.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html
 */
function platformOf({ instanceTypes }: Shape): TaskDefinition["runtimePlatform"] {
  return instanceTypes[0]?.architecture === "arm64"
    ? { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" }
    : undefined;
}

/** Neuron devices first, in numeric order (neuron2 before neuron10), whatever order raw fields came in. */
function withOrderedDevices(definition: TaskDefinition): TaskDefinition {
  const rank = (device: Device) => deviceNumber(device.hostPath) ?? Number.MAX_SAFE_INTEGER;
  return {
    ...definition,
    containerDefinitions: definition.containerDefinitions.map((container) => {
      const devices = devicesOf(container);
      return devices.length === 0
        ? container
        : {
            ...container,
            linuxParameters: {
              ...container.linuxParameters,
              devices: [...devices].sort((one, other) => rank(one) - rank(other)),
            },
          };
    }),
  };
}
