import type { Context } from "../../context.ts";
import type { ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import type { CapacityProvider } from "../../core/cluster/capacity-providers.ts";
import type { CapacityProviderStrategyItem, RegisteredTaskDefinition } from "../../core/ecs-api/api.ts";
import { definitionNameOf } from "../../core/ecs-api/arn.ts";
import type { WantedLogGroup } from "../../core/ecs/log-groups.ts";
import { planLogGroups, type LogGroupStep } from "../../core/plan/log-groups.ts";
import type { Capacity } from "../../core/ecs/capacity.ts";
import type { DescribedCluster } from "../../core/plan/cluster-inputs.ts";
import { providersToDescribe, type ClusterCapacity } from "../../core/plan/choose-capacity.ts";
import { newestIn, type NewestRevisions } from "../../core/plan/newest-revisions.ts";
import { readNewest } from "../../operations/describe-definitions.ts";
import { observeLogGroups } from "../../operations/log-groups.ts";
import { observeProviders } from "../../operations/observe-providers.ts";
import { requireCluster } from "../../operations/observe-cluster.ts";
import type { EcsPort } from "../../ports.ts";
import type { PlanOn } from "../../operations/plan-on-cluster.ts";
import type { RunRound } from "../../core/plan/run-plan.ts";
import type { Run } from "./prepare-run.ts";
import { plannerOf, readClusterState } from "./read-cluster-state.ts";

/** What a plan has to know of a cluster besides its instances and tasks. */
export interface ClusterFacts extends DescribedCluster {
  readonly defaultStrategy: readonly CapacityProviderStrategyItem[];
  /** Describes these of its capacity providers; undefined where that is not known. */
  describeProviders(names: readonly string[]): Promise<readonly CapacityProvider[] | undefined>;
}

/** Where a plan is made from: ECS, or a snapshot of a cluster. */
export interface PlanSource {
  /** @throws AiplatError NotFound when there is no such cluster. */
  facts(cluster: string): Promise<ClusterFacts>;
  /** A definition by family, family:revision or ARN; undefined where it is not known. */
  describe(reference: string): Promise<RegisteredTaskDefinition | undefined>;
  snapshot(cluster: string): Promise<ClusterSnapshot>;
  /** Plans rounds of a run on the cluster. */
  planner(run: Run): Promise<(plan: PlanOn) => Promise<RunRound>>;
  newest(families: readonly string[]): Promise<NewestRevisions>;
  /** What becomes of log groups: those that are not there. */
  logGroups(wanted: readonly WantedLogGroup[]): Promise<readonly LogGroupStep[]>;
}

/** ECS, which takes a region: asked for once files and flags are read, as what is wrong with those is told without. */
export type GetEcs = () => Promise<EcsPort>;

/** The world as ECS describes it. */
export function liveSource(context: Context, getEcs: GetEcs): PlanSource {
  return {
    facts: async (cluster) => {
      const { name, arn, tags, capacityProviders, defaultCapacityProviderStrategy } = await requireCluster(
        await getEcs(),
        cluster,
      );
      return {
        name,
        arn,
        tags,
        capacityProviders,
        defaultStrategy: defaultCapacityProviderStrategy,
        describeProviders: (names) => observeProviders(context.aws, names, name),
      };
    },
    describe: async (reference) => (await getEcs()).describeTaskDefinition(reference),
    snapshot: async (cluster) => readClusterState(context, await getEcs(), cluster),
    planner: async (run) => plannerOf(context, await getEcs(), run),
    newest: async (families) => readNewest(await getEcs(), families),
    logGroups: (wanted) => observeLogGroups((region) => context.aws.logs(region), wanted),
  };
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
      defaultStrategy: snapshot.defaultStrategy ?? [],
      describeProviders: async (names) => snapshot.providers?.filter(({ name }) => names.includes(name)),
    }),
    describe: async (reference) =>
      reference.includes(":")
        ? Object.values(taskDefinitions).find(
            (each) => definitionNameOf(each.taskDefinitionArn) === definitionNameOf(reference),
          )
        : newest.of(reference),
    snapshot: async () => snapshot,
    planner: async () => async (plan) => plan(snapshot),
    newest: async () => newest,
    logGroups: async (wanted) =>
      planLogGroups(
        wanted,
        wanted.map(({ group }) => ({
          unknown: `the snapshot does not say whether log group ${group} is there, and whoever carries the plan out makes it with rights to`,
        })),
      ),
  };
}

/** The cluster's capacity: of its providers those are described that may start the workload's tasks. */
export async function capacityFor(capacity: Capacity, facts: ClusterFacts): Promise<ClusterCapacity> {
  return describedCapacity(facts, (known) => providersToDescribe(capacity, known));
}

/** As capacityFor, of the providers that `wanted` names. */
export async function describedCapacity(
  facts: ClusterFacts,
  wanted: (known: Omit<ClusterCapacity, "providers">) => readonly string[],
): Promise<ClusterCapacity> {
  const known = { associated: facts.capacityProviders, defaultStrategy: facts.defaultStrategy };
  const names = wanted(known);
  return { ...known, providers: names.length === 0 ? [] : await facts.describeProviders(names) };
}
