import {
  CreateLaunchTemplateCommand,
  CreatePlacementGroupCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribePlacementGroupsCommand,
  EC2Client,
  type CreateLaunchTemplateCommandInput,
} from "@aws-sdk/client-ec2";
import type { Ec2Port } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall, createChange, writable } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";
import { changeMs, lasting } from "./lasting.ts";

/** The launch templates and placement groups of EC2 over the SDK. */
export function createEc2(config: AwsConfig, signal: AbortSignal): Ec2Port {
  const client = new EC2Client(clientSettings(config, "ec2"));
  const call = createCall(config, "ec2", signal);
  // Not cut off by Ctrl-C: what was made would not be told of.
  const change = createChange(config, "ec2", lasting(signal, changeMs, config.clock));
  return {
    launchTemplateVersion: async (template, version) => {
      const which = "id" in template ? { LaunchTemplateId: template.id } : { LaunchTemplateName: template.name };
      const command = new DescribeLaunchTemplateVersionsCommand({ ...which, Versions: [version] });
      const answer = await absentAs(
        /^InvalidLaunchTemplate(Id|Name).*NotFound/,
        call("DescribeLaunchTemplateVersions", (options) => client.send(command, options)),
      );
      return answer?.LaunchTemplateVersions?.[0]?.LaunchTemplateData as Readonly<Record<string, unknown>> | undefined;
    },

    createLaunchTemplate: async (request, ClientToken) => {
      // EC2 may have instance types that this version of the SDK has not.
      const command = new CreateLaunchTemplateCommand({
        ...writable(request),
        ClientToken,
      } as CreateLaunchTemplateCommandInput);
      await change("CreateLaunchTemplate", (options) => client.send(command, options));
    },

    placementGroupStrategy: async (name) => {
      const command = new DescribePlacementGroupsCommand({ GroupNames: [name] });
      const answer = await absentAs(
        /^InvalidPlacementGroup\.Unknown/,
        call("DescribePlacementGroups", (options) => client.send(command, options)),
      );
      return answer?.PlacementGroups?.[0]?.Strategy;
    },

    createPlacementGroup: async (request) => {
      await change("CreatePlacementGroup", (options) =>
        client.send(new CreatePlacementGroupCommand(writable(request)), options),
      );
    },
  };
}
