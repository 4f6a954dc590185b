import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Context } from "../context.ts";
import type { RunPlan } from "../core/plan/run-plan.ts";
import { exitCodes } from "../errors.ts";
import { planRegistrations } from "../operations/run-requests.ts";
import { printFailures } from "../output/failures.ts";
import { planView, type PlannedRegistration } from "../output/plan.ts";
import { print } from "../output/print.ts";
import { checkOneStandardInput, clusterStateOption, loadClusterState, type ClusterStateOptions } from "./cluster-state.ts";
import type { Command, Invocation } from "./command.ts";
import { workloadArgument } from "./load-workload.ts";
import { readClusterState } from "./read-cluster.ts";
import { readRun, readWorkloadRun, type ClusterFacts, type Run } from "./read-run.ts";
import { placementOptions, type RunOptions } from "./run-options.ts";

interface Options extends RunOptions, ClusterStateOptions {
  readonly exitCode?: boolean;
}

export const plan: Command<Options> = {
  description:
    "Shows what run-task would register and place, and why: the same plan, and nothing is changed. With --cluster-state it works offline, where only what is running is known of earlier revisions. Exits 4 when not all replicas have a place.",
  arguments: [workloadArgument],
  options: [...placementOptions, clusterStateOption, { flags: "--exit-code", description: "exit 3 where something would be registered; pending placement does not count" }],
  takesCommand: true,
  examples: [
    ["aiplat plan --cluster prod --count 3", "before run-task"],
    ["aiplat plan --cluster-state prod.json", "in a pull request, without credentials"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    checkOneStandardInput(invocation);
    const { run, round, registrations } = options.clusterState === undefined ? await planLive(context, invocation) : await planOffline(context, invocation);
    await print(context, planView({ cluster: run.settings.cluster, requested: run.count, registrations, placements: round.steps.map(({ request, count, why }) => ({ taskDefinition: request.taskDefinition, count, why })), failures: round.shortages }));
    await printFailures(context, round.shortages);
    const changes = registrations.some(({ action }) => action === "register");
    if (options.exitCode === true) return changes ? exitCodes.check : exitCodes.success;
    return round.shortages.length > 0 ? exitCodes.capacity : exitCodes.success;
  },
};

interface Planned {
  readonly run: Run;
  readonly round: RunPlan;
  readonly registrations: readonly PlannedRegistration[];
}

async function planLive(context: Context, invocation: Invocation<Options>): Promise<Planned> {
  const ecs = await context.aws.ecs();
  const run = await readRun(context, ecs, invocation);
  const round = run.plan(run.count, run.readsCluster ? await readClusterState(context, ecs, run.settings.cluster) : undefined, new Set());
  return { run, round, registrations: await planRegistrations((family) => ecs.describeTaskDefinition(family), round.steps) };
}

async function planOffline(context: Context, invocation: Invocation<Options>): Promise<Planned> {
  const snapshot = await loadClusterState(context, invocation.options);
  const run = await readWorkloadRun(context, invocation, async () => factsOf(snapshot));
  const round = run.plan(run.count, snapshot, new Set());
  return { run, round, registrations: await planRegistrations(async (family) => latestRunning(snapshot, family), round.steps) };
}

/** A snapshot does not say which provider is Managed Instances: the workload has to name it. */
function factsOf({ cluster, tags, capacityProviders }: ClusterSnapshot): ClusterFacts {
  return { name: cluster, tags, capacityProviders, managedInstancesProviders: async () => [] };
}

function latestRunning(snapshot: ClusterSnapshot, family: string): ClusterSnapshot["taskDefinitions"][string] | undefined {
  return Object.values(snapshot.taskDefinitions)
    .filter((definition) => definition.family === family)
    .toSorted((one, other) => other.revision - one.revision)[0];
}
