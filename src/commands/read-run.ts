import type { Context } from "../context.ts";
import { lockPortBaseOf } from "../core/devices/claims.ts";
import type { TaskDefinition } from "../core/ecs/api.ts";
import { onManagedInstances } from "../core/workload/managed-instances.ts";
import { namedProvider, networkModeOf } from "../core/ecs/capacity.ts";
import { choosesDevices, planRegistered, planRun } from "../core/plan/plan-run.ts";
import { definitionsOf } from "../core/plan/plan-slots.ts";
import { chooseProvider, networkConfigurationOf, type ClusterProviders, type RunSettings } from "../core/plan/run-request.ts";
import type { ResolvedWorkload } from "../core/workload/resolved.ts";
import { AiplatError } from "../errors.ts";
import { requireCluster } from "../operations/observe-cluster.ts";
import type { EcsPort } from "../operations/ports.ts";
import type { PlanRound } from "../operations/run-task.ts";
import { nameRun } from "../operations/tokens.ts";
import type { Invocation } from "./command.ts";
import { loadEcsWorkload, type EcsWorkload } from "./ecs-workload.ts";
import { checkRunFlags, type RunOptions } from "./run-options.ts";
import type { TaskTarget } from "./task-target.ts";

/** A run as the command line and the workload say it, ready to plan. */
export interface Run {
  readonly settings: RunSettings;
  readonly target: TaskTarget;
  readonly count: number;
  readonly clientToken?: string;
  readonly allOrNothing: boolean;
  /** Whether the plan has to see the cluster: aiplat chooses the devices. */
  readonly readsCluster: boolean;
  /** Whether ECS itself refuses a second claim on a device. */
  readonly locked: boolean;
  readonly plan: PlanRound;
  /** The definitions that any of the tasks may have. */
  readonly definitions: () => readonly TaskDefinition[];
}

/** What a plan has to know of a cluster besides its instances and tasks. */
export interface ClusterFacts {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly capacityProviders: readonly string[];
  /** Those of them that are Managed Instances. */
  managedInstancesProviders(): Promise<readonly string[]>;
}

/** The facts of a cluster as ECS describes it. @throws AiplatError NotFound when there is no such cluster. */
export async function describeFacts(ecs: EcsPort, cluster: string): Promise<ClusterFacts> {
  const { name, tags, capacityProviders } = await requireCluster(ecs, cluster);
  return { name, tags, capacityProviders, managedInstancesProviders: () => ecs.managedInstancesProviders(capacityProviders, name) };
}

/** The cluster's capacity providers; which of them are Managed Instances is asked only where the workload leaves it open. */
export async function providersOf(workload: ResolvedWorkload, facts: ClusterFacts): Promise<ClusterProviders> {
  const open = onManagedInstances(workload) && namedProvider(workload) === undefined;
  return { all: facts.capacityProviders, managedInstances: open ? await facts.managedInstancesProviders() : [] };
}

/**
 * Reads flags, workload and cluster.
 *
 * @throws AiplatError or Refusal (exit 2) on anything that cannot be run, before any call that changes something.
 */
export async function readRun(context: Context, ecs: EcsPort, invocation: Invocation<RunOptions>): Promise<Run> {
  const { options } = invocation;
  checkRunFlags(invocation);
  if (options.taskDefinition !== undefined) return readRegisteredRun(ecs, options, options.taskDefinition);
  return readWorkloadRun(context, invocation, (cluster) => describeFacts(ecs, cluster));
}

/** As readRun for a workload, with the facts from wherever they come. */
export async function readWorkloadRun(context: Context, invocation: Invocation<RunOptions>, factsOf: (cluster: string) => Promise<ClusterFacts>, workload?: EcsWorkload): Promise<Run> {
  const { options } = invocation;
  const { resolved, generate, locating } = workload ?? (await loadEcsWorkload(context, invocation));
  checkGroup(resolved, options.group);
  const description = await factsOf(resolved.ecs.cluster ?? "default");
  const providers = await providersOf(resolved, description);
  const provider = locating(() => chooseProvider(resolved, providers));
  const networkConfiguration = locating(() => networkConfigurationOf(resolved, options.networkConfiguration));
  const count = options.count ?? (resolved.kind === "job" ? resolved.replicas : 1);
  const settings = settingsOf(options, resolved.name, description.name, { count, ...(provider === undefined ? {} : { provider }), ...(networkConfiguration === undefined ? {} : { networkConfiguration }) });
  const generateHere = { ...generate, lockPortBase: lockPortBaseOf(description.tags) };
  return {
    ...common(options, settings),
    readsCluster: choosesDevices(resolved),
    locked: networkModeOf(resolved) !== "awsvpc",
    plan: (remaining, snapshot, exhausted) => planRun(resolved, settings, generateHere, remaining, snapshot, exhausted),
    definitions: () => definitionsOf(resolved, generateHere),
  };
}

/** Without host ports the group is what keeps two tasks of one slot off one machine. */
function checkGroup(workload: ResolvedWorkload, group: string | undefined): void {
  if (group === undefined || !choosesDevices(workload) || networkModeOf(workload) !== "awsvpc") return;
  throw new AiplatError("Usage", `--group ${group}: in awsvpc mode a task's group says which devices it holds, so that ECS keeps two tasks off one device`, { hint: "Leave --group out, or use network mode bridge or host." });
}

async function readRegisteredRun(ecs: EcsPort, options: RunOptions, reference: string): Promise<Run> {
  const [definition, description] = await Promise.all([ecs.describeTaskDefinition(reference), requireCluster(ecs, options.cluster ?? "default")]);
  if (definition === undefined) throw new AiplatError("NotFound", `there is no task definition ${reference} in this region`, { hint: "aws ecs list-task-definitions lists them." });
  if (definition.networkMode === "awsvpc" && options.networkConfiguration === undefined) throw new AiplatError("Usage", `${reference} uses network mode awsvpc: give --network-configuration with its subnets`);
  const { count = 1, networkConfiguration } = options;
  const settings = settingsOf(options, definition.family, description.name, { count, ...(networkConfiguration === undefined ? {} : { networkConfiguration }) });
  return {
    ...common(options, settings),
    readsCluster: true,
    locked: false,
    plan: (remaining, snapshot, exhausted) => planRegistered(definition, settings, remaining, snapshot, exhausted),
    definitions: () => [definition],
  };
}

function common(options: RunOptions, settings: RunSettings): Pick<Run, "settings" | "target" | "count" | "clientToken" | "allOrNothing"> {
  return {
    settings,
    count: settings.count,
    target: { cluster: settings.cluster, selection: { run: settings.run } },
    ...(options.clientToken === undefined ? {} : { clientToken: options.clientToken }),
    allOrNothing: options.allOrNothing === true,
  };
}

function settingsOf(options: RunOptions, name: string, cluster: string, more: Pick<RunSettings, "count" | "provider" | "networkConfiguration">): RunSettings {
  return {
    run: nameRun(name, options.clientToken),
    cluster,
    strategy: options.spread === true ? "spread" : "pack",
    ...(options.group === undefined ? {} : { group: options.group }),
    ...(options.startedBy === undefined ? {} : { startedBy: options.startedBy }),
    placementConstraints: (options.placementConstraints ?? []).flat(),
    enableExecuteCommand: options.enableExecuteCommand === true,
    ...more,
  };
}
