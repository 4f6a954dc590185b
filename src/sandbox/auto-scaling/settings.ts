/** What CreateAutoScalingGroup, UpdateAutoScalingGroup and CloudFormation's resource say of a group. */
import { present } from "../../core/base/present.ts";
import { document } from "../../core/ecs-api/field.ts";
import { newGroup, groupArn } from "../model/auto-scaling-groups.ts";
import { userCause } from "../model/activities.ts";
import type { AutoScalingGroupRecord } from "../model/group-records.ts";
import { launchOf } from "../model/launch-templates.ts";
import { adjustGroup, machinesOf } from "../model/machines.ts";
import { subnetsOf, zoneOfSubnet } from "../model/networks.ts";
import type { RawRecord } from "../model/records.ts";
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { list, map, struct, text } from "../wire/shape.ts";
import { invalid, readLaunch, readWhole } from "./requests.ts";

const specification = struct({ LaunchTemplateId: text, LaunchTemplateName: text, Version: text });

/** The members of both requests that the sandbox reads. */
export const settingMembers = {
  AutoScalingGroupName: text,
  MinSize: text,
  MaxSize: text,
  DesiredCapacity: text,
  LaunchTemplate: specification,
  MixedInstancesPolicy: struct({
    LaunchTemplate: struct({
      LaunchTemplateSpecification: specification,
      Overrides: list(struct({ InstanceType: text })),
    }),
    InstancesDistribution: map(document),
  }),
  VPCZoneIdentifier: text,
  AvailabilityZones: list(text),
  NewInstancesProtectedFromScaleIn: text,
  CapacityRebalance: text,
  Tags: list(struct({ Key: text, Value: text, PropagateAtLaunch: text })),
} as const;

interface Specification {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
  readonly Version?: string;
}

export interface GroupSettings {
  readonly MinSize?: string;
  readonly MaxSize?: string;
  readonly DesiredCapacity?: string;
  readonly LaunchTemplate?: Specification;
  readonly MixedInstancesPolicy?: {
    readonly LaunchTemplate?: {
      readonly LaunchTemplateSpecification?: Specification;
      readonly Overrides?: readonly { readonly InstanceType?: string }[];
    };
    readonly InstancesDistribution?: RawRecord;
  };
  readonly VPCZoneIdentifier?: string;
  readonly AvailabilityZones?: readonly string[];
  readonly NewInstancesProtectedFromScaleIn?: string;
  readonly CapacityRebalance?: string;
  readonly Tags?: readonly RawRecord[];
}

/** @throws AwsError for settings that a group cannot have. */
export function createGroup(world: World, name: string, settings: GroupSettings): AutoScalingGroupRecord {
  if (name === "" || name.length > 255 || /[:/\n]/.test(name))
    throw invalid("1 validation error detected: Value at 'autoScalingGroupName' failed to satisfy constraint");
  if (world.groups.has(name))
    throw new AwsError(
      "AlreadyExists",
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  if (settings.LaunchTemplate === undefined && settings.MixedInstancesPolicy === undefined)
    throw invalid(
      "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
    );
  if (settings.MinSize === undefined || settings.MaxSize === undefined)
    throw invalid(
      "1 validation error detected: Value null at 'minSize' failed to satisfy constraint: Member must not be null",
    );
  if (settings.VPCZoneIdentifier === undefined && (settings.AvailabilityZones ?? []).length === 0)
    throw invalid("At least one Availability Zone or VPC Subnet is required.");
  const facts = readSettings(world, settings);
  const { min = 0, max = 0 } = facts;
  const group = newGroup(world, {
    name,
    arn: groupArn(world, name),
    instanceTypes: [],
    protectsNew: false,
    ...facts,
    min,
    max,
  });
  if (launchOf(group) === undefined) throw invalid("You must use a valid fully-formed launch template.");
  world.groups.set(name, group);
  adjustGroup(
    world,
    group,
    userCause(
      world,
      `a user request created an AutoScalingGroup changing the desired capacity from 0 to ${group.desired}`,
    ),
  );
  return group;
}

/** @throws AwsError for settings that a group cannot have: it stays as it was. */
export function updateGroup(world: World, group: AutoScalingGroupRecord, settings: GroupSettings): void {
  if (group.isGoing)
    throw new AwsError("ScalingActivityInProgress", `AutoScalingGroup ${group.name} is being deleted.`);
  const { desired: before } = group;
  const { min = group.min, max = group.max, ...facts } = readSettings(world, settings, group);
  Object.assign(group, { ...facts, min, max });
  const [was, is] = [before, group.desired];
  const change = was === is ? "" : ` changing the desired capacity from ${was} to ${is}`;
  const what = `a user request update of AutoScalingGroup constraints to min: ${min}, max: ${max}, desired: ${is}${change}`;
  if (machinesOf(group).length !== is) adjustGroup(world, group, userCause(world, what));
}

type Facts = Partial<Omit<AutoScalingGroupRecord, "name" | "arn">>;

function readSettings(world: World, settings: GroupSettings, group?: AutoScalingGroupRecord): Facts {
  const min = readWhole("minSize", settings.MinSize) ?? group?.min ?? 0;
  const max = readWhole("maxSize", settings.MaxSize) ?? group?.max ?? 0;
  if (min > max) throw invalid("Max bound, " + max + ", must be greater than or equal to min bound, " + min + ".");
  const asked = readWhole("desiredCapacity", settings.DesiredCapacity);
  if (asked !== undefined && (asked < min || asked > max))
    throw invalid(`Desired capacity:${asked} must be between the specified min size:${min} and max size:${max}`);
  const { MixedInstancesPolicy: policy } = settings;
  const subnets = settings.VPCZoneIdentifier?.split(",").map((id) => id.trim()) ?? subnetsIn(world, settings);
  for (const id of subnets ?? [])
    if (zoneOfSubnet(world, id) === undefined) throw invalid(`The subnet ID '${id.slice(0, 100)}' does not exist`);
  const named = policy?.LaunchTemplate?.LaunchTemplateSpecification ?? settings.LaunchTemplate;
  return {
    min,
    max,
    desired: asked ?? Math.min(max, Math.max(min, group?.desired ?? min)),
    ...(named === undefined
      ? {}
      : { launch: readLaunch(world, named), mixedInstancesPolicy: policy, instanceTypes: typesOf(policy) }),
    ...present({
      subnets,
      protectsNew: readFlag(settings.NewInstancesProtectedFromScaleIn),
      capacityRebalance: readFlag(settings.CapacityRebalance),
      tags: settings.Tags,
    }),
  };
}

/** A zone alone means its default subnet. */
function subnetsIn(world: World, { AvailabilityZones: zones }: GroupSettings): readonly string[] | undefined {
  return zones?.map((zone) => {
    const subnet = subnetsOf(world).find((each) => each.zone === zone);
    if (subnet === undefined) throw invalid(`Invalid availability zones [${zone.slice(0, 50)}]`);
    return subnet.id;
  });
}

function typesOf(policy: GroupSettings["MixedInstancesPolicy"]): readonly string[] {
  return (policy?.LaunchTemplate?.Overrides ?? []).flatMap(({ InstanceType }) => InstanceType ?? []);
}

function readFlag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === "true";
}
