import { withProviders } from "../core/cluster/snapshot.ts";
import { present } from "../core/base/present.ts";
import { counted } from "../core/base/counted.ts";
import type { Context } from "../context.ts";
import { taskIdOf } from "../core/ecs-api/arn.ts";
import { tasksToGiveBack } from "../core/plan/conflicts.ts";
import { unknownLogGroups } from "../core/plan/log-groups.ts";
import { planRegistrations } from "../core/plan/registrations.ts";
import type { RunPlan, RunRound } from "../core/plan/run-plan.ts";
import { explainShortage } from "../core/plan/shortage.ts";
import { AiplatError, exitCodes, printsResult, toAiplatError, type ExitCode } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { readNewest } from "../operations/describe-definitions.ts";
import { isGivenBack } from "../operations/given-back.ts";
import { createLearnt, type Learnt } from "../operations/learnt.ts";
import { observeAround, type PlanOn } from "../operations/plan-on-cluster.ts";
import { requestsOf } from "../operations/run-requests.ts";
import { runTasks, type RunOutcome } from "../operations/run-task.ts";
import { printFailures } from "../output/tasks.ts";
import { note } from "../output/note.ts";
import { print } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { requestsView } from "../output/run-requests.ts";
import { defineCommand, type Invocation } from "./command.ts";
import { workloadArgument } from "./shared/load-workload.ts";
import { printRunResult } from "./shared/print-tasks.ts";
import { plannerOf, readClusterState } from "./shared/read-cluster-state.ts";
import { makeRunPlan } from "./shared/make-run-plan.ts";
import { makeLogGroups } from "./shared/make-log-groups.ts";
import { liveSource, type GetEcs } from "./shared/plan-source.ts";
import { prepareSavedRun } from "./shared/prepare-saved-run.ts";
import { prepareRun, readRun, type Run } from "./shared/prepare-run.ts";
import type { OptionsOf } from "./shared/option.ts";
import { runOptions } from "./shared/run-options.ts";
import { commandFor, goOnHint } from "./shared/task-target.ts";
import { watchTasks, type WatchOptions } from "./shared/watch-tasks.ts";

type Options = OptionsOf<typeof runOptions>;

export const runTask = defineCommand({
  description:
    "Runs a workload as ECS tasks: registers its task definition if it changed, chooses free Neuron devices, " +
    "starts the tasks and says what could not be placed and why. Exits 4 when not all could be placed; " +
    "what was placed runs on.",
  arguments: [workloadArgument],
  options: runOptions,
  takesCommand: true,
  examples: [
    ["aiplat run-task --cluster prod --count 3", "run ./aiplat.yaml three times"],
    ["aiplat run-task train.yaml --cluster batch --wait --logs --exit-code-from train", "run a job to its end in CI"],
    [
      "aiplat run-task --name bert --image bert:1 --instance-type inf2.xlarge --cluster dev -- python serve.py",
      "from flags alone",
    ],
    [
      "aiplat plan --count 3 -o json > plan.json && aiplat run-task --plan plan.json",
      "carry out exactly what was reviewed",
    ],
    ["aiplat run-task --cluster prod --dry-run -o json | jq .requests", "see the API requests first"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { options } = invocation;
    const learnt = createLearnt();
    const getEcs = async () => learnt.over(await context.aws.ecs());
    const { run, plan, earlier } = await (options.plan === undefined
      ? prepareFresh(context, getEcs, invocation)
      : prepareSaved(context, getEcs, invocation, options.plan));
    if (options.dryRun === true) return showRequests(context, startable(run, await plan()));
    const ecs = await getEcs();
    const outcome = earlier ?? (await start(context, ecs, run, observing(context, ecs, run)));
    return waits(options) && isWorthWaiting(run, outcome)
      ? waitAndReport(context, run, outcome, { ...options, learnt })
      : report(context, run, outcome, learnt);
  },
});

/** A run that is ready to start, and its plan as it would be carried out now. */
interface Prepared {
  readonly run: Run;
  readonly plan: () => Promise<RunPlan>;
  /** What it came to, where it was carried out before. */
  readonly earlier?: RunOutcome;
}

async function prepareFresh(context: Context, getEcs: GetEcs, invocation: Invocation<Options>): Promise<Prepared> {
  const source = liveSource(context, getEcs);
  const run = await prepareRun(context, source, invocation.options, await readRun(context, invocation));
  const plan = async () => makeRunPlan(context, source, run, observing(context, await getEcs(), run));
  return { run, plan };
}

async function prepareSaved(
  context: Context,
  getEcs: GetEcs,
  invocation: Invocation<Options>,
  path: string,
): Promise<Prepared> {
  const { plan, ...saved } = await prepareSavedRun(context, getEcs, invocation, path);
  if (saved.earlier !== undefined) {
    const { failures: unplaced } = saved.earlier;
    return { ...saved, plan: async () => ({ ...plan, registrations: [], steps: [], unplaced }) };
  }
  // A plan that was made from a snapshot may not know the newest revisions.
  const definitions = plan.steps.flatMap(({ definition }) => definition ?? []);
  const families = definitions.map(({ family }) => family);
  const registrations = async () => planRegistrations(definitions, await readNewest(await getEcs(), families));
  return { ...saved, plan: async () => ({ ...plan, registrations: await registrations() }) };
}

/** Plans on the cluster: aiplat chooses the devices, or nothing may start where not all have room. */
function observing(context: Context, ecs: EcsPort, run: Run): ((plan: PlanOn) => Promise<RunRound>) | undefined {
  const sees = run.readsCluster || (run.allOrNothing && run.showsRoom);
  return sees && run.oneRound !== true ? plannerOf(context, ecs, run) : undefined;
}

/** What a run starts of its plan: nothing where all or nothing is wanted and not all have a place. */
function startable({ allOrNothing }: Run, plan: RunPlan): RunPlan {
  return allOrNothing && plan.unplaced.length > 0 ? { ...plan, registrations: [], logGroups: [], steps: [] } : plan;
}

async function showRequests(context: Context, plan: RunPlan): Promise<ExitCode> {
  for (const each of unknownLogGroups(plan.logGroups ?? [])) note(context, each);
  await print(context, requestsView(plan.inputs.settings.run, requestsOf(plan), plan.unplaced));
  await printFailures(context, plan.unplaced);
  return plan.unplaced.length > 0 ? exitCodes.capacity : exitCodes.success;
}

async function start(
  context: Context,
  ecs: EcsPort,
  run: Run,
  observe: ((plan: PlanOn) => Promise<RunRound>) | undefined,
): Promise<RunOutcome> {
  const { cluster, run: id } = run.settings;
  note(context, `run ${id} on cluster ${cluster}`);
  const progress = await startProgress(context, `starting ${counted(run.count, "task")}`);
  try {
    return await runTasks(ecs, context, {
      run: id,
      cluster,
      afterwards: await context.aws.ecsAfterwards(),
      count: run.count,
      ...present({ clientToken: run.clientToken }),
      allOrNothing: run.allOrNothing,
      plan: run.plan,
      prepare: () => makeLogGroups(context, run.logGroups),
      ...present({ oneRound: run.oneRound, observe }),
      ...(run.readsCluster && !run.locked
        ? {
            conflicting: async (started) =>
              tasksToGiveBack(
                await observeAround(ecs, cluster, started, context.now()),
                new Set(started.map(({ taskArn }) => taskArn)),
              ),
          }
        : {}),
      explain: async (missing) =>
        explainShortage(
          withProviders(await readClusterState(context, ecs, cluster), run.providers),
          run.definitions(),
          run.settings,
          {
            asked: missing,
            missing,
          },
        ),
      onRegistered: ({ action, definition }) => {
        if (action === "registered") note(context, `registered ${definition.family}:${definition.revision}`);
      },
      onStarted: (placed) => progress.update(`started ${placed} of ${counted(run.count, "task")}`),
      onWaiting: (stopping) =>
        progress.update(
          stopping.length === 1
            ? `waiting for devices until task ${taskIdOf(stopping[0]!)} has stopped`
            : `waiting for devices until ${stopping.length} tasks have stopped`,
        ),
    });
  } finally {
    progress.stop();
  }
}

function waits({ wait, logs, exitCodeFrom }: Options): boolean {
  return wait === true || logs === true || exitCodeFrom !== undefined;
}

/** Not where nothing runs: nothing was placed, or --all-or-nothing stopped it again. */
function isWorthWaiting(run: Run, { tasks, failures, error }: RunOutcome): boolean {
  return error === undefined && tasks.length > 0 && !(run.allOrNothing && failures.length > 0);
}

async function waitAndReport(
  context: Context,
  run: Run,
  outcome: RunOutcome,
  { learnt, ...options }: WatchOptions & { readonly learnt: Learnt },
): Promise<ExitCode> {
  let latest = outcome.tasks;
  const watched = await watchTasks(context, run.target, outcome.tasks, options, (tasks) => (latest = tasks)).catch(
    async (thrown: unknown) => {
      // Whatever ends the wait, the run is there.
      await printRun(context, run, { ...outcome, tasks: latest }, learnt);
      throw ofRun(toAiplatError(thrown), run);
    },
  );
  const all = { tasks: watched.tasks, failures: [...outcome.failures, ...watched.failures] };
  const exitCode = await report(context, run, all, learnt);
  return outcome.failures.length > 0 ? exitCode : watched.exitCode;
}

/** Prints what runs and what does not; then throws what ended the run early, with how to go on. */
async function report(context: Context, run: Run, outcome: RunOutcome, learnt: Learnt): Promise<ExitCode> {
  const { tasks, failures, error } = outcome;
  if (error === undefined || tasks.length > 0 || printsResult(error)) await printRun(context, run, outcome, learnt);
  else await printFailures(context, failures);
  if (error !== undefined) throw endedEarly(context, run, outcome, error);
  return failures.length > 0 || tasks.length < run.count ? exitCodes.capacity : exitCodes.success;
}

async function printRun(
  context: Context,
  run: Run,
  { tasks, failures }: RunOutcome,
  { over, machines }: Learnt,
): Promise<void> {
  const { cluster, run: id } = run.settings;
  const afterwards = over(await context.aws.ecsAfterwards());
  const result = { run: id, requested: run.count, tasks, failures };
  await printRunResult(context, afterwards, cluster, result, { known: machines });
  await printFailures(context, failures);
}

/** What ended a run early: how far it came, what nobody knows of it, and how to go on. */
function endedEarly(context: Context, run: Run, { tasks, unknown = 0 }: RunOutcome, error: AiplatError): AiplatError {
  const left = tasks.filter((task) => !isGivenBack(task)).length;
  const givenBack = tasks.length > left ? `, ${left === 0 ? "" : `${tasks.length - left} of them `}given back` : "";
  const started = tasks.length > 0 ? ` (${tasks.length} of ${counted(run.count, "task")} started${givenBack})` : "";
  const maybe = unknown > 0 ? `; ${counted(unknown, "task")} more may run: the answer was lost` : "";
  const hints = [
    error.hint,
    unknown > 0 ? `To look:  ${commandFor(context, "task list", run.target)}` : undefined,
    left + unknown > 0 ? goOnHint(context, run.target) : undefined,
    tasks.length + unknown > 0 ? takeUpHint(run) : undefined,
  ].filter((each) => each !== undefined);
  return ofRun(
    new AiplatError(error.code, `${error.message}${started}${maybe}`, {
      ...(hints.length === 0 ? {} : { hint: hints.join("\n") }),
      details: { ...error.details, ...(unknown > 0 ? { unknown: { tasks: unknown } } : {}) },
      cause: error,
    }),
    run,
  );
}

/** A repetition without it would be another run, with all of its tasks anew. */
function takeUpHint({ settings, clientToken, oneRound }: Run): string | undefined {
  if (oneRound === true) return undefined;
  return `To start what is missing, the same command${clientToken === undefined ? ` with --client-token ${settings.run}` : " again"}.`;
}

function ofRun(error: AiplatError, { settings: { run } }: Run): AiplatError {
  const { code, message, hint, details } = error;
  return new AiplatError(code, message, { ...present({ hint }), details: { ...details, run }, cause: error });
}
