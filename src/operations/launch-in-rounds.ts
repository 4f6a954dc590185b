import type { FailureReason } from "../core/base/codes/reason-codes.ts";
import { counted } from "../core/base/counted.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Task } from "../core/ecs-api/api.ts";
import type { RunStep } from "../core/plan/run-plan.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import type { AiplatError } from "../errors.ts";
import { findTasks } from "./find-tasks.ts";
import { giveBackReasons, isGivenBack } from "./given-back.ts";
import { launch, type LaunchSettings, type Registrations } from "./launch.ts";
import type { EcsPort } from "../ports.ts";
import type { RunTaskInput } from "./run-task.ts";
import { Replicas } from "./replicas.ts";
import { stopTasks } from "./stop-tasks.ts";
import type { Runtime } from "../context.ts";
import { pauseMs } from "./tokens.ts";

/**
 * Rounds in a row that placed nothing. Of N runs that want one slot at once one wins a round: the last needs N rounds.
 */
const lostRounds = 50;

/** Of these, rounds in a row that were planned the same: then it is no other placement that ECS refuses for. */
const refusedRounds = 5;

/** How long to wait for stopping tasks: two minutes and a half, with stop timeouts up to 120 seconds in mind. */
const stopPolls = 50;
const stopPollMs = 3_000;

/**
 * "Eventually consistent": what was placed a moment ago may not be listed yet.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
const readBackMs = 1_000;

/** An error in the middle of a launch, with the refusals that came before it. */
export class EarlyEnd extends Error {
  readonly error: AiplatError;
  readonly failures: readonly RunFailure[];
  /** Tasks that calls asked for whose answer is lost. */
  readonly unanswered: number;

  constructor(error: AiplatError, failures: readonly RunFailure[], unanswered: number) {
    super(error.message);
    this.error = error;
    this.failures = failures;
    this.unanswered = unanswered;
  }
}

/**
 * Starts tasks round by round into `started`; answers why some are missing.
 *
 * @param earlier Takes in those that another command started under the same client token.
 *
 * @throws EarlyEnd
 */
export async function launchInRounds(
  ecs: EcsPort,
  runtime: Runtime,
  input: RunTaskInput,
  started: Map<string, Task>,
  earlier = new Set<string>(),
): Promise<readonly RunFailure[]> {
  if (input.clientToken !== undefined)
    for (const task of (await findTasks(ecs, input.cluster, { run: input.run })).tasks)
      if (!isGivenBack(task)) {
        if (!started.has(task.taskArn)) earlier.add(task.taskArn);
        started.set(task.taskArn, task);
      }
  const token = input.clientToken ?? input.run;
  const replicas = new Replicas(input.count);
  const takenBack = new Set<string>();
  const registrations: Registrations = new Map();
  const exhausted = new Set<string>();
  const setbacks = new Setbacks();
  let failures: readonly RunFailure[] = [];
  let waited = 0;
  let prepared = false;

  for (let round = 0; started.size < input.count && !setbacks.tooMany; round++) {
    const left = input.count - started.size;
    const planOn = (snapshot?: ClusterSnapshot) => input.plan(left, snapshot, exhausted);
    const { steps, unplaced, stopping = [] } = (await input.observe?.(planOn)) ?? planOn();
    const before = started.size;
    const covered = replicas.covered;
    const planned = steps.reduce((sum, step) => sum + step.count, 0);
    // What cannot be placed whole is not begun, unless tasks that are stopping make room for the rest.
    const incomplete = input.allOrNothing && (unplaced.length > 0 || planned < input.count - before);
    if (incomplete && (stopping.length === 0 || waited >= stopPolls))
      return unplaced.length > 0 ? unplaced : explained(input, before, failures);
    if (steps.length > 0 && !incomplete) {
      if (!prepared) await input.prepare?.();
      prepared = true;
      failures = await launchRound(
        ecs,
        runtime,
        input,
        {
          steps,
          run: input.run,
          token,
          registrations,
          replicas,
          mayBeKnown: input.clientToken !== undefined && input.oneRound !== true,
          allOrNothing: input.allOrNothing,
          isSpent: (task) => takenBack.has(task.taskArn) || replicas.has(task),
          first: before === 0,
        },
        started,
      );
      for (const arn of await giveBackConflicts(ecs, runtime, input, started)) {
        replicas.release(arn);
        takenBack.add(arn);
      }
    }
    // What an earlier command started is found again call by call.
    const placed = Math.max(started.size - before, replicas.covered - covered);
    if (input.oneRound === true) return placed < planned ? explained(input, started.size, failures) : unplaced;
    if (!incomplete && placed < planned) {
      // Nobody reads the cluster for devices that ECS schedules: its refusal is the answer for this definition.
      if (input.observe === undefined) for (const step of steps) exhausted.add(step.request.taskDefinition);
      else await setbacks.add(placed, steps, (lost) => runtime.sleep(pauseMs(token, round, lost)));
    } else if (started.size < input.count && stopping.length > 0 && waited < stopPolls) {
      waited++;
      input.onWaiting(stopping);
      await runtime.sleep(stopPollMs);
    } else if (unplaced.length > 0) {
      return unplaced;
    } else if (steps.length === 0) {
      return explained(input, started.size, failures);
    }
  }
  return started.size >= input.count ? [] : explained(input, started.size, failures);
}

/** How often in a row a round placed nothing. */
class Setbacks {
  private lost = 0;
  private refused = 0;
  private last = "";

  get tooMany(): boolean {
    return this.lost >= lostRounds || this.refused >= refusedRounds;
  }

  /** Counts a round that placed fewer than its steps say, and lets the others go first. */
  async add(placed: number, steps: readonly RunStep[], pause: (lost: number) => Promise<void>): Promise<void> {
    const text = JSON.stringify(steps);
    const again = text === this.last ? this.refused + 1 : 1;
    this.refused = placed > 0 ? 0 : again;
    this.lost = placed > 0 ? 0 : this.lost + 1;
    this.last = text;
    if (!this.tooMany) await pause(this.lost);
  }
}

interface Round extends Omit<LaunchSettings, "onRegistered" | "onStarted"> {
  readonly steps: readonly RunStep[];
}

/** Launches a round into `started`; answers what ECS refused. */
async function launchRound(
  ecs: EcsPort,
  runtime: Runtime,
  input: RunTaskInput,
  { steps, ...settings }: Round,
  started: Map<string, Task>,
): Promise<readonly RunFailure[]> {
  const { failures, error, unanswered } = await launch(ecs, runtime, steps, {
    ...settings,
    onRegistered: input.onRegistered,
    onStarted: (tasks) => {
      for (const task of tasks) started.set(task.taskArn, task);
      input.onStarted(started.size);
    },
  });
  if (error !== undefined) throw new EarlyEnd(error, failures, unanswered);
  return failures;
}

/** Stops tasks of ours that share a device with another; answers which. */
async function giveBackConflicts(
  ecs: EcsPort,
  runtime: Runtime,
  input: RunTaskInput,
  started: Map<string, Task>,
): Promise<readonly string[]> {
  if (input.conflicting === undefined || started.size === 0) return [];
  await runtime.sleep(readBackMs);
  const arns = await input.conflicting([...started.values()]);
  const shared = arns.flatMap((arn) => started.get(arn) ?? []);
  const outcomes = await stopTasks(ecs, runtime, input.cluster, shared, giveBackReasons.conflict);
  for (const { task, error } of outcomes) if (error === undefined) started.delete(task.taskArn);
  const error = outcomes.find((each) => each.error !== undefined)?.error;
  if (error !== undefined) throw error;
  return arns;
}

/** A shortage is never without a reason, even where ECS answers fewer tasks and none. */
async function explained(
  input: RunTaskInput,
  placed: number,
  failures: readonly RunFailure[],
): Promise<readonly RunFailure[]> {
  const explanation = await input.explain?.(input.count - placed);
  if (explanation !== undefined) return [explanation];
  if (failures.length > 0) return failures;
  const detail = `${input.count - placed} of ${counted(input.count, "task")}: ECS placed fewer than it was asked for and gave no reason`;
  return [
    {
      reason: "UNKNOWN" satisfies FailureReason,
      detail,
      hint: "Other placements may have come first: run it again, or look at aiplat cluster explain.",
    },
  ];
}
