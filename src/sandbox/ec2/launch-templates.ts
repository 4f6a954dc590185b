/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html and the calls beside it. */
import { answerOnce } from "../answer-once.ts";
import { present } from "../../core/base/present.ts";
import type { Tag } from "../../core/ecs-api/api.ts";
import type { LaunchedData, LaunchTemplateRecord, LaunchTemplateVersionRecord } from "../model/group-records.ts";
import { addVersion, createLaunchTemplate, findLaunchTemplate, findVersion } from "../model/launch-templates.ts";
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { list, map, struct, text } from "../wire/shape.ts";
import { filtered, filterList } from "./filters.ts";
import { fromForm, toWire } from "./launch-template-data.ts";
import { document } from "../../core/ecs-api/field.ts";

const tagSpecifications = list(struct({ ResourceType: text, Tag: list(struct({ Key: text, Value: text })) }));
const template = { LaunchTemplateId: text, LaunchTemplateName: text };

export const launchTemplateOperations: Readonly<Record<string, Operation>> = {
  CreateLaunchTemplate: operation(
    "ec2Modify",
    struct({
      LaunchTemplateName: text,
      LaunchTemplateData: map(document),
      VersionDescription: text,
      ClientToken: text,
      TagSpecification: tagSpecifications,
    }),
    (input, { world }) =>
      answerOnce(world, "CreateLaunchTemplate", input.ClientToken, input, () => {
        const { LaunchTemplateName: name = "", VersionDescription: description, TagSpecification = [] } = input;
        if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name))
          throw new AwsError(
            "InvalidLaunchTemplateName.MalformedException",
            "Launch template names must be 3 to 128 characters, of letters, numbers and ( ) . - / _",
          );
        if (findLaunchTemplate(world, { name }) !== undefined)
          throw new AwsError(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
          );
        const data = fromForm(input.LaunchTemplateData ?? {});
        const tags = TagSpecification.filter(({ ResourceType }) => ResourceType === "launch-template").flatMap(
          ({ Tag = [] }) => Tag.map(({ Key = "", Value = "" }): Tag => ({ key: Key, value: Value })),
        );
        return { launchTemplate: described(createLaunchTemplate(world, name, { data, description, tags })) };
      }),
  ),
  CreateLaunchTemplateVersion: operation(
    "ec2Modify",
    struct({
      ...template,
      LaunchTemplateData: map(document),
      VersionDescription: text,
      SourceVersion: text,
      ClientToken: text,
    }),
    (input, { world }) =>
      answerOnce(world, "CreateLaunchTemplateVersion", input.ClientToken, input, () => {
        const record = requireTemplate(world, input);
        const { SourceVersion: source, VersionDescription: description } = input;
        const base = source === undefined ? {} : requireVersion(record, source).data;
        // "The new version inherits the launch parameters": a parameter that is given replaces the source's as a whole.
        const data: LaunchedData = { ...base, ...fromForm(input.LaunchTemplateData ?? {}) };
        return { launchTemplateVersion: versionAnswer(world, record, addVersion(world, record, data, description)) };
      }),
  ),
  ModifyLaunchTemplate: operation(
    "ec2Modify",
    struct({ ...template, SetDefaultVersion: text, ClientToken: text }),
    (input, { world }) => {
      const record = requireTemplate(world, input);
      if (input.SetDefaultVersion !== undefined)
        record.defaultVersion = requireVersion(record, input.SetDefaultVersion).number;
      return { launchTemplate: described(record) };
    },
  ),
  DescribeLaunchTemplates: operation(
    "ec2",
    struct({ LaunchTemplateId: list(text), LaunchTemplateName: list(text), Filter: filterList, NextToken: text }),
    ({ LaunchTemplateId: ids = [], LaunchTemplateName: names = [], Filter }, { world }) => {
      const named = [
        ...ids.map((id) => requireTemplate(world, { LaunchTemplateId: id })),
        ...names.map((name) => requireTemplate(world, { LaunchTemplateName: name })),
      ];
      const all = ids.length + names.length === 0 ? [...world.launchTemplates.values()] : named;
      const fields = { "launch-template-name": ({ name }: LaunchTemplateRecord) => name };
      return { launchTemplates: filtered(all, Filter, fields, ({ tags }) => tags).map(described) };
    },
  ),
  DescribeLaunchTemplateVersions: operation(
    "ec2",
    struct({ ...template, LaunchTemplateVersion: list(text), Filter: filterList, NextToken: text }),
    ({ LaunchTemplateVersion: versions = [], ...reference }, { world }) => {
      const isNamed = reference.LaunchTemplateId !== undefined || reference.LaunchTemplateName !== undefined;
      // Without a template: that version, $Latest or $Default, of every one.
      const records = isNamed ? [requireTemplate(world, reference)] : [...world.launchTemplates.values()];
      return {
        launchTemplateVersionSet: records.flatMap((record) => {
          const chosen =
            versions.length === 0 ? record.versions.toReversed() : versions.map((each) => requireVersion(record, each));
          return chosen.map((version) => versionAnswer(world, record, version));
        }),
      };
    },
  ),
};

interface Reference {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
}

function requireTemplate(
  world: World,
  { LaunchTemplateId: id, LaunchTemplateName: name }: Reference,
): LaunchTemplateRecord {
  if (id === undefined && name === undefined)
    throw new AwsError("MissingParameter", "The request must contain the parameter LaunchTemplateId.");
  const found = findLaunchTemplate(world, { id, name });
  if (found !== undefined) return found;
  throw id === undefined
    ? new AwsError(
        "InvalidLaunchTemplateName.NotFoundException",
        `The specified launch template, with template name ${name!.slice(0, 128)}, does not exist.`,
      )
    : new AwsError(
        "InvalidLaunchTemplateId.NotFound",
        `The specified launch template, with template ID ${id.slice(0, 128)}, does not exist.`,
      );
}

function requireVersion(record: LaunchTemplateRecord, version: string): LaunchTemplateVersionRecord {
  const found = findVersion(record, version);
  if (found === undefined)
    throw new AwsError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version.slice(0, 50)} for the launch template with ID ${record.id}.`,
    );
  return found;
}

function described({ id, name, createdAt, tags, versions, defaultVersion }: LaunchTemplateRecord): object {
  return {
    launchTemplateId: id,
    launchTemplateName: name,
    createTime: new Date(createdAt).toISOString(),
    defaultVersionNumber: defaultVersion,
    latestVersionNumber: versions.at(-1)!.number,
    tagSet: tags,
  };
}

function versionAnswer(world: World, record: LaunchTemplateRecord, version: LaunchTemplateVersionRecord): object {
  return {
    launchTemplateId: record.id,
    launchTemplateName: record.name,
    versionNumber: version.number,
    ...present({ versionDescription: version.description }),
    createTime: new Date(version.createdAt).toISOString(),
    createdBy: `arn:aws:iam::${world.account}:user/sandbox`,
    defaultVersion: version.number === record.defaultVersion,
    launchTemplateData: toWire(version.data),
  };
}
