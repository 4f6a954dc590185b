import { present } from "../core/base/present.ts";
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  SetInstanceProtectionCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
  type LaunchTemplateSpecification,
} from "@aws-sdk/client-auto-scaling";
import { chunks } from "../core/base/groups.ts";
import type { GroupDetail } from "../core/capacity/scaling-group.ts";
import type { AutoScalingPort, DescribedGroup, LaunchTemplateReference } from "../ports.ts";
import { createCall, createChange } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { changeMs, lasting } from "./lasting.ts";

/** SetInstanceProtection takes 50 instances a call. */
const protectedPerCall = 50;

/** EC2 Auto Scaling over the SDK. */
export function createAutoScaling(config: AwsConfig, signal: AbortSignal): AutoScalingPort {
  const client = new AutoScalingClient(clientSettings(config, "autoscaling"));
  const call = createCall(config, "autoscaling", signal);
  const change = createChange(config, "autoscaling", lasting(signal, changeMs, config.clock));
  return {
    group: async (name) => {
      const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
      const { AutoScalingGroups } = await call("DescribeAutoScalingGroups", (options) => client.send(command, options));
      const found = AutoScalingGroups?.[0];
      return found === undefined ? undefined : toDetail(found);
    },

    activities: async (AutoScalingGroupName) => {
      const command = new DescribeScalingActivitiesCommand({ AutoScalingGroupName, MaxRecords: 100 });
      const { Activities = [] } = await call("DescribeScalingActivities", (options) => client.send(command, options));
      return Activities.map(({ StatusCode, StatusMessage, StartTime, Description }) => ({
        status: StatusCode ?? "",
        message: StatusMessage ?? Description ?? "",
        startedAt: StartTime?.getTime() ?? 0,
      }));
    },

    emptyGroup: async (AutoScalingGroupName) => {
      const command = new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName,
        MinSize: 0,
        MaxSize: 0,
        DesiredCapacity: 0,
        NewInstancesProtectedFromScaleIn: false,
      });
      await change("UpdateAutoScalingGroup", (options) => client.send(command, options));
    },

    unprotect: async (AutoScalingGroupName, instanceIds) => {
      for (const InstanceIds of chunks(instanceIds, protectedPerCall)) {
        const command = new SetInstanceProtectionCommand({
          AutoScalingGroupName,
          InstanceIds: [...InstanceIds],
          ProtectedFromScaleIn: false,
        });
        await change("SetInstanceProtection", (options) => client.send(command, options));
      }
    },

    groups: async (names) => {
      // Names in one call keep it to one page of at most 100.
      const answers = await Promise.all(
        chunks(names, 50).map((AutoScalingGroupNames) => {
          const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames, MaxRecords: 100 });
          return call("DescribeAutoScalingGroups", (options) => client.send(command, options));
        }),
      );
      return answers.flatMap(({ AutoScalingGroups = [] }) => AutoScalingGroups.map(toGroup));
    },
  };
}

function toGroup(group: AutoScalingGroup): DescribedGroup {
  const { AutoScalingGroupName = "", DesiredCapacity = 0, MaxSize = 0, Instances = [], MixedInstancesPolicy } = group;
  const { LaunchTemplate: mixed } = MixedInstancesPolicy ?? {};
  const overrides = (mixed?.Overrides ?? []).flatMap(({ InstanceType }) => InstanceType ?? []);
  const specification = mixed?.LaunchTemplateSpecification ?? group.LaunchTemplate;
  // Overrides by attributes name no type, and whatever the template says does not count then.
  const byAttributes = (mixed?.Overrides ?? []).some(({ InstanceRequirements }) => InstanceRequirements !== undefined);
  const running = Instances.flatMap(({ InstanceType }) => InstanceType ?? []);
  return {
    name: AutoScalingGroupName,
    desired: DesiredCapacity,
    max: MaxSize,
    instanceTypes: [...new Set(overrides.length > 0 || specification !== undefined ? overrides : running)],
    ...(byAttributes || specification === undefined ? {} : present({ launchTemplate: toReference(specification) })),
  };
}

export function toDetail(group: AutoScalingGroup): GroupDetail {
  const { name, desired, max, instanceTypes } = toGroup(group);
  const { LaunchTemplate, MixedInstancesPolicy, Status: status } = group;
  const specification = MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? LaunchTemplate;
  return {
    name,
    min: group.MinSize ?? 0,
    max,
    desired,
    instanceTypes,
    ...(specification === undefined ? {} : present({ launchTemplate: toReference(specification) })),
    protectsNewInstances: group.NewInstancesProtectedFromScaleIn ?? false,
    zones: group.AvailabilityZones ?? [],
    subnets: (group.VPCZoneIdentifier ?? "").split(",").filter((id) => id !== ""),
    suspendedProcesses: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    instances: (group.Instances ?? []).map((instance) => ({
      id: instance.InstanceId ?? "",
      lifecycle: instance.LifecycleState ?? "",
      isProtected: instance.ProtectedFromScaleIn ?? false,
      ...present({
        instanceType: instance.InstanceType,
        zone: instance.AvailabilityZone,
        launchTemplate: instance.LaunchTemplate === undefined ? undefined : toReference(instance.LaunchTemplate),
      }),
    })),
    tags: Object.fromEntries((group.Tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
    ...present({
      status: status === "" ? undefined : status,
      onDemandPercentage: MixedInstancesPolicy?.InstancesDistribution?.OnDemandPercentageAboveBaseCapacity,
    }),
  };
}

function toReference({ LaunchTemplateId, Version }: LaunchTemplateSpecification): LaunchTemplateReference | undefined {
  return LaunchTemplateId === undefined ? undefined : { id: LaunchTemplateId, version: Version ?? "$Default" };
}
