import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import type { TaskDefinition } from "../../core/ecs-api/api.ts";
import { logGroupsOf } from "../../core/ecs/log-groups.ts";
import { definitionsOf, readsCluster, type EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { volumeConfigurationsOf } from "../../core/ecs/volumes.ts";
import type { LogGroupStep } from "../../core/plan/log-groups.ts";
import { typesOf } from "../../core/plan/choose-capacity.ts";
import type { CapacityProvider } from "../../core/cluster/capacity-providers.ts";
import type { DescribedCluster } from "../../core/plan/cluster-inputs.ts";
import { planRun } from "../../core/plan/plan-run.ts";
import type { RunFlags } from "../../core/plan/run-flags.ts";
import { readingOfWorkload, type RunReading } from "../../core/plan/run-reading.ts";
import { networkConfigurationOf, type RunSettings } from "../../core/plan/run-request.ts";
import { AiplatError, allTogether } from "../../errors.ts";
import type { PlanRound } from "../../operations/run-task.ts";
import { note } from "../../output/note.ts";
import type { Invocation } from "../command.ts";
import { readAwsFlags } from "./aws-flags.ts";
import { loadEcsWorkload, type LoadedEcsWorkload } from "./load-ecs-workload.ts";
import type { PlanSource } from "./plan-source.ts";
import { checkOverrides, prepareRegisteredRun } from "./prepare-registered-run.ts";
import { capacityOfRun, capacitySettings, managedInstancesIn, wantedCapacity } from "./run-capacity.ts";
import { checkRunFlags, type RunOptions } from "./run-options.ts";
import { common, settingsOf } from "./run-settings.ts";
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
  /** Whether the machines there are, or could be added, say where the tasks go. */
  readonly showsRoom: boolean;
  /** What of the cluster the plan has to see, where it may keep to a part. */
  readonly reading?: RunReading;
  /** The cluster's capacity providers, as far as they were described. */
  readonly providers?: readonly CapacityProvider[];
  /** Whether ECS itself refuses a second claim on a device. */
  readonly locked: boolean;
  readonly plan: PlanRound;
  /** A saved plan is carried out as it is, or not: nothing is planned anew. */
  readonly oneRound?: boolean;
  /** The definitions that any of the tasks may have. */
  readonly definitions: () => readonly TaskDefinition[];
  /** What is made before the first task starts. */
  readonly logGroups: readonly LogGroupStep[];
}

/** A run that is still to be planned, with what its plan rests on. */
export interface PlannableRun extends Run {
  readonly cluster: DescribedCluster;
  /** Families whose newest revision the user asked for by --task-definition. */
  readonly follows: readonly string[];
}

/** What flags and files say of a run. */
export interface ReadRun {
  readonly flags: RunFlags;
  /** Undefined where a registered definition is to run. */
  readonly workload: LoadedEcsWorkload | undefined;
}

/**
 * Reads flags and workload, without AWS.
 *
 * @param askRegion As of loadEcsWorkload.
 * @throws AiplatError (exit 2) with all that is wrong with them.
 */
export async function readRun(
  context: Context,
  invocation: Invocation<RunOptions>,
  askRegion?: () => Promise<string | undefined>,
): Promise<ReadRun> {
  const { options } = invocation;
  checkRunFlags(invocation);
  const [workload, flags] = await allTogether([
    options.taskDefinition === undefined ? loadEcsWorkload(context, invocation, askRegion) : undefined,
    readAwsFlags(context, options),
  ]);
  return { flags, workload };
}

/**
 * Makes a run ready to plan, by the cluster.
 *
 * @throws AiplatError or Refusal (exit 2) on anything that cannot be run, before any call that changes something.
 */
export async function prepareRun(
  context: Context,
  source: PlanSource,
  options: RunOptions,
  { flags, workload }: ReadRun,
): Promise<PlannableRun> {
  return workload === undefined
    ? prepareRegisteredRun(context, source, options, { reference: options.taskDefinition!, flags })
    : prepareWorkloadRun(context, source, options, flags, workload);
}

async function prepareWorkloadRun(
  context: Context,
  source: PlanSource,
  options: RunOptions,
  flags: RunFlags,
  { resolved, anywhere, forCluster, locating }: LoadedEcsWorkload,
): Promise<PlannableRun> {
  checkBeforeCalls(anywhere, options, flags);
  const facts = await source.facts(resolved.ecs.cluster ?? "default");
  const ecs = forCluster(facts);
  const chosen = await capacityOfRun({ said: ecs.capacity, flags, types: typesOf(resolved), locating }, facts);
  checkDefinitionFits(ecs, flags, chosen);
  if (chosen.note !== undefined) note(context, chosen.note);
  const networkConfiguration = locating(() => networkConfigurationOf(ecs, flags.networkConfiguration));
  const count = options.count ?? (resolved.kind === "job" ? resolved.replicas : 1);
  const settings = settingsOf(options, flags, resolved.name, facts.name, {
    count,
    ...capacitySettings(chosen),
    ...present({ networkConfiguration, volumeConfigurations: volumeConfigurationsOf(resolved) }),
    // A flag that says how the machines are filled overrides the file.
    ...(options.pack === true || options.spread === true ? {} : present({ placementStrategy: ecs.placementStrategy })),
  });
  return {
    ...common(options, settings, facts),
    readsCluster: readsCluster(ecs),
    ...present({ reading: readsCluster(ecs) ? readingOfWorkload(settings, ecs) : undefined }),
    ...present({ providers: chosen.cluster.providers }),
    showsRoom: ecs.capacity.kind !== "managed-instances",
    locked: ecs.networkMode !== "awsvpc" && ecs.listedDevices.devices.length === 0,
    follows: [],
    plan: (remaining, snapshot, exhausted) => planRun(ecs, settings, remaining, snapshot, exhausted),
    definitions: () => definitionsOf(ecs),
    logGroups: await source.logGroups(logGroupsOf(ecs)),
  };
}

/** What flags and workload contradict each other in. @throws AiplatError */
function checkBeforeCalls(ecs: EcsWorkload, { group }: RunOptions, flags: RunFlags): void {
  checkGroup(ecs, group);
  checkOverrides(definitionsOf(ecs)[0]!, flags);
  wantedCapacity({ said: ecs.capacity, flags });
}

/** A definition for Managed Instances is another one, which the flag comes too late for. */
function checkDefinitionFits(
  { capacity }: EcsWorkload,
  { capacityProviderStrategy }: RunFlags,
  chosen: Awaited<ReturnType<typeof capacityOfRun>>,
): void {
  const managed = capacityProviderStrategy === undefined ? undefined : managedInstancesIn(chosen);
  if (managed === undefined || capacity.kind === "managed-instances") return;
  throw new AiplatError(
    "Usage",
    `--capacity-provider-strategy: ${managed} starts Managed Instances, and their definition is another`,
    { hint: `Write ecs.capacity: { managedInstances: ${managed} } in the file in place of the flag.` },
  );
}

/** Without host ports the group is what keeps two tasks of one slot off one machine. */
function checkGroup({ choosesDevices, networkMode }: EcsWorkload, group: string | undefined): void {
  if (group === undefined || !choosesDevices || networkMode !== "awsvpc") return;
  throw new AiplatError(
    "Usage",
    `--group ${group}: in awsvpc mode a task's group says which devices it holds, ` +
      "so that ECS keeps two tasks off one device",
    { hint: "Leave --group out, or use network mode bridge or host." },
  );
}
