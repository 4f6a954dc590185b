import type { Context } from "../context.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import { namedProvider } from "../core/ecs/capacity.ts";
import type { DescribedCluster } from "../core/plan/cluster-basis.ts";
import type { ClusterProviders } from "../core/plan/run-request.ts";
import { newestIn, newestOf, type NewestRevisions } from "../core/plan/newest-revisions.ts";
import { onManagedInstances } from "../core/workload/managed-instances.ts";
import type { ResolvedWorkload } from "../core/workload/resolved.ts";
import { requireCluster } from "../operations/observe-cluster.ts";
import type { EcsPort } from "../ports.ts";
import { readClusterState } from "./read-cluster.ts";

/** What a plan has to know of a cluster besides its instances and tasks. */
export interface ClusterFacts extends DescribedCluster {
  /** Those of its capacity providers that are Managed Instances; undefined where that is not known. */
  managedInstancesProviders(): Promise<readonly string[] | undefined>;
}

/** Where a plan is made from: ECS, or a snapshot of a cluster. */
export interface PlanSource {
  /** @throws AiplatError NotFound when there is no such cluster. */
  facts(cluster: string): Promise<ClusterFacts>;
  /** A definition by family, family:revision or ARN; undefined where it is not known. */
  describe(reference: string): Promise<RegisteredTaskDefinition | undefined>;
  snapshot(cluster: string): Promise<ClusterSnapshot>;
  newest(families: readonly string[]): Promise<NewestRevisions>;
}

/** The world as ECS describes it. */
export function liveSource(context: Context, ecs: EcsPort): PlanSource {
  return {
    facts: async (cluster) => {
      const { name, arn, tags, capacityProviders } = await requireCluster(ecs, cluster);
      return {
        name,
        arn,
        tags,
        capacityProviders,
        managedInstancesProviders: () => ecs.managedInstancesProviders(capacityProviders, name),
      };
    },
    describe: (reference) => ecs.describeTaskDefinition(reference),
    snapshot: (cluster) => readClusterState(context, ecs, cluster),
    newest: async (families) => newestOf(await describeDefinitions(ecs, families)),
  };
}

/** By reference; those that there are not are left out. */
export async function describeDefinitions(
  ecs: Pick<EcsPort, "describeTaskDefinition">,
  references: readonly string[],
): Promise<ReadonlyMap<string, RegisteredTaskDefinition>> {
  const found = await Promise.all(
    references.map(async (reference) => [reference, await ecs.describeTaskDefinition(reference)] as const),
  );
  return new Map(
    found.flatMap(([reference, definition]) => (definition === undefined ? [] : [[reference, definition] as const])),
  );
}

/**
 * The world as a snapshot shows it. It does not say which provider is Managed Instances: the workload has to name it.
 */
export function snapshotSource(snapshot: ClusterSnapshot): PlanSource {
  const { cluster, clusterArn, redacted, tags, capacityProviders, taskDefinitions } = snapshot;
  const newest = newestIn(snapshot);
  return {
    facts: async () => ({
      name: cluster,
      ...(clusterArn === undefined || redacted === true ? {} : { arn: clusterArn }),
      tags,
      capacityProviders,
      managedInstancesProviders: async () => undefined,
    }),
    describe: async (reference) =>
      reference.includes(":")
        ? Object.values(taskDefinitions).find(
            (each) => definitionNameOf(each.taskDefinitionArn) === definitionNameOf(reference),
          )
        : newest.of(reference),
    snapshot: async () => snapshot,
    newest: async () => newest,
  };
}

/**
 * The cluster's capacity providers; which of them are Managed Instances is asked
 * only where the workload leaves it open.
 */
export async function providersOf(workload: ResolvedWorkload, facts: ClusterFacts): Promise<ClusterProviders> {
  const open = onManagedInstances(workload) && namedProvider(workload) === undefined;
  return { all: facts.capacityProviders, managedInstances: open ? await facts.managedInstancesProviders() : [] };
}
