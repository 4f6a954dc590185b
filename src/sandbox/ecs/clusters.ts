import { createCapacityProviderRequest } from "../../core/ecs-api/model/capacity-provider.ts";
import {
  createClusterRequest,
  putClusterCapacityProvidersRequest,
  updateClusterRequest,
  updateClusterSettingsRequest,
} from "../../core/ecs-api/model/cluster.ts";
import {
  deleteCapacityProviderRequest,
  deleteClusterRequest,
  describeCapacityProvidersRequest,
  describeClustersRequest,
  listClustersRequest,
} from "../../core/ecs-api/model/requests.ts";
import { present } from "../../core/base/present.ts";
import { createCluster, findCluster, lastPart, requireCluster } from "../model/clusters.ts";
import { bindGroups, knownByArn } from "../model/auto-scaling-groups.ts";
import { startManagedScaling } from "../model/managed-scaling.ts";
import type { CapacityProviderRecord } from "../model/group-records.ts";
import type { ClusterRecord, RawRecord } from "../model/records.ts";
import type { World } from "../model/world.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { clusterAnswer } from "./answers.ts";
import { checkTags } from "./limits.ts";
import { pageOf } from "./pages.ts";

const everything = ["TAGS", "SETTINGS", "CONFIGURATIONS", "STATISTICS"];

export const clusterOperations: Readonly<Record<string, Operation>> = {
  CreateCluster: operation(
    "clusterModify",
    createClusterRequest,
    (
      { clusterName = "default", tags, settings, configuration, capacityProviders, defaultCapacityProviderStrategy },
      { world },
    ) => {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(clusterName))
        throw invalidParameter("Identifier was unexpected: the cluster name has characters that are not allowed.");
      const known = world.clusters.get(clusterName);
      // Creating a cluster that is there answers it as it is.
      if (known?.status === "ACTIVE") return { cluster: clusterAnswer(known, everything) };
      const checked = checkTags(tags);
      for (const name of capacityProviders ?? []) requireProvider(world, name);
      const cluster = createCluster(world, clusterName);
      cluster.tags = checked;
      if (settings !== undefined) cluster.settings = readSettings(settings);
      cluster.configuration = configuration;
      cluster.capacityProviders = capacityProviders ?? [];
      cluster.defaultStrategy = (defaultCapacityProviderStrategy ?? []) as readonly RawRecord[];
      bindGroups(world, cluster);
      return { cluster: clusterAnswer(cluster, everything) };
    },
  ),
  DescribeClusters: operation("clusterRead", describeClustersRequest, ({ clusters, include = [] }, { world }) => {
    const names = clusters === undefined || clusters.length === 0 ? ["default"] : clusters;
    if (names.length > 100) throw invalidParameter("Clusters cannot have more than 100 elements.");
    const found = names.map((name) => ({ name, cluster: findCluster(world, name) }));
    return {
      clusters: found.flatMap(({ cluster }) => (cluster === undefined ? [] : [clusterAnswer(cluster, include)])),
      failures: found.flatMap(({ name, cluster }) =>
        cluster === undefined
          ? [{ arn: name.startsWith("arn:") ? name : world.arn(`cluster/${name}`), reason: "MISSING" }]
          : [],
      ),
    };
  }),
  ListClusters: operation("clusterRead", listClustersRequest, (input, { world }) => {
    const { items, ...page } = pageOf(
      [...world.clusters.values()].filter(({ status }) => status === "ACTIVE").map(({ arn }) => arn),
      input,
    );
    return { clusterArns: items, ...page };
  }),
  DeleteCluster: operation("clusterModify", deleteClusterRequest, ({ cluster: name }, { world }) => {
    const cluster = requireCluster(world, requireName(name));
    if ([...cluster.services.values()].some(({ status }) => status !== "INACTIVE"))
      throw new AwsError(
        "ClusterContainsServicesException",
        "The Cluster cannot be deleted while Services are active.",
      );
    if ([...cluster.instances.values()].some(({ status }) => status !== "INACTIVE"))
      throw new AwsError(
        "ClusterContainsContainerInstancesException",
        "The Cluster cannot be deleted while Container Instances are active or draining.",
      );
    if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== "STOPPED"))
      throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
    cluster.status = "INACTIVE";
    return { cluster: clusterAnswer(cluster, everything) };
  }),
  UpdateCluster: operation(
    "clusterModify",
    updateClusterRequest,
    ({ cluster: name, settings, configuration }, { world }) => {
      const cluster = requireCluster(world, requireName(name));
      if (settings !== undefined) cluster.settings = readSettings(settings);
      if (configuration !== undefined) cluster.configuration = configuration;
      return { cluster: clusterAnswer(cluster, everything) };
    },
  ),
  UpdateClusterSettings: operation(
    "clusterModify",
    updateClusterSettingsRequest,
    ({ cluster: name, settings = [] }, { world }) => {
      const cluster = requireCluster(world, requireName(name));
      cluster.settings = readSettings(settings);
      return { cluster: clusterAnswer(cluster, everything) };
    },
  ),
  PutClusterCapacityProviders: operation(
    "clusterModify",
    putClusterCapacityProvidersRequest,
    ({ cluster: name, capacityProviders = [], defaultCapacityProviderStrategy = [] }, { world }) => {
      const cluster = requireCluster(world, requireName(name));
      for (const each of capacityProviders) requireProvider(world, each);
      for (const { capacityProvider } of defaultCapacityProviderStrategy)
        if (!capacityProviders.includes(capacityProvider ?? ""))
          throw invalidParameter(
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated " +
              "with the cluster.",
          );
      cluster.capacityProviders = capacityProviders;
      cluster.defaultStrategy = defaultCapacityProviderStrategy as readonly RawRecord[];
      bindGroups(world, cluster);
      return { cluster: clusterAnswer(cluster, everything) };
    },
  ),
  CreateCapacityProvider: operation(
    "capacityModify",
    createCapacityProviderRequest,
    ({ name = "", cluster, autoScalingGroupProvider, managedInstancesProvider, tags }, { world }) => {
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
      const record = {
        arn: world.arn(`capacity-provider/${name}`),
        name,
        tags: checkTags(tags),
        settings:
          managedInstancesProvider === undefined
            ? { autoScalingGroupProvider }
            : { managedInstancesProvider: managedInstancesProvider, cluster: owner!.name },
        ...(autoScalingGroupProvider === undefined
          ? {}
          : { group: knownByArn(world, autoScalingGroupProvider.autoScalingGroupArn ?? "") }),
      };
      world.capacityProviders.set(name, record);
      startManagedScaling(world);
      if (owner !== undefined) owner.capacityProviders = [...owner.capacityProviders, name];
      return { capacityProvider: providerAnswer(record, true) };
    },
  ),
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
      const record = requireProvider(world, lastPart(capacityProvider));
      const users = [...world.clusters.values()].filter(
        ({ status, capacityProviders }) => status === "ACTIVE" && capacityProviders.includes(record.name),
      );
      if (record.settings["cluster"] !== undefined)
        for (const cluster of users)
          cluster.capacityProviders = cluster.capacityProviders.filter((name) => name !== record.name);
      else if (users.length > 0)
        throw invalidParameter("The specified capacity provider is in use and cannot be removed.");
      world.capacityProviders.delete(record.name);
      return { capacityProvider: { ...providerAnswer(record, true), status: "INACTIVE" } };
    },
  ),
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html */
function readSettings(
  settings: readonly { readonly name?: string; readonly value?: string }[],
): ClusterRecord["settings"] {
  return settings.map(({ name = "", value = "" }) => {
    if (name !== "containerInsights")
      throw invalidParameter("Invalid cluster setting name: containerInsights is the only one.");
    if (!["enabled", "disabled", "enhanced"].includes(value))
      throw invalidParameter("Invalid cluster setting value: enabled, enhanced and disabled are known.");
    return { name, value };
  });
}

function requireName(name: string | undefined): string {
  if (name === undefined || name === "") throw invalidParameter("Cluster name cannot be blank.");
  return name;
}

/** A capacity provider there is. Fargate's are not played. */
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
