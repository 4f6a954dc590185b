import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Task } from "../core/ecs/api.ts";
import type { RunPlan } from "../core/plan/run-plan.ts";
import { toRunFailure, type RunFailure } from "../core/plan/run-result.ts";
import { toAiplatError, type AiplatError } from "../errors.ts";
import { findTasks } from "./find-tasks.ts";
import { launch, type Registrations } from "./launch.ts";
import type { Registration } from "./register-definition.ts";
import type { EcsPort } from "./ports.ts";
import type { Runtime } from "./runtime.ts";
import { roundToken } from "./tokens.ts";

/** How a round is planned: pure, given the cluster as it looks now and how many tasks are still to start. */
export type PlanRound = (remaining: number, snapshot: ClusterSnapshot | undefined, exhausted: ReadonlySet<string>) => RunPlan;

export interface RunTaskInput {
  readonly run: string;
  readonly cluster: string;
  readonly count: number;
  /** The user's own --client-token: what an earlier call with it started is counted, not started again. */
  readonly clientToken?: string;
  /** Every task placed, or none left running. */
  readonly allOrNothing: boolean;
  readonly plan: PlanRound;
  /** Reads the cluster, where the plan needs it: Neuron devices, which ECS does not schedule. */
  readonly observe?: () => Promise<ClusterSnapshot>;
  /** Tasks of this run that turned out to share a device with another; empty where lock ports rule it out. */
  readonly conflicting?: (snapshot: ClusterSnapshot, started: ReadonlySet<string>) => readonly string[];
  /** Why so many tasks have no place, for what ECS refused with a bare reason; undefined where nothing more is known. */
  readonly explain?: (missing: number) => Promise<RunFailure | undefined>;
  readonly onRegistered: (registration: Registration) => void;
  readonly onStarted: (placed: number) => void;
}

export interface RunOutcome {
  readonly tasks: readonly Task[];
  readonly failures: readonly RunFailure[];
  /** Why it ended early; the tasks above were started all the same. */
  readonly error?: AiplatError;
}

/** Rounds in a row in which another placement won every race, before run-task reports the shortage. */
const lostRounds = 5;

/**
 * Starts `count` tasks: plans a round, launches it, and where ECS placed fewer than planned (another placement won the
 * race) reads the cluster again and plans the rest, within a bound.
 */
export async function runTasks(ecs: EcsPort, runtime: Runtime, input: RunTaskInput): Promise<RunOutcome> {
  const started = new Map<string, Task>();
  let failures: readonly RunFailure[] = [];
  let error: AiplatError | undefined;
  try {
    failures = await playRounds(ecs, runtime, input, started);
    if (input.allOrNothing) failures = [...failures, ...(await awaitPlacement(ecs, runtime, input, started))];
  } catch (thrown) {
    // Whatever went wrong, what was started is in `started` and is reported.
    error = thrown instanceof EarlyEnd ? thrown.error : toAiplatError(thrown);
    if (thrown instanceof EarlyEnd) failures = thrown.failures;
  }
  if (input.allOrNothing && (started.size < input.count || failures.length > 0 || error !== undefined)) await stopAll(ecs, input, started);
  return { tasks: [...started.values()], failures, ...(error === undefined ? {} : { error }) };
}

/** Starts tasks round by round into `started`; answers why some are missing. */
async function playRounds(ecs: EcsPort, runtime: Runtime, input: RunTaskInput, started: Map<string, Task>): Promise<readonly RunFailure[]> {
  if (input.clientToken !== undefined) for (const task of (await findTasks(ecs, input.cluster, { run: input.run })).tasks) started.set(task.taskArn, task);
  const token = input.clientToken ?? input.run;
  const earlier = started.size;
  const registrations: Registrations = new Map();
  const exhausted = new Set<string>();
  let failures: readonly RunFailure[] = [];
  let lost = 0;

  for (let round = 0; started.size < input.count && lost < lostRounds; round++) {
    const snapshot = await input.observe?.();
    const plan = input.plan(input.count - started.size, snapshot, exhausted);
    if (plan.steps.length === 0) return plan.shortages.length > 0 ? plan.shortages : explained(input, started.size, failures);
    const before = started.size;
    const launched = await launch(ecs, plan.steps, {
      token: roundToken(token, earlier, round),
      signal: runtime.signal,
      registrations,
      onRegistered: input.onRegistered,
      onStarted: (tasks) => {
        for (const task of tasks) started.set(task.taskArn, task);
        input.onStarted(started.size);
      },
    });
    failures = [...launched.failures, ...plan.shortages];
    if (launched.error !== undefined) throw new EarlyEnd(launched.error, failures);
    const givenBack = await giveBackConflicts(ecs, input, started);
    const placed = started.size - before;
    if (placed === plan.steps.reduce((sum, step) => sum + step.count, 0)) {
      if (plan.shortages.length > 0) return plan.shortages;
      lost = 0;
    } else if (snapshot === undefined) {
      // Nobody reads the cluster for devices that ECS schedules: its refusal is the answer for this definition.
      for (const step of plan.steps) exhausted.add(step.request.taskDefinition);
    } else {
      lost = placed > 0 ? 0 : lost + 1;
      if (lost < lostRounds) await runtime.sleep(givenBack > 0 ? 2_000 : 200 * (lost + 1));
    }
  }
  return started.size >= input.count ? [] : explained(input, started.size, failures);
}

/** A shortage is never without a reason, even where ECS answers fewer tasks and none. */
async function explained(input: RunTaskInput, placed: number, failures: readonly RunFailure[]): Promise<readonly RunFailure[]> {
  const explanation = await input.explain?.(input.count - placed);
  if (explanation !== undefined) return [explanation];
  if (failures.length > 0) return failures;
  const detail = `${input.count - placed} of ${input.count} ${input.count === 1 ? "task" : "tasks"}: ECS placed fewer than it was asked for and gave no reason`;
  return [{ reason: "UNKNOWN", detail, hint: "Other placements may have come first: run it again, or look at aiplat cluster explain." }];
}

/** An error in the middle of a launch, with the refusals that came before it. */
class EarlyEnd extends Error {
  readonly error: AiplatError;
  readonly failures: readonly RunFailure[];

  constructor(error: AiplatError, failures: readonly RunFailure[]) {
    super(error.message);
    this.error = error;
    this.failures = failures;
  }
}

/** Stops tasks of ours that share a device with another; returns how many. */
async function giveBackConflicts(ecs: EcsPort, input: RunTaskInput, started: Map<string, Task>): Promise<number> {
  if (input.conflicting === undefined || input.observe === undefined) return 0;
  const arns = input.conflicting(await input.observe(), new Set(started.keys()));
  await Promise.all(arns.map((arn) => ecs.stopTask(input.cluster, arn, "aiplat: another task holds the device")));
  for (const arn of arns) started.delete(arn);
  return arns.length;
}

/** With a capacity provider tasks wait in PROVISIONING: waits until each has an instance or failed to start; answers the failures. */
async function awaitPlacement(ecs: EcsPort, runtime: Runtime, input: RunTaskInput, started: Map<string, Task>): Promise<readonly RunFailure[]> {
  const failed = () => [...started.values()].filter((task) => task.stopCode === "TaskFailedToStart");
  while (started.size >= input.count && failed().length === 0 && [...started.values()].some((task) => task.lastStatus === "PROVISIONING")) {
    await runtime.sleep(3_000);
    for (const task of (await ecs.describeTasks(input.cluster, [...started.keys()])).tasks) started.set(task.taskArn, task);
  }
  return failed().map((task) => toRunFailure(task.stoppedReason ?? "TaskFailedToStart"));
}

async function stopAll(ecs: EcsPort, input: RunTaskInput, started: Map<string, Task>): Promise<void> {
  const running = [...started.values()].filter((task) => task.lastStatus !== "STOPPED");
  const stopped = await Promise.all(running.map((task) => ecs.stopTask(input.cluster, task.taskArn, "aiplat --all-or-nothing: not every task could be placed")));
  for (const task of stopped) started.set(task.taskArn, task);
}
