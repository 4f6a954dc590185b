import { present } from "../base/present.ts";
import { deviceNumber } from "../catalog/slots.ts";
import type { Problem } from "../base/problem.ts";
import { isRaw, mergeRaw } from "../base/merge.ts";
import { shareProblems } from "../workload/beside-containers.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import type { Device, PlacementConstraint, Tag, TaskDefinition } from "../ecs-api/api.ts";
import { locksOf, workloadContainer } from "./container.ts";
import { cpuUnits, type GenerateSettings } from "./container-parts.ts";
import { besideContainers } from "./beside-containers.ts";
import { ownShare, taskSize } from "./own-share.ts";
import { checkMerged, devicesOf, hasOddDevices } from "./merged.ts";
import { addConstraints, withoutRepeats } from "./placement-constraints.ts";
import { tagsFor } from "./tags.ts";
import { taskDefinitionLists } from "./task-definition-lists.ts";
import type { Variant } from "./variants.ts";
import { mountConstraints, volumesOf, volumeTags } from "./volumes.ts";

export interface GeneratedDefinition {
  readonly definition: TaskDefinition;
  /** What raw fields may not do: take a device or a lock of the slot away, or claim a device beyond it. */
  readonly problems: readonly Problem[];
}

/**
 * The task definition of one variant, as RegisterTaskDefinition takes it once nothing speaks against it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
export function generateTaskDefinition(
  workload: ResolvedWorkload,
  variant: Variant,
  settings: GenerateSettings,
): GeneratedDefinition {
  const { networkMode } = settings;
  const managedInstances = settings.capacity.kind === "managed-instances";
  const container = workloadContainer(workload, variant, settings);
  const { vcpu, memoryMiB } = taskSize(workload, variant.shape);
  const volumes = volumesOf(workload);
  const constraints = constraintsOf(workload, variant.shape);
  const generated = {
    family: variant.name,
    ...present({ taskRoleArn: workload.roles.task, executionRoleArn: workload.roles.execution }),
    networkMode,
    containerDefinitions: [container, ...besideContainers(workload, variant, settings)],
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(constraints.length === 0 ? {} : { placementConstraints: constraints }),
    requiresCompatibilities: [managedInstances ? "MANAGED_INSTANCES" : "EC2"],
    ...(managedInstances ? present({ runtimePlatform: platformOf(variant.shape) }) : {}),
    ...(managedInstances && vcpu !== undefined ? { cpu: String(cpuUnits(vcpu)) } : {}),
    ...(managedInstances && memoryMiB !== undefined ? { memory: String(memoryMiB) } : {}),
  } satisfies TaskDefinition;
  const raw = workload.ecs.taskDefinition ?? {};
  const merged = addConstraints(mergeRaw(generated, raw, taskDefinitionLists) as TaskDefinition, constraints, raw);
  const problems = checkMerged(workload, variant, {
    generated: container,
    locks: locksOf(variant, settings),
    definition: merged,
  });
  const { tags } = merged;
  // What is no list of tags is left for the linter to see.
  const isReadable = tags === undefined || (Array.isArray(tags) && tags.every(isRaw));
  const definition = {
    ...withOrderedDevices(merged),
    ...(isReadable ? { tags: definitionTags(workload, variant, tags) } : {}),
  };
  const above = shareProblems(workload, variant.shape, variant.shape, ownShare(workload, variant.shape));
  return { definition, problems: [...above, ...problems] };
}

function definitionTags(workload: ResolvedWorkload, variant: Variant, raw: unknown): readonly Tag[] {
  const tags = tagsFor(workload, variant, raw);
  return [...tags, ...volumeTags(workload, tags.length)];
}

/**
 * The machines that a task may run on: those of its instance types, `in [..]` where several carry the very same
 * devices, those that have the mounts of its volumes, and what the file asks for besides.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
function constraintsOf(workload: ResolvedWorkload, shape: Shape): readonly PlacementConstraint[] {
  const types = shape.instanceTypes.map((type) => type.instanceType);
  const comparison = types.length === 1 ? `== ${types[0]}` : `in [${types.join(", ")}]`;
  const ofType = types.length === 0 ? [] : [`attribute:ecs.instance-type ${comparison}`];
  const memberOf = (expression: string) => ({ type: "memberOf" as const, expression });
  return withoutRepeats([
    ...ofType.map(memberOf),
    ...mountConstraints(workload),
    ...(workload.ecs.placement?.constraints ?? []).map(memberOf),
  ]);
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
      return devices.length === 0 || hasOddDevices(container)
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
