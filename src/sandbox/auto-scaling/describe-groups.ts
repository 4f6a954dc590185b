import { present } from "../../core/base/present.ts";
import { pageOf } from "../ecs/pages.ts";
import type {
  ActivityRecord,
  AutoScalingGroupRecord,
  LaunchTemplateRecord,
  MachineRecord,
} from "../model/group-records.ts";
import { zonesOf, zoneOfSubnet } from "../model/networks.ts";
import type { World } from "../model/world.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, struct, text } from "../wire/shape.ts";
import { readWhole, requireGroup } from "./requests.ts";

export const describeGroupOperations: Readonly<Record<string, Operation>> = {
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
  DescribeAutoScalingGroups: operation(
    "autoscaling",
    struct({ AutoScalingGroupNames: list(text), MaxRecords: text, NextToken: text }),
    ({ AutoScalingGroupNames: names = [], MaxRecords, NextToken }, { world }) => {
      const { items, nextToken } = pageOf(
        [...world.groups.keys()].filter((name) => names.length === 0 || names.includes(name)),
        present({ maxResults: readWhole("maxRecords", MaxRecords), nextToken: NextToken }),
        100,
      );
      return {
        AutoScalingGroups: items.map((name) => described(world, world.groups.get(name)!)),
        ...present({ NextToken: nextToken }),
      };
    },
  ),
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html
  DescribeScalingActivities: operation(
    "autoscaling",
    struct({ AutoScalingGroupName: text, ActivityIds: list(text), MaxRecords: text, NextToken: text }),
    ({ AutoScalingGroupName: name, ActivityIds: ids = [], MaxRecords, NextToken }, { world }) => {
      const groups = name === undefined ? [...world.groups.values()] : [requireGroup(world, name)];
      const all = new Map(
        groups.flatMap((group) =>
          group.activities.map((activity) => [newestFirst(activity), activityAnswer(group, activity)] as const),
        ),
      );
      const { items, nextToken } = pageOf(
        [...all.keys()].filter((key) => ids.length === 0 || ids.includes(key.slice(keyLength))),
        present({ maxResults: readWhole("maxRecords", MaxRecords), nextToken: NextToken }),
        100,
      );
      return {
        Activities: items.map((key) => all.get(key)!),
        ...present({ NextToken: nextToken }),
      };
    },
  ),
};

function described(world: World, group: AutoScalingGroupRecord): object {
  const { name, arn, min, max, desired, machines, subnets, launch } = group;
  const zones = subnets.flatMap((id) => zoneOfSubnet(world, id) ?? []);
  return {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: arn,
    CreatedTime: new Date(group.createdAt).toISOString(),
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
    DefaultCooldown: 300,
    HealthCheckType: "EC2",
    HealthCheckGracePeriod: 0,
    AvailabilityZones: zones.length === 0 ? zonesOf(world) : [...new Set(zones)],
    ...(subnets.length === 0 ? {} : { VPCZoneIdentifier: subnets.join(",") }),
    ...(launch === undefined || group.mixedInstancesPolicy !== undefined
      ? {}
      : { LaunchTemplate: specification(launch.template, launch.version) }),
    ...present({ MixedInstancesPolicy: policyOf(group) }),
    NewInstancesProtectedFromScaleIn: group.protectsNew ?? false,
    CapacityRebalance: group.capacityRebalance,
    ...(group.isGoing ? { Status: "Delete in progress" } : {}),
    SuspendedProcesses: [],
    Tags: group.tags.map((tag) => ({ ResourceId: name, ResourceType: "auto-scaling-group", ...tag })),
    Instances: [...machines.values()].map(member),
  };
}

export function specification({ id, name }: LaunchTemplateRecord, version: string): object {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version: version };
}

/** As it was given, with what its launch template is; of a group of the sandbox's own, the types that it launches. */
function policyOf({ name, instanceTypes, mixedInstancesPolicy, launch }: AutoScalingGroupRecord): object | undefined {
  const ofTypes = {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateName: name, Version: "$Latest" },
      Overrides: instanceTypes.map((InstanceType) => ({ InstanceType })),
    },
  };
  if (mixedInstancesPolicy === undefined || launch === undefined)
    return launch === undefined && instanceTypes.length > 0 ? ofTypes : undefined;
  const { LaunchTemplate } = mixedInstancesPolicy as { readonly LaunchTemplate?: object };
  return {
    ...mixedInstancesPolicy,
    LaunchTemplate: {
      ...LaunchTemplate,
      LaunchTemplateSpecification: specification(launch.template, launch.version),
    },
  };
}

function member({ ec2InstanceId, instanceType, zone, state, isProtected, launched }: MachineRecord): object {
  return {
    InstanceId: ec2InstanceId,
    InstanceType: instanceType,
    AvailabilityZone: zone,
    LifecycleState: state,
    HealthStatus: "Healthy",
    ...(launched === undefined
      ? {}
      : { LaunchTemplate: specification(launched.template, String(launched.version.number)) }),
    ProtectedFromScaleIn: isProtected,
  };
}

/** How many characters of an activity's key stand before its id. */
const keyLength = 15;

/** What sorts activities. */
function newestFirst({ id, startedAt }: ActivityRecord): string {
  return `${String(10 ** (keyLength - 1) - startedAt).padStart(keyLength, "0")}${id}`;
}

function activityAnswer(group: AutoScalingGroupRecord, activity: ActivityRecord): object {
  const { id, description, cause, startedAt, endedAt, status, message } = activity;
  return {
    ActivityId: id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: description,
    Cause: cause,
    StartTime: new Date(startedAt).toISOString(),
    ...(endedAt === undefined ? {} : { EndTime: new Date(endedAt).toISOString() }),
    StatusCode: status,
    ...present({ StatusMessage: message }),
    Progress: status === "InProgress" ? 30 : 100,
    Details: "{}",
  };
}
