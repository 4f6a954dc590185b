import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Context } from "../context.ts";
import type { RunPlan } from "../core/plan/run-plan.ts";
import { changesAnything, type ServicePlan } from "../core/plan/service-plan.ts";
import { exitCodes, type ExitCode } from "../errors.ts";
import { planRegistrations } from "../operations/run-requests.ts";
import { printFailures } from "../output/failures.ts";
import { planView, type PlannedRegistration } from "../output/plan.ts";
import { print } from "../output/print.ts";
import { servicePlanView, stallFailures } from "../output/service-plan.ts";
import { checkOneStandardInput, clusterStateOption, loadClusterState, type ClusterStateOptions } from "./cluster-state.ts";
import type { Command, Invocation } from "./command.ts";
import { loadEcsWorkload, type EcsWorkload } from "./ecs-workload.ts";
import { workloadArgument } from "./load-workload.ts";
import { readClusterState } from "./read-cluster.ts";
import { describeFacts, readRun, readWorkloadRun, type ClusterFacts, type Run } from "./read-run.ts";
import { planLiveService, planOfflineService } from "./read-service.ts";
import { checkRunFlags, placementOptions, type RunOptions } from "./run-options.ts";

interface Options extends RunOptions, ClusterStateOptions {
  readonly exitCode?: boolean;
}

export const plan: Command<Options> = {
  description:
    "Shows what `service deploy` (for kind: service) or run-task would register, create, update, delete and place, field by field, and why: the same plan, and nothing is changed. --count asks for run-task's plan of a service. With --cluster-state it works offline, where only what is running is known of earlier revisions. Exits 4 when not all replicas have a place, or a deployment could not finish.",
  arguments: [workloadArgument],
  options: [...placementOptions, clusterStateOption, { flags: "--exit-code", description: "exit 3 where something would be registered, created, updated or deleted; pending placement does not count" }],
  takesCommand: true,
  examples: [
    ["aiplat plan --cluster prod", "before service deploy"],
    ["aiplat plan --cluster prod --count 3", "before run-task"],
    ["aiplat plan --cluster-state prod.json", "in a pull request, without credentials"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    checkRunFlags(invocation);
    checkOneStandardInput(invocation);
    const workload = options.taskDefinition === undefined ? await loadEcsWorkload(context, invocation) : undefined;
    if (workload?.resolved.kind === "service" && options.count === undefined) return planService(context, invocation, workload);
    const { run, round, registrations } = options.clusterState === undefined ? await planLive(context, invocation, workload) : await planOffline(context, invocation, workload);
    await print(context, planView({ cluster: run.settings.cluster, requested: run.count, registrations, placements: round.steps.map(({ request, count, why }) => ({ taskDefinition: request.taskDefinition, count, why })), failures: round.shortages }));
    await printFailures(context, round.shortages);
    const changes = registrations.some(({ action }) => action === "register");
    if (options.exitCode === true) return changes ? exitCodes.check : exitCodes.success;
    return round.shortages.length > 0 ? exitCodes.capacity : exitCodes.success;
  },
};

async function planService(context: Context, { options }: Invocation<Options>, workload: EcsWorkload): Promise<ExitCode> {
  const plan = options.clusterState === undefined ? await planLiveService(context, await context.aws.ecs(), workload, options) : await planOfflineServiceIn(context, options.clusterState, workload, options);
  await print(context, servicePlanView(plan));
  await printFailures(context, stallFailures(plan));
  if (options.exitCode === true) return changesAnything(plan) ? exitCodes.check : exitCodes.success;
  return plan.stalls.length > 0 ? exitCodes.capacity : exitCodes.success;
}

async function planOfflineServiceIn(context: Context, clusterState: string, workload: EcsWorkload, options: Options): Promise<ServicePlan> {
  const snapshot = await loadClusterState(context, { clusterState });
  return planOfflineService(workload, snapshot, factsOf(snapshot), options);
}

interface Planned {
  readonly run: Run;
  readonly round: RunPlan;
  readonly registrations: readonly PlannedRegistration[];
}

async function planLive(context: Context, invocation: Invocation<Options>, workload: EcsWorkload | undefined): Promise<Planned> {
  const ecs = await context.aws.ecs();
  const run = workload === undefined ? await readRun(context, ecs, invocation) : await readWorkloadRun(context, invocation, (cluster) => describeFacts(ecs, cluster), workload);
  const round = run.plan(run.count, run.readsCluster ? await readClusterState(context, ecs, run.settings.cluster) : undefined, new Set());
  return { run, round, registrations: await planRegistrations((family) => ecs.describeTaskDefinition(family), round.steps) };
}

async function planOffline(context: Context, invocation: Invocation<Options>, workload: EcsWorkload | undefined): Promise<Planned> {
  const snapshot = await loadClusterState(context, invocation.options);
  const run = await readWorkloadRun(context, invocation, async () => factsOf(snapshot), workload);
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
