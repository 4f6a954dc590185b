import { present } from "../core/base/present.ts";
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup,
  type LaunchTemplateSpecification,
} from "@aws-sdk/client-auto-scaling";
import { chunks } from "../core/base/groups.ts";
import type { AutoScalingPort, DescribedGroup, LaunchTemplateReference } from "../ports.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** EC2 Auto Scaling over the SDK. */
export function createAutoScaling(config: AwsConfig, signal: AbortSignal): AutoScalingPort {
  const client = new AutoScalingClient(clientSettings(config, "autoscaling"));
  const call = createCall(config, "autoscaling", signal);
  return {
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

function toReference({ LaunchTemplateId, Version }: LaunchTemplateSpecification): LaunchTemplateReference | undefined {
  return LaunchTemplateId === undefined ? undefined : { id: LaunchTemplateId, version: Version ?? "$Default" };
}
