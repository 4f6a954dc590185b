import type { LaunchedData, LaunchTemplateRecord } from "../../model/group-records.ts";
import { addVersion, createLaunchTemplate, findLaunchTemplate } from "../../model/launch-templates.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { launchedShape } from "../../ec2/launch-template-data.ts";
import { list, struct, textOf } from "../../wire/shape.ts";
import { tagsOf } from "./network.ts";
import { madeUpName, tagShape, type Properties, type ResourceType } from "./resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html */
export const launchTemplate: ResourceType = {
  properties: {
    LaunchTemplateName: "replacement",
    LaunchTemplateData: "in place",
    VersionDescription: "in place",
    TagSpecifications: "replacement",
  },
  required: ["LaunchTemplateData"],
  shape: struct({ LaunchTemplateData: launchedShape, TagSpecifications: list(struct({ Tags: tagShape })) }),
  attributes: ["LaunchTemplateId", "LatestVersionNumber", "DefaultVersionNumber"],
  name: "LaunchTemplateName",
  changing: ["LatestVersionNumber"],
  make: (world, properties, owner) => {
    const name = textOf(properties["LaunchTemplateName"]) ?? madeUpName(world, owner);
    if (findLaunchTemplate(world, { name }) !== undefined)
      throw new AwsError("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
    const template = createLaunchTemplate(world, name, {
      data: dataOf(properties),
      description: textOf(properties["VersionDescription"]),
      tags: tagsOfTemplate(properties),
    });
    return made(template);
  },
  change: (world, id, properties) => {
    const template = findLaunchTemplate(world, { id });
    if (template === undefined)
      throw new AwsError(
        "InvalidLaunchTemplateId.NotFound",
        `The specified launch template, with template ID ${id}, does not exist.`,
      );
    // The default version stays what it is.
    addVersion(world, template, dataOf(properties), textOf(properties["VersionDescription"]));
    return made(template);
  },
  remove: (world, id) => {
    world.launchTemplates.delete(id);
    return "done";
  },
};

function dataOf(properties: Properties): LaunchedData {
  return (properties["LaunchTemplateData"] ?? {}) as LaunchedData;
}

function tagsOfTemplate({ TagSpecifications = [] }: Properties) {
  return (TagSpecifications as readonly Properties[])
    .filter(({ ResourceType }) => ResourceType === "launch-template")
    .flatMap(({ Tags = [] }) => tagsOf(Tags));
}

function made({ id, versions, defaultVersion }: LaunchTemplateRecord) {
  return {
    physicalId: id,
    attributes: {
      LaunchTemplateId: id,
      LatestVersionNumber: String(versions.at(-1)!.number),
      DefaultVersionNumber: String(defaultVersion),
    },
  };
}
