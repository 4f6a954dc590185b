import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import type { TaskDefinition } from "../../core/ecs-api/api.ts";
import { definitionsOf, readsCluster, type EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { planRegistered, planRun } from "../../core/plan/plan-run.ts";
import type { DescribedCluster } from "../../core/plan/cluster-basis.ts";
import { chooseCapacity, typesOf, type ChosenCapacity } from "../../core/plan/choose-capacity.ts";
import { networkConfigurationOf, type RunSettings } from "../../core/plan/run-request.ts";
import { AiplatError } from "../../errors.ts";
import type { PlanRound } from "../../operations/run-task.ts";
import { note } from "../../output/note.ts";
import { nameRun } from "../../operations/tokens.ts";
import type { Invocation } from "../command.ts";
import { loadEcsWorkload, type LoadedEcsWorkload } from "./load-ecs-workload.ts";
import { capacityFor, type PlanSource } from "./plan-source.ts";
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
  /** Whether the machines there are, or could be added, say where the tasks go. */
  readonly showsRoom: boolean;
  /** Whether ECS itself refuses a second claim on a device. */
  readonly locked: boolean;
  readonly plan: PlanRound;
  /** A saved plan is carried out as it is, or not: nothing is planned anew. */
  readonly oneRound?: boolean;
  /** The definitions that any of the tasks may have. */
  readonly definitions: () => readonly TaskDefinition[];
}

/** A run that is still to be planned, with what its plan rests on. */
export interface PlannableRun extends Run {
  readonly cluster: DescribedCluster;
  /** Families whose newest revision the user asked for by --task-definition. */
  readonly follows: readonly string[];
}

/**
 * Reads flags, workload and cluster.
 *
 * @param workload Where it was read already.
 * @throws AiplatError or Refusal (exit 2) on anything that cannot be run, before any call that changes something.
 */
export async function prepareRun(
  context: Context,
  source: PlanSource,
  invocation: Invocation<RunOptions>,
  workload?: LoadedEcsWorkload,
): Promise<PlannableRun> {
  const { options } = invocation;
  checkRunFlags(invocation);
  if (options.taskDefinition !== undefined) return readRegisteredRun(source, options, options.taskDefinition);
  return readWorkloadRun(context, source, options, workload ?? (await loadEcsWorkload(context, invocation)));
}

async function readWorkloadRun(
  context: Context,
  source: PlanSource,
  options: RunOptions,
  { resolved, forCluster, locating }: LoadedEcsWorkload,
): Promise<PlannableRun> {
  checkGroup(forCluster(), options.group);
  const facts = await source.facts(resolved.ecs.cluster ?? "default");
  const ecs = forCluster(facts);
  const available = await capacityFor(ecs.capacity, facts);
  const chosen = locating(() => chooseCapacity(ecs.capacity, available, typesOf(resolved)));
  if (chosen.note !== undefined) note(context, chosen.note);
  const networkConfiguration = locating(() => networkConfigurationOf(ecs, options.networkConfiguration));
  const count = options.count ?? (resolved.kind === "job" ? resolved.replicas : 1);
  const settings = settingsOf(options, resolved.name, facts.name, {
    count,
    ...capacitySettings(chosen),
    ...present({ networkConfiguration, placementStrategy: ecs.placementStrategy }),
  });
  return {
    ...common(options, settings, facts),
    readsCluster: readsCluster(ecs),
    showsRoom: ecs.capacity.kind !== "managed-instances",
    locked: ecs.networkMode !== "awsvpc" && ecs.listedDevices.devices.length === 0,
    follows: [],
    plan: (remaining, snapshot, exhausted) => planRun(ecs, settings, remaining, snapshot, exhausted),
    definitions: () => definitionsOf(ecs),
  };
}

/** What a plan keeps of it: JSON has no word for "as many as it takes". */
function capacitySettings({
  capacityProviderStrategy,
  mayGrow,
}: ChosenCapacity): Pick<RunSettings, "capacityProviderStrategy" | "mayGrow"> {
  return present({ capacityProviderStrategy, mayGrow: Number.isFinite(mayGrow) ? mayGrow : undefined });
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

async function readRegisteredRun(source: PlanSource, options: RunOptions, reference: string): Promise<PlannableRun> {
  const [definition, facts] = await Promise.all([
    source.describe(reference),
    source.facts(options.cluster ?? "default"),
  ]);
  if (definition === undefined) throw missingDefinition(reference, options);
  if (definition.networkMode === "awsvpc" && options.networkConfiguration === undefined)
    throw new AiplatError(
      "Usage",
      `${reference} uses network mode awsvpc: give --network-configuration with its subnets`,
    );
  const { count = 1, networkConfiguration } = options;
  const settings = settingsOf(options, definition.family, facts.name, {
    count,
    ...present({ networkConfiguration }),
  });
  return {
    ...common(options, settings, facts),
    readsCluster: true,
    showsRoom: true,
    locked: false,
    follows: reference.includes(":") ? [] : [definition.family],
    plan: (remaining, snapshot, exhausted) => planRegistered(definition, settings, remaining, snapshot, exhausted),
    definitions: () => [definition],
  };
}

function missingDefinition(reference: string, { clusterState }: RunOptions): AiplatError {
  if (clusterState !== undefined)
    return new AiplatError("NotFound", `${clusterState} has no task definition ${reference}`, {
      hint:
        "A snapshot has the definitions of running tasks and of services. " +
        "Plan without --cluster-state, or from the workload.",
    });
  return new AiplatError("NotFound", `there is no task definition ${reference} in this region`, {
    hint: "aws ecs list-task-definitions lists them.",
  });
}

function common(
  options: RunOptions,
  settings: RunSettings,
  cluster: DescribedCluster,
): Pick<PlannableRun, "settings" | "cluster" | "target" | "count" | "clientToken" | "allOrNothing"> {
  return {
    settings,
    cluster,
    count: settings.count,
    target: { cluster: settings.cluster, selection: { run: settings.run } },
    ...present({ clientToken: options.clientToken }),
    allOrNothing: options.allOrNothing === true,
  };
}

function settingsOf(
  options: RunOptions,
  name: string,
  cluster: string,
  more: Pick<
    RunSettings,
    "count" | "capacityProviderStrategy" | "mayGrow" | "networkConfiguration" | "placementStrategy"
  >,
): RunSettings {
  return {
    run: nameRun(name, options.clientToken),
    cluster,
    strategy: options.spread === true ? "spread" : "pack",
    ...present({ group: options.group, startedBy: options.startedBy }),
    placementConstraints: (options.placementConstraints ?? []).flat(),
    enableExecuteCommand: options.enableExecuteCommand === true,
    ...more,
  };
}
