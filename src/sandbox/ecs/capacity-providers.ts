import { isFargate } from "../../core/ecs-api/fargate.ts";
import {
  createCapacityProviderRequest,
  updateCapacityProviderRequest,
} from "../../core/ecs-api/model/capacity-provider.ts";
import { deleteCapacityProviderRequest, describeCapacityProvidersRequest } from "../../core/ecs-api/model/requests.ts";
import { present } from "../../core/base/present.ts";
import type { Tag } from "../../core/ecs-api/api.ts";
import { knownByArn } from "../model/auto-scaling-groups.ts";
import { lastPart, requireCluster } from "../model/clusters.ts";
import type { CapacityProviderRecord } from "../model/group-records.ts";
import { startManagedScaling } from "../model/managed-scaling.ts";
import type { RawRecord } from "../model/records.ts";
import type { World } from "../model/world.ts";
import { clientError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { checkTags } from "./limits.ts";
import { pageOf } from "./pages.ts";

export const capacityProviderOperations: Readonly<Record<string, Operation>> = {
  CreateCapacityProvider: operation("capacityModify", createCapacityProviderRequest, (input, { world }) => ({
    capacityProvider: providerAnswer(createCapacityProvider(world, input), true),
  })),
  UpdateCapacityProvider: operation("capacityModify", updateCapacityProviderRequest, (input, { world }) => ({
    capacityProvider: providerAnswer(updateCapacityProvider(world, input), true),
  })),
  DescribeCapacityProviders: operation(
    "capacityRead",
    describeCapacityProvidersRequest,
    ({ capacityProviders, include = [], nextToken, maxResults }, { world }) => {
      const names = (capacityProviders ?? []).map(lastPart);
      const { items, ...next } = pageOf(
        [...world.capacityProviders.keys()].filter((name) => names.length === 0 || names.includes(name)),
        { ...present({ nextToken, maxResults }) },
        10,
      );
      return {
        capacityProviders: items.map((name) =>
          providerAnswer(world.capacityProviders.get(name)!, include.includes("TAGS")),
        ),
        failures: names
          .filter((name) => !world.capacityProviders.has(name))
          .map((name) => ({ arn: world.arn(`capacity-provider/${name}`), reason: "MISSING" })),
        ...next,
      };
    },
  ),
  DeleteCapacityProvider: operation(
    "capacityModify",
    deleteCapacityProviderRequest,
    ({ capacityProvider = "" }, { world }) => {
      const record = deleteCapacityProvider(world, capacityProvider);
      return { capacityProvider: { ...providerAnswer(record, true), status: "INACTIVE" } };
    },
  ),
};

/** What a request says of a provider, as far as the sandbox looks at it. */
interface ProviderRequest {
  readonly name?: string;
  readonly cluster?: string;
  readonly autoScalingGroupProvider?: RawRecord;
  readonly managedInstancesProvider?: RawRecord;
  readonly tags?: readonly Partial<Tag>[];
}

/** @throws AwsError for a request that ECS refuses. */
export function createCapacityProvider(
  world: World,
  { name = "", cluster, autoScalingGroupProvider, managedInstancesProvider, tags }: ProviderRequest,
): CapacityProviderRecord {
  if (!/^(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}$/i.test(name))
    throw invalidParameter(
      "The specified capacity provider name is invalid. Up to 255 characters are allowed, " +
        "including letters (upper and lowercase), numbers, underscores, and hyphens. " +
        "The name cannot be prefixed with 'aws', 'ecs', or 'fargate'. Specify a valid name and try again.",
    );
  if (world.capacityProviders.has(name))
    throw invalidParameter(
      "The specified capacity provider already exists. To change the configuration of an existing capacity " +
        "provider, update the capacity provider.",
    );
  if ((autoScalingGroupProvider === undefined) === (managedInstancesProvider === undefined))
    throw invalidParameter("Specify either an autoScalingGroupProvider or a managedInstancesProvider.");
  const owner = managedInstancesProvider === undefined ? undefined : requireCluster(world, cluster);
  const record: CapacityProviderRecord = {
    arn: world.arn(`capacity-provider/${name}`),
    name,
    tags: checkTags(tags),
    ...(autoScalingGroupProvider === undefined
      ? { settings: { managedInstancesProvider, cluster: owner!.name } }
      : ofGroup(world, autoScalingGroupProvider)),
  };
  world.capacityProviders.set(name, record);
  startManagedScaling(world);
  if (owner !== undefined) owner.capacityProviders = [...owner.capacityProviders, name];
  return record;
}

function ofGroup(world: World, provider: RawRecord): Pick<CapacityProviderRecord, "settings" | "group"> {
  const reference = String(provider["autoScalingGroupArn"] ?? "");
  // CloudFormation takes a group's name, too, of one that is there.
  if (!reference.startsWith("arn:") && !world.groups.has(reference))
    throw clientError("The specified Auto Scaling group ARN is invalid. Specify a valid ARN and try again.");
  const group = knownByArn(world, reference);
  checkProtection(provider, group.protectsNew);
  const other = [...world.capacityProviders.values()].find((each) => each.group === group);
  if (other !== undefined)
    throw clientError(
      `The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.`,
    );
  return { settings: { autoScalingGroupProvider: { ...provider, autoScalingGroupArn: group.arn } }, group };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html */
function checkProtection(provider: RawRecord, protectsNew: boolean | undefined): void {
  if (provider["managedTerminationProtection"] === "ENABLED" && protectsNew === false)
    throw clientError(
      "The managed termination protection setting for the capacity provider is invalid. To enable managed termination " +
        "protection for a capacity provider, the Auto Scaling group must have instance protection from scale in enabled.",
    );
}

/** @throws AwsError for a request that ECS refuses. */
export function updateCapacityProvider(
  world: World,
  { name = "", autoScalingGroupProvider, managedInstancesProvider }: ProviderRequest,
): CapacityProviderRecord {
  const record = requireProvider(world, lastPart(name));
  const isOfGroup = record.group !== undefined;
  if ((autoScalingGroupProvider === undefined) === isOfGroup || (managedInstancesProvider === undefined) !== isOfGroup)
    throw invalidParameter("The update must be of the kind that the capacity provider is.");
  const kind = isOfGroup ? "autoScalingGroupProvider" : "managedInstancesProvider";
  // The group stays the one that it is.
  const { autoScalingGroupArn: _, ...changes } = autoScalingGroupProvider ?? managedInstancesProvider ?? {};
  checkProtection(changes, record.group?.protectsNew);
  record.settings = { ...record.settings, [kind]: { ...(record.settings[kind] as RawRecord), ...changes } };
  return record;
}

/** @param reference Its name or its ARN. @throws AwsError while a cluster has it. */
export function deleteCapacityProvider(world: World, reference: string): CapacityProviderRecord {
  const record = requireProvider(world, lastPart(reference));
  const users = [...world.clusters.values()].filter(
    ({ status, capacityProviders }) => status === "ACTIVE" && capacityProviders.includes(record.name),
  );
  if (record.settings["cluster"] !== undefined)
    for (const cluster of users)
      cluster.capacityProviders = cluster.capacityProviders.filter((name) => name !== record.name);
  else if (users.length > 0) throw invalidParameter("The specified capacity provider is in use and cannot be removed.");
  world.capacityProviders.delete(record.name);
  return record;
}

/** What a cluster may list. Fargate's are AWS's own, and start nothing here. */
export function requireListed(world: World, name: string): void {
  if (!isFargate(name)) requireProvider(world, name);
}

/** A capacity provider there is, of the account's. */
export function requireProvider(world: World, name: string): CapacityProviderRecord {
  const record = world.capacityProviders.get(name);
  if (record === undefined)
    throw invalidParameter("The specified capacity provider was not found. Specify a valid name or ARN and try again.");
  return record;
}

function providerAnswer({ arn, name, tags, settings }: CapacityProviderRecord, withTags: boolean): RawRecord {
  return {
    capacityProviderArn: arn,
    name,
    status: "ACTIVE",
    ...settings,
    type: settings["managedInstancesProvider"] === undefined ? "EC2_AUTOSCALING" : "MANAGED_INSTANCES",
    tags: withTags ? tags : [],
  };
}
