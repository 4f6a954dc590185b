import { present } from "../core/base/present.ts";
import type { ObservedCapacities } from "../core/capacity/check-capacity.ts";
import { deployedStack, type DeployedStack } from "../core/capacity/deployed-stack.ts";
import {
  efaGroupsOf,
  imageOf,
  imageParameterOf,
  isOwn,
  launchedTypes,
  parameterOfName,
  type ObservedTemplate,
  type ObservedCapacity,
  type ObservedProvider,
} from "../core/capacity/observed-capacity.ts";
import { isFargate } from "../core/ecs-api/fargate.ts";
import type { GroupDetail } from "../core/capacity/scaling-group.ts";
import type { Aws, Runtime } from "../context.ts";
import { requireActiveCluster } from "./observe-cluster.ts";

type Ports = Pick<Aws, "ecs" | "cloudFormation" | "autoScaling" | "ec2" | "ec2Read" | "ssm" | "region">;

const noGroup: Partial<ObservedCapacity> = {};

/** Reads the capacities of a cluster, each provider of its list. @throws NotFound where there is no such cluster. */
export async function observeCapacities(aws: Ports, { now }: Pick<Runtime, "now">, cluster: string) {
  const ecs = await aws.ecs();
  const found = await requireActiveCluster(ecs, cluster);
  const names = found.capacityProviders.filter((name) => !isFargate(name));
  const [providers, instances] = await Promise.all([
    names.length === 0 ? [] : ecs.describeCapacityProviders(names, cluster),
    ecs.listContainerInstances(cluster).then((arns) => ecs.describeContainerInstances(cluster, arns)),
  ]);
  const capacities = await Promise.all(
    names.map(async (name): Promise<ObservedCapacity> => {
      const provider = providers.find((each) => each.name === name);
      const [group, stack] = await Promise.all([
        provider === undefined ? noGroup : observeGroup(aws, provider),
        isOwn(name) ? observeStack(aws, name) : undefined,
      ]);
      const own = new Set((group.group?.instances ?? []).map(({ id }) => id));
      return {
        name,
        ...present({ provider, stack }),
        activities: [],
        securityGroups: [],
        zonesOffering: new Map(),
        ...group,
        containerInstances: instances.filter(
          ({ capacityProvider, ec2InstanceId }) => capacityProvider === name || own.has(ec2InstanceId),
        ),
      };
    }),
  );
  return { cluster: found.name, capacities, now: now() } satisfies ObservedCapacities;
}

async function observeStack(aws: Ports, name: string): Promise<DeployedStack | undefined> {
  const cloudFormation = await aws.cloudFormation();
  const stack = await cloudFormation.stack(name);
  if (stack === undefined || stack.status === "DELETE_COMPLETE") return undefined;
  const [body, resources] = await Promise.all([cloudFormation.template(stack.id), cloudFormation.resources(stack.id)]);
  return deployedStack(stack, body, resources);
}

async function observeGroup(aws: Ports, { groupName }: ObservedProvider): Promise<Partial<ObservedCapacity>> {
  if (groupName === undefined) return {};
  const autoScaling = await aws.autoScaling();
  const group = await autoScaling.group(groupName);
  if (group === undefined) return {};
  const [activities, known] = await Promise.all([autoScaling.activities(groupName), observeTemplate(aws, group)]);
  return { group, activities, ...known };
}

async function observeTemplate(aws: Ports, group: GroupDetail): Promise<Partial<ObservedCapacity>> {
  if (group.launchTemplate === undefined) return {};
  const { id, version } = group.launchTemplate;
  const [ec2, ec2Read] = await Promise.all([aws.ec2(), aws.ec2Read()]);
  const template = await ec2.launchTemplateVersion({ id }, version);
  if (template === undefined) return {};
  const types = launchedTypes({ group, template });
  const groups = efaGroupsOf(template);
  const [image, zonesOffering, securityGroups] = await Promise.all([
    observeImage(aws, group, template),
    types.length === 0 ? new Map<string, readonly string[]>() : ec2Read.zonesOffering(types),
    groups.length === 0 ? [] : ec2Read.securityGroups(groups),
  ]);
  return {
    template,
    zonesOffering,
    securityGroups,
    ...image,
    ...present({ newestVersion: /^\d+$/.test(version) ? version : undefined }),
  };
}

async function observeImage(
  aws: Ports,
  group: GroupDetail,
  template: ObservedTemplate,
): Promise<Pick<ObservedCapacity, "image" | "currentImage">> {
  const id = imageOf(template);
  if (id === undefined || !id.startsWith("ami-")) return {};
  const tagged = imageParameterOf({ group, template });
  const described = aws.ec2Read().then(async (ec2) => (await ec2.images([id])).find((image) => image.id === id));
  const current = async () => {
    const parameter = tagged ?? parameterOfName((await described)?.name ?? "");
    return parameter === undefined ? undefined : currentImage(aws, parameter);
  };
  const [image, newest] = await Promise.all([described, current()]);
  return present({ image, currentImage: newest });
}

/** The parameter's value is the image's id, or a document that has it. */
async function currentImage(aws: Ports, parameter: string): Promise<string | undefined> {
  const { values } = await (await aws.ssm(await aws.region())).getParameters([parameter]);
  return /\bami-[0-9a-f]+\b/.exec(values.get(parameter) ?? "")?.[0];
}
