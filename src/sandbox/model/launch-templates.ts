/** Launch templates with their versions, and what a group launches of them. */
import type { Tag } from "../../core/ecs-api/api.ts";
import type {
  AutoScalingGroupRecord,
  LaunchTemplateChoice,
  LaunchedData,
  LaunchTemplateRecord,
  LaunchTemplateVersionRecord,
} from "./group-records.ts";
import type { World } from "./world.ts";

export function createLaunchTemplate(
  world: World,
  name: string,
  {
    data,
    description,
    tags,
  }: { readonly data: LaunchedData; readonly description?: string | undefined; readonly tags: readonly Tag[] },
): LaunchTemplateRecord {
  const template: LaunchTemplateRecord = {
    id: `lt-${world.hex(17)}`,
    name,
    createdAt: world.now(),
    tags,
    versions: [],
    defaultVersion: 1,
  };
  addVersion(world, template, data, description);
  world.launchTemplates.set(template.id, template);
  return template;
}

export function addVersion(
  world: World,
  { versions }: LaunchTemplateRecord,
  data: LaunchedData,
  description: string | undefined,
): LaunchTemplateVersionRecord {
  const version = { number: (versions.at(-1)?.number ?? 0) + 1, description, createdAt: world.now(), data };
  versions.push(version);
  return version;
}

/** By its id or its name; undefined where there is none. */
export function findLaunchTemplate(
  world: World,
  { id, name }: { readonly id?: string | undefined; readonly name?: string | undefined },
): LaunchTemplateRecord | undefined {
  return id === undefined
    ? [...world.launchTemplates.values()].find((template) => template.name === name)
    : world.launchTemplates.get(id);
}

/** A version by its number, `$Latest` or `$Default`; undefined where there is none. */
export function findVersion(template: LaunchTemplateRecord, version: string): LaunchTemplateVersionRecord | undefined {
  const { versions, defaultVersion } = template;
  if (version === "$Latest") return versions.at(-1);
  const number = version === "$Default" ? defaultVersion : Number(version);
  return versions.find((each) => each.number === number);
}

/** What a group launches now; undefined where it has no launch template. */
export function launchOf({
  launch,
}: Pick<AutoScalingGroupRecord, "launch">):
  | { readonly template: LaunchTemplateRecord; readonly version: LaunchTemplateVersionRecord }
  | undefined {
  const version = launch === undefined ? undefined : versionOf(launch);
  return launch === undefined || version === undefined ? undefined : { template: launch.template, version };
}

function versionOf({ template, version }: LaunchTemplateChoice): LaunchTemplateVersionRecord | undefined {
  return findVersion(template, version);
}

/** The types that a group launches, the one it prefers first. */
export function typesOfGroup(group: Pick<AutoScalingGroupRecord, "launch" | "instanceTypes">): readonly string[] {
  if (group.instanceTypes.length > 0) return group.instanceTypes;
  const type = launchOf(group)?.version.data.InstanceType;
  return type === undefined ? [] : [type];
}
