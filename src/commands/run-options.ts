import type { Context } from "../context.ts";
import { lockPortBaseOf } from "../core/devices/claims.ts";
import type { NetworkConfiguration, PlacementConstraint, TaskDefinition } from "../core/ecs/api.ts";
import { namedProvider, networkModeOf, onManagedInstances } from "../core/ecs/capacity.ts";
import { choosesDevices, planRegistered, planRun } from "../core/plan/plan-run.ts";
import { definitionsOf } from "../core/plan/plan-slots.ts";
import { chooseProvider, networkConfigurationOf, type RunSettings } from "../core/plan/run-request.ts";
import { parseExpression } from "../core/placement/query.ts";
import type { ResolvedWorkload } from "../core/workload/resolved.ts";
import { AiplatError } from "../errors.ts";
import { requireCluster } from "../operations/observe-cluster.ts";
import type { ClusterDescription, EcsPort } from "../operations/ports.ts";
import type { PlanRound } from "../operations/run-task.ts";
import { nameRun } from "../operations/tokens.ts";
import { parseNetworkConfiguration, parsePlacementConstraints } from "./aws-syntax.ts";
import type { Invocation, OptionSpec } from "./command.ts";
import { loadEcsWorkload } from "./ecs-workload.ts";
import { workloadOptions, type WorkloadOptions } from "./load-workload.ts";
import { wholeNumber } from "./numbers.ts";
import type { TaskTarget } from "./task-target.ts";
import { watchOptions, type WatchOptions } from "./watch-tasks.ts";
import { flagTexts } from "./workload-options.ts";

export interface RunOptions extends WorkloadOptions, WatchOptions {
  readonly cluster?: string;
  readonly taskDefinition?: string;
  readonly count?: number;
  readonly group?: string;
  readonly startedBy?: string;
  readonly placementConstraints?: readonly (readonly PlacementConstraint[])[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand?: boolean;
  readonly clientToken?: string;
  readonly pack?: boolean;
  readonly spread?: boolean;
  readonly allOrNothing?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

/** Flags that `aws ecs run-task` has too keep its name and meaning. */
export const runOptions: readonly OptionSpec[] = [
  ...workloadOptions,
  { flags: "--count <n>", description: "replicas to run now", defaultText: "the file's replicas for a job, 1 for a service", parse: wholeNumber("--count") },
  { flags: "--task-definition <definition>", description: "run a registered task definition (family, family:revision or ARN) instead of a workload" },
  { flags: "--pack", description: "fill one machine after the other (the default)" },
  { flags: "--spread", description: "spread the replicas over the machines" },
  { flags: "--all-or-nothing", description: "stop every task again when not all can be placed" },
  { flags: "--group <name>", description: "task group", defaultText: "ECS's own, family:NAME" },
  { flags: "--started-by <text>", description: "who started the tasks", defaultText: "the run's id" },
  { flags: "--placement-constraints <constraint>", description: "type=memberOf,expression=... or type=distinctInstance", repeatable: true, parse: parsePlacementConstraints },
  { flags: "--network-configuration <configuration>", description: "awsvpcConfiguration={subnets=[...],securityGroups=[...]}", parse: parseNetworkConfiguration },
  { flags: "--enable-execute-command", description: "let aws ecs execute-command into the containers" },
  { flags: "--client-token <token>", description: "makes the command repeatable: what it started before under this token is not started again" },
  { flags: "--dry-run", description: "print the exact API requests and change nothing" },
  { flags: "--wait", description: "wait until the tasks have stopped; exit 1 when a container failed" },
  ...watchOptions,
];

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

/** Reads flags, workload and cluster. @throws AiplatError or Refusal (exit 2) on anything that cannot be run, before any call that changes something. */
export async function readRun(context: Context, ecs: EcsPort, invocation: Invocation<RunOptions>): Promise<Run> {
  const { options } = invocation;
  checkFlags(invocation);
  return options.taskDefinition === undefined ? readWorkloadRun(context, ecs, invocation) : readRegisteredRun(ecs, options, options.taskDefinition);
}

async function readWorkloadRun(context: Context, ecs: EcsPort, invocation: Invocation<RunOptions>): Promise<Run> {
  const { options } = invocation;
  const { resolved, generate } = await loadEcsWorkload(context, invocation);
  const description = await requireCluster(ecs, resolved.ecs.cluster ?? "default");
  const provider = await findProvider(ecs, resolved, description);
  const networkConfiguration = networkConfigurationOf(resolved, options.networkConfiguration);
  const settings = settingsOf(options, resolved.name, description.name, { ...(provider === undefined ? {} : { provider }), ...(networkConfiguration === undefined ? {} : { networkConfiguration }) });
  const generateHere = { ...generate, lockPortBase: lockPortBaseOf(description.tags) };
  return {
    ...common(options, settings),
    count: options.count ?? (resolved.kind === "job" ? resolved.replicas : 1),
    readsCluster: choosesDevices(resolved),
    locked: networkModeOf(resolved) !== "awsvpc",
    plan: (remaining, snapshot, exhausted) => planRun(resolved, settings, generateHere, remaining, snapshot, exhausted),
    definitions: () => definitionsOf(resolved, generateHere),
  };
}

async function readRegisteredRun(ecs: EcsPort, options: RunOptions, reference: string): Promise<Run> {
  const [definition, description] = await Promise.all([ecs.describeTaskDefinition(reference), requireCluster(ecs, options.cluster ?? "default")]);
  if (definition === undefined) throw new AiplatError("NotFound", `there is no task definition ${reference} in this region`, { hint: "aws ecs list-task-definitions lists them." });
  if (definition.networkMode === "awsvpc" && options.networkConfiguration === undefined) throw new AiplatError("Usage", `${reference} uses network mode awsvpc: give --network-configuration with its subnets`);
  const settings = settingsOf(options, definition.family, description.name, options.networkConfiguration === undefined ? {} : { networkConfiguration: options.networkConfiguration });
  return {
    ...common(options, settings),
    count: options.count ?? 1,
    readsCluster: true,
    locked: false,
    plan: (remaining, snapshot, exhausted) => planRegistered(definition, settings, remaining, snapshot, exhausted),
    definitions: () => [definition],
  };
}

function common(options: RunOptions, settings: RunSettings): Pick<Run, "settings" | "target" | "clientToken" | "allOrNothing"> {
  return {
    settings,
    target: { cluster: settings.cluster, selection: { run: settings.run } },
    ...(options.clientToken === undefined ? {} : { clientToken: options.clientToken }),
    allOrNothing: options.allOrNothing === true,
  };
}

function settingsOf(options: RunOptions, name: string, cluster: string, more: Pick<RunSettings, "provider" | "networkConfiguration">): RunSettings {
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

async function findProvider(ecs: EcsPort, workload: ResolvedWorkload, { capacityProviders }: ClusterDescription): Promise<string | undefined> {
  const asked = onManagedInstances(workload) && namedProvider(workload) === undefined;
  return chooseProvider(workload, asked ? await ecs.managedInstancesProviders(capacityProviders) : []);
}

/** Whether a workload flag is given besides --cluster, which says where and not what. */
function describesWorkload(options: RunOptions): boolean {
  return [...flagTexts(options).texts.keys()].some((flag) => flag !== "--cluster");
}

function checkFlags({ args, options, passthrough }: Invocation<RunOptions>): void {
  const usage = (message: string) => new AiplatError("Usage", message);
  if (options.pack === true && options.spread === true) throw usage("give --pack or --spread, not both");
  if (options.taskDefinition !== undefined && (args.length > 0 || passthrough !== undefined || describesWorkload(options))) throw usage("give a workload or --task-definition, not both");
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
  if ((options.startedBy?.length ?? 0) > 128) throw usage("--started-by is at most 128 characters");
  if ((options.group?.length ?? 0) > 255) throw usage("--group is at most 255 characters");
  for (const { expression } of (options.placementConstraints ?? []).flat()) if (expression !== undefined) parseExpression(expression, ["--placement-constraints"]);
}
