import { present } from "../../core/base/present.ts";
import { counted } from "../../core/base/counted.ts";
import type { Context } from "../../context.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { lockPortBaseOf } from "../../core/cluster/lock-port-base.ts";
import { isLocked } from "../../core/devices/terms.ts";
import type { Task, TaskDefinition } from "../../core/ecs-api/api.ts";
import { staleClusterReasons } from "../../core/plan/cluster-inputs.ts";
import { staleRunReasons, type RunWorld } from "../../core/plan/stale-run-plan.ts";
import { familiesOf } from "../../core/plan/planned-run.ts";
import { tasksIn, type RunPlan } from "../../core/plan/run-plan.ts";
import { AiplatError } from "../../errors.ts";
import { readText, stdinName } from "../../files/read.ts";
import { describeDefinitions } from "../../operations/describe-definitions.ts";
import { findTasks } from "../../operations/find-tasks.ts";
import type { ClusterDescription, EcsPort } from "../../ports.ts";
import type { RunOutcome } from "../../operations/run-task.ts";
import { warn } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { requestsView } from "../../output/run-requests.ts";
import type { Invocation } from "../command.ts";
import { printRunResult } from "./print-tasks.ts";
import { liveSource, type GetEcs } from "./plan-source.ts";
import { readClusterState } from "./read-cluster-state.ts";
import type { Run } from "./prepare-run.ts";
import { plannedOptions, type RunOptions } from "./run-options.ts";
import { checkPlanAlone, requireFresh } from "./check-saved-plan.ts";
import { commandFor, type TaskTarget } from "./task-target.ts";

/** A saved plan, ready to be carried out. */
export interface SavedRun {
  readonly run: Run;
  readonly plan: RunPlan;
  /** What it came to, where it was carried out before. */
  readonly earlier?: RunOutcome;
}

/**
 * How long ECS shows a task that has stopped.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
const rememberedMs = 3_600_000;

/**
 * Reads a saved plan and judges whether it holds.
 *
 * A plan is carried out once: its tasks are found by the run's id, and every request has the client token that it had
 * before, so that two who carry it out at once start its tasks once.
 *
 * @throws AiplatError CheckFailed where the world has moved, or the plan was carried out in part.
 */
export async function prepareSavedRun(
  context: Context,
  getEcs: GetEcs,
  invocation: Invocation<RunOptions & { readonly dryRun?: boolean | undefined }>,
  path: string,
): Promise<SavedRun> {
  checkPlanAlone(invocation, plannedOptions);
  const [text, { parseRunPlan }] = await Promise.all([
    readText(context, path),
    import("../../core/plan/read-run-plan.ts"),
  ]);
  const plan = parseRunPlan(text, path === "-" ? stdinName : path);
  const { settings, cluster: planned } = plan.inputs;
  const ecs = await getEcs();
  const described = await ecs.describeCluster(settings.cluster);
  const cluster = described?.status === "INACTIVE" ? undefined : described;
  const { cluster: name, run: id, count: requested } = settings;
  const refuse = (there: readonly Task[] = []) =>
    invocation.options.dryRun === true
      ? print(context, requestsView(id, [], []))
      : printRunResult(context, ecs, name, { run: id, requested, tasks: there, failures: [] });
  await requireFresh(staleClusterReasons(planned, cluster), refuse);
  const target: TaskTarget = { cluster: settings.cluster, selection: { run: settings.run } };
  const { tasks } = await findTasks(ecs, settings.cluster, target.selection);
  const count = tasksIn(plan.steps);
  if (tasks.length > 0 && tasks.length < count) {
    await refuse(tasks);
    throw carriedOutInPart(context, target, tasks.length, count);
  }
  const world = tasks.length > 0 ? undefined : await readWorld(context, ecs, plan, cluster);
  if (world !== undefined) await requireFresh(staleRunReasons(plan, world), refuse);
  const definitions = plan.steps.flatMap(({ definition, request }): readonly TaskDefinition[] => {
    const found = definition ?? world?.definitions.get(request.taskDefinition);
    return found === undefined ? [] : [found];
  });
  const logGroups = world === undefined ? [] : await liveSource(context, getEcs).logGroups(plan.logGroups ?? []);
  const run = runOf({ ...plan, logGroups }, target, definitions, {
    allOrNothing: invocation.options.allOrNothing === true,
    lockPortBase: lockPortBaseOf(cluster?.tags ?? {}),
  });
  if (world === undefined) {
    await warn(context, {
      message:
        `this plan was carried out before: run ${settings.run} has ${counted(tasks.length, "task")}, ` +
        "and nothing is started again",
      hint: "For another run of the same, plan again.",
    });
    return { run, plan, earlier: { tasks, failures: plan.unplaced } };
  }
  await warnOfAge(context, plan);
  return { run, plan: { ...plan, logGroups } };
}

async function readWorld(
  context: Context,
  ecs: EcsPort,
  { inputs, steps }: RunPlan,
  description: ClusterDescription | undefined,
): Promise<RunWorld> {
  const references = [
    ...familiesOf(
      steps,
      inputs.families.map(({ family }) => family),
    ),
    ...steps.filter(({ definition }) => definition === undefined).map(({ request }) => request.taskDefinition),
  ];
  const [definitions, snapshot] = await Promise.all([
    describeDefinitions(ecs, references),
    inputs.devices ? readClusterState(context, ecs, inputs.settings.cluster) : undefined,
  ]);
  return { cluster: description, definitions, ...present({ snapshot }) };
}

function runOf(
  { inputs, steps, logGroups = [], unplaced }: RunPlan,
  target: TaskTarget,
  definitions: readonly TaskDefinition[],
  { allOrNothing, lockPortBase }: { readonly allOrNothing: boolean; readonly lockPortBase: number },
): Run {
  const { settings, clientToken, devices } = inputs;
  const locked =
    definitions.length === steps.length && definitions.every((definition) => isLocked(definition, lockPortBase));
  return {
    settings,
    target,
    count: settings.count,
    ...present({ clientToken }),
    allOrNothing,
    // The plan is made; only tasks that no lock keeps apart are looked at again once they are started.
    readsCluster: devices && !locked,
    showsRoom: false,
    locked,
    oneRound: true,
    plan: () => ({ steps, unplaced }),
    definitions: () => definitions,
    logGroups,
  };
}

function carriedOutInPart(context: Context, target: TaskTarget, there: number, planned: number): AiplatError {
  return new AiplatError(
    "CheckFailed",
    `this plan was carried out before, in part: ${there} of its ${planned} tasks are there`,
    {
      hint:
        `To look:  ${commandFor(context, "task wait", target)}\n` +
        `For the rest, plan again with --count ${planned - there}.`,
      details: { moved: [`${there} of ${planned} tasks were started before`] },
    },
  );
}

/** Nobody can tell of an old plan whether it was carried out: ECS has forgotten tasks that have stopped. */
async function warnOfAge(context: Context, { inputs: { plannedAt } }: RunPlan): Promise<void> {
  const age = context.now() - Date.parse(plannedAt);
  const made = formatDuration(age);
  if (age > rememberedMs)
    await warn(context, {
      message: `the plan was made ${made} ago: ECS would not remember tasks of it that have stopped since`,
    });
}
