import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
  type MixedInstancesPolicy,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
  type LaunchTemplateVersion,
} from "@aws-sdk/client-ec2";
import { present } from "../core/base/present.ts";
import { AiplatError } from "../errors.ts";
import type { ImagedGroup, MachineImagesPort, TemplateVersion } from "../machine-image-ports.ts";
import { toDetail } from "./auto-scaling.ts";
import { createCall, createChange } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { describeImages } from "./describe-images.ts";
import { everyPage } from "./ecs-calls.ts";
import { absentAs } from "./failure.ts";
import { changeMs, lasting } from "./lasting.ts";

/** Machine images, and what launches machines with them, over the SDK. */
export function createMachineImages(config: AwsConfig, signal: AbortSignal): MachineImagesPort {
  return { ...ofEc2(config, signal), ...ofGroups(config, signal) };
}

type OfGroups = Pick<MachineImagesPort, "groups" | "group" | "useTemplateVersion" | "replaceInstance">;

function ofEc2(config: AwsConfig, signal: AbortSignal): Omit<MachineImagesPort, keyof OfGroups> {
  const client = new EC2Client(clientSettings(config, "ec2"));
  const call = createCall(config, "ec2", signal);
  // Not cut off by Ctrl-C: what was made would not be told of.
  const change = createChange(config, "ec2", lasting(signal, changeMs, config.clock));
  return {
    images: (ids) => describeImages(client, call, ids),

    templateVersions: async (LaunchTemplateId, Versions) => {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [...Versions] });
      const answer = await absentAs(
        /^InvalidLaunchTemplate/,
        call("DescribeLaunchTemplateVersions", (options) => client.send(command, options)),
      );
      return (answer?.LaunchTemplateVersions ?? []).map(toVersion);
    },

    allTemplates: async () => {
      const versions = await everyPage(async ({ nextToken }) => {
        // Without a template these are of every one of the account.
        const command = new DescribeLaunchTemplateVersionsCommand({
          Versions: ["$Default", "$Latest"],
          ...present({ NextToken: nextToken }),
        });
        const answer = await call("DescribeLaunchTemplateVersions", (options) => client.send(command, options));
        return { items: answer.LaunchTemplateVersions, nextToken: answer.NextToken };
      });
      return versions.map(toVersion);
    },

    createTemplateVersion: async ({ templateId, number }, ImageId, ClientToken) => {
      const command = new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: templateId,
        SourceVersion: String(number),
        VersionDescription: `aiplat ami roll: version ${number} with ${ImageId}`,
        LaunchTemplateData: { ImageId },
        ClientToken,
      });
      const { LaunchTemplateVersion } = await change("CreateLaunchTemplateVersion", (options) =>
        client.send(command, options),
      );
      const made = LaunchTemplateVersion?.VersionNumber;
      if (made === undefined)
        throw new AiplatError("AwsError", `EC2 does not say which version of ${templateId} it made`, {
          hint: "Run the same command again: it finds the version.",
        });
      return made;
    },

    setDefaultVersion: async (LaunchTemplateId, version) => {
      const command = new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: String(version) });
      await change("ModifyLaunchTemplate", (options) => client.send(command, options));
    },
  };
}

function ofGroups(config: AwsConfig, signal: AbortSignal): OfGroups {
  const client = new AutoScalingClient(clientSettings(config, "autoscaling"));
  const call = createCall(config, "autoscaling", signal);
  const change = createChange(config, "autoscaling", lasting(signal, changeMs, config.clock));
  return {
    groups: async () => {
      const groups = await everyPage(async ({ nextToken }) => {
        const command = new DescribeAutoScalingGroupsCommand({ MaxRecords: 100, ...present({ NextToken: nextToken }) });
        const answer = await call("DescribeAutoScalingGroups", (options) => client.send(command, options));
        return { items: answer.AutoScalingGroups, nextToken: answer.NextToken };
      });
      return groups.map(toGroup);
    },

    group: async (name) => {
      const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
      const { AutoScalingGroups } = await call("DescribeAutoScalingGroups", (options) => client.send(command, options));
      const found = AutoScalingGroups?.[0];
      return found === undefined ? undefined : toGroup(found);
    },

    useTemplateVersion: async ({ name, launchTemplate, mixedInstancesPolicy }, version) => {
      const specification = { ...present({ LaunchTemplateId: launchTemplate?.id }), Version: String(version) };
      const policy = mixedInstancesPolicy as MixedInstancesPolicy | undefined;
      const command = new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        ...(policy === undefined
          ? { LaunchTemplate: specification }
          : {
              MixedInstancesPolicy: {
                ...policy,
                LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: specification },
              },
            }),
      });
      await change("UpdateAutoScalingGroup", (options) => client.send(command, options));
    },

    replaceInstance: async (InstanceId) => {
      const command = new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId,
        ShouldDecrementDesiredCapacity: false,
      });
      await change("TerminateInstanceInAutoScalingGroup", (options) => client.send(command, options));
    },
  };
}

function toGroup(group: AutoScalingGroup): ImagedGroup {
  return {
    ...toDetail(group),
    ...present({
      mixedInstancesPolicy: group.MixedInstancesPolicy as Readonly<Record<string, unknown>> | undefined,
      launchConfiguration: group.LaunchConfigurationName,
    }),
  };
}

function toVersion(version: LaunchTemplateVersion): TemplateVersion {
  const { LaunchTemplateId, LaunchTemplateName, VersionNumber, DefaultVersion, LaunchTemplateData = {} } = version;
  return {
    templateId: LaunchTemplateId ?? "",
    templateName: LaunchTemplateName ?? "",
    number: VersionNumber ?? 0,
    isDefault: DefaultVersion ?? false,
    ...present({ imageId: LaunchTemplateData.ImageId, instanceType: LaunchTemplateData.InstanceType }),
    data: LaunchTemplateData as Readonly<Record<string, unknown>>,
  };
}
