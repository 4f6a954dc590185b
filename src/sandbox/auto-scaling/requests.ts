/** What the requests to EC2 Auto Scaling have in common. */
import type { AutoScalingGroupRecord, LaunchTemplateChoice } from "../model/group-records.ts";
import { findLaunchTemplate, findVersion } from "../model/launch-templates.ts";
import type { World } from "../model/world.ts";
import { AwsError } from "../wire/aws-error.ts";

export function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

/** @throws AwsError where there is no such group. */
export function requireGroup(world: World, name: string | undefined): AutoScalingGroupRecord {
  const group = world.groups.get(name ?? "");
  if (group === undefined)
    throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${(name ?? "").slice(0, 255)}' not found`);
  return group;
}

/** A whole number of a form; undefined where it is not there. */
export function readWhole(name: string, text: string | number | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || String(text).trim() === "")
    throw invalid(
      `1 validation error detected: Value '${String(text).slice(0, 50)}' at '${name}' is not a whole number`,
    );
  return number;
}

interface Specification {
  readonly LaunchTemplateId?: string;
  readonly LaunchTemplateName?: string;
  readonly Version?: string | number;
}

/**
 * The launch template that a group names.
 *
 * @throws AwsError where there is no such template or version.
 */
export function readLaunch(
  world: World,
  { LaunchTemplateId: id, LaunchTemplateName: name, Version }: Specification,
): LaunchTemplateChoice {
  const template = findLaunchTemplate(world, { id, name });
  if (template === undefined)
    throw invalid(
      "You must use a valid fully-formed launch template. " +
        (id === undefined
          ? `The specified launch template, with template name ${(name ?? "").slice(0, 128)}, does not exist.`
          : `The specified launch template, with template ID ${id.slice(0, 128)}, does not exist.`),
    );
  const version = String(Version ?? "$Default");
  if (findVersion(template, version) === undefined)
    throw invalid(
      "You must use a valid fully-formed launch template. " +
        `Could not find the specified version ${version.slice(0, 50)} for the launch template with ID ${template.id}.`,
    );
  return { template, version };
}
