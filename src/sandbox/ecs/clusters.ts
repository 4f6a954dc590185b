import {
  createClusterRequest,
  putClusterCapacityProvidersRequest,
  updateClusterRequest,
  updateClusterSettingsRequest,
} from "../../core/ecs-api/model/cluster.ts";
import {
  deleteClusterRequest,
  describeClustersRequest,
  listClustersRequest,
} from "../../core/ecs-api/model/requests.ts";
import { createCluster, findCluster, requireCluster } from "../model/clusters.ts";
import { bindGroups } from "../model/auto-scaling-groups.ts";
import type { ClusterRecord, RawRecord } from "../model/records.ts";
import type { World } from "../model/world.ts";
import { AwsError, invalidParameter } from "../wire/aws-error.ts";
import { operation, type Operation } from "../wire/operation.ts";
import { clusterAnswer } from "./answers.ts";
import { requireListed } from "./capacity-providers.ts";
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
      checkClusterName(clusterName);
      const known = world.clusters.get(clusterName);
      // Creating a cluster that is there answers it as it is.
      if (known?.status === "ACTIVE") return { cluster: clusterAnswer(known, everything) };
      const checked = checkTags(tags);
      for (const name of capacityProviders ?? []) requireListed(world, name);
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
  DeleteCluster: operation("clusterModify", deleteClusterRequest, ({ cluster }, { world }) => ({
    cluster: clusterAnswer(deleteCluster(world, requireName(cluster)), everything),
  })),
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
      for (const each of capacityProviders) requireListed(world, each);
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

export function checkClusterName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw invalidParameter("Identifier was unexpected: the cluster name has characters that are not allowed.");
}

/** @throws AwsError while anything is in the cluster. */
export function deleteCluster(world: World, name: string): ClusterRecord {
  const cluster = requireCluster(world, name);
  if ([...cluster.services.values()].some(({ status }) => status !== "INACTIVE"))
    throw new AwsError("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.");
  if ([...cluster.instances.values()].some(({ status }) => status !== "INACTIVE"))
    throw new AwsError(
      "ClusterContainsContainerInstancesException",
      "The Cluster cannot be deleted while Container Instances are active or draining.",
    );
  if ([...cluster.tasks.values()].some(({ lastStatus }) => lastStatus !== "STOPPED"))
    throw new AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
  cluster.status = "INACTIVE";
  return cluster;
}
