import { present } from "../core/base/present.ts";
import type { ObservedProvider } from "../core/capacity/observed-capacity.ts";
import type { AutoScalingGroup, CapacityProvider } from "../core/cluster/capacity-providers.ts";
import type { Aws } from "../context.ts";
import { AiplatError } from "../errors.ts";
import type { DescribedGroup, LaunchTemplateReference } from "../ports.ts";

/**
 * Describes capacity providers, and the Auto Scaling groups of those that have one: how many instances these have and
 * may have, and of which types. Who may not see a group learns why.
 *
 * @param cluster Managed Instances providers belong to one cluster and are described with it.
 */
export async function observeProviders(
  aws: Pick<Aws, "ecs" | "autoScaling" | "ec2Read">,
  names: readonly string[],
  cluster: string,
): Promise<readonly CapacityProvider[]> {
  const ecs = await aws.ecs();
  const providers = await ecs.describeCapacityProviders(names, cluster);
  const groups = await readGroups(aws, providers);
  return providers.map(({ name, type, managedScaling, groupName }) => ({
    name,
    type,
    ...present({ managedScaling }),
    ...(groupName === undefined ? {} : groups(groupName)),
  }));
}

type GroupReading = Pick<CapacityProvider, "group" | "groupUnknown">;

async function readGroups(
  aws: Pick<Aws, "autoScaling" | "ec2Read">,
  providers: readonly ObservedProvider[],
): Promise<(name: string) => GroupReading> {
  const names = [...new Set(providers.flatMap(({ groupName }) => groupName ?? []))];
  if (names.length === 0) return () => ({});
  try {
    const described = await (await aws.autoScaling()).groups(names);
    const templates = await readTemplates(aws, described);
    const found = new Map(described.map((group) => [group.name, toGroup(group, templates)]));
    return (name) => {
      const group = found.get(name);
      return group === undefined ? { groupUnknown: `there is no group ${name}` } : { group };
    };
  } catch (error) {
    // What cannot be read is a reason not to count on it, and no reason to stop.
    if (!(error instanceof AiplatError) || (error.code !== "AccessDenied" && error.code !== "AwsError")) throw error;
    return () => ({ groupUnknown: error.message });
  }
}

/** The instance types of launch templates, asked for only where no override says them. */
async function readTemplates(
  aws: Pick<Aws, "ec2Read">,
  groups: readonly DescribedGroup[],
): Promise<ReadonlyMap<string, string>> {
  const asked = groups.flatMap(({ instanceTypes, launchTemplate }) =>
    instanceTypes.length > 0 || launchTemplate === undefined ? [] : [launchTemplate],
  );
  if (asked.length === 0) return new Map();
  const ec2 = await aws.ec2Read();
  const types = await Promise.all(
    asked.map(async (reference) => [keyOf(reference), await ec2.launchTemplateType(reference)] as const),
  );
  return new Map(types.flatMap(([key, type]) => (type === undefined ? [] : [[key, type] as const])));
}

function toGroup(
  { name, desired, max, instanceTypes, launchTemplate }: DescribedGroup,
  templates: ReadonlyMap<string, string>,
): AutoScalingGroup {
  const ofTemplate = launchTemplate === undefined ? undefined : templates.get(keyOf(launchTemplate));
  return {
    name,
    desired,
    max,
    instanceTypes: instanceTypes.length > 0 || ofTemplate === undefined ? instanceTypes : [ofTemplate],
  };
}

function keyOf({ id, version }: LaunchTemplateReference): string {
  return `${id} ${version}`;
}
