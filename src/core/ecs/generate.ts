import { present } from "../base/present.ts";
import { workloadTag } from "../ecs-api/service.ts";
import { deviceNumber, slotName } from "../catalog/slots.ts";
import { refuseErrors } from "../base/problem.ts";
import { mergeRaw, type ListKeys, type Raw } from "../base/merge.ts";
import type { ResolvedWorkload, Shape, Variant } from "../workload/resolved.ts";
import type { Device, PlacementConstraint, Tag, TaskDefinition } from "../ecs-api/api.ts";
import { onManagedInstances } from "../workload/managed-instances.ts";
import { networkModeOf } from "./capacity.ts";
import { cpuUnits, locksOf, workloadContainer } from "./container.ts";
import { checkMerged, devicesOf } from "./merged.ts";

export interface GenerateSettings {
  /** The region of the log group; needed where the workload has logs. */
  readonly region?: string;
  /** The cluster's lock port base, where it has one of its own. */
  readonly lockPortBase?: number;
}

/**
 * The task definition of one variant, as RegisterTaskDefinition takes it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 *
 * @throws Refusal when raw fields take a device or a lock of the slot away, or claim a device beyond it.
 */
export function generateTaskDefinition(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings = {},
): TaskDefinition {
  const networkMode = networkModeOf(workload);
  const managedInstances = onManagedInstances(workload);
  const containerSettings = { networkMode, managedInstances, ...settings };
  const container = workloadContainer(workload, variant, containerSettings);
  const { vcpu, memoryMiB } = variant.shape;
  const generated = {
    family: variant.name,
    ...present({ taskRoleArn: workload.roles.task, executionRoleArn: workload.roles.execution }),
    networkMode,
    containerDefinitions: [container],
    ...placementConstraints(variant.shape),
    requiresCompatibilities: [managedInstances ? "MANAGED_INSTANCES" : "EC2"],
    ...(managedInstances && vcpu !== undefined ? { cpu: String(cpuUnits(vcpu)) } : {}),
    ...(managedInstances && memoryMiB !== undefined ? { memory: String(memoryMiB) } : {}),
  } satisfies TaskDefinition;
  const merged = mergeRaw(generated, workload.ecs.taskDefinition ?? {}, taskDefinitionLists) as TaskDefinition;
  refuseErrors(
    checkMerged(container, locksOf(variant, containerSettings), merged, {
      accelerated: variant.shape.request.kind !== "none",
    }),
  );
  return { ...withOrderedDevices(merged), tags: tagsOf(workload, variant, merged.tags) };
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

/** `in [..]` where several types carry the very same devices. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html */
function placementConstraints(shape: Shape): { readonly placementConstraints?: readonly PlacementConstraint[] } {
  const types = shape.instanceTypes.map((type) => type.instanceType);
  if (types.length === 0) return {};
  const comparison = types.length === 1 ? `== ${types[0]}` : `in [${types.join(", ")}]`;
  return { placementConstraints: [{ type: "memberOf", expression: `attribute:ecs.instance-type ${comparison}` }] };
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

/** The user's tags and aiplat's own, by which it finds what belongs to a workload again. */
function tagsOf(workload: ResolvedWorkload, variant: Variant, raw: readonly Tag[] | undefined): readonly Tag[] {
  const tags = new Map(Object.entries(workload.tags));
  for (const { key, value } of raw ?? []) tags.set(key, value);
  tags.set(workloadTag, workload.name);
  tags.set("aiplat:slot", slotTag(variant));
  return [...tags].map(([key, value]) => ({ key, value }));
}

/** What the tag `aiplat:slot` says of a variant: the devices, or who chooses them. */
export function slotTag(variant: Variant): string {
  if (variant.slot !== undefined) return slotName(variant.slot);
  return variant.shape.request.kind === "none" ? "none" : "gpu";
}
