import { present } from "../core/base/present.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Task } from "../core/ecs-api/api.ts";
import type { RunRound } from "../core/plan/run-plan.ts";
import { toRunFailure, type RunFailure } from "../core/plan/run-result.ts";
import { toAiplatError, type AiplatError } from "../errors.ts";
import { EarlyEnd, launchInRounds } from "./launch-in-rounds.ts";
import { giveBackReasons } from "./given-back.ts";
import { readBack } from "./read-back.ts";
import type { PlanOn } from "./plan-on-cluster.ts";
import type { EcsPort } from "../ports.ts";
import type { Registered } from "./register-definition.ts";
import type { Runtime } from "../context.ts";
import { isWhole, stayWhole } from "./shared-run.ts";
import { stopTasks } from "./stop-tasks.ts";

/** How a round is planned: pure, given the cluster as it looks now and how many tasks are still to start. */
export type PlanRound = (
  remaining: number,
  snapshot: ClusterSnapshot | undefined,
  exhausted: ReadonlySet<string>,
) => RunRound;

export interface RunTaskInput {
  readonly run: string;
  readonly cluster: string;
  /** What is read back, and taken back, with calls that outlast an interrupt; the port itself unless given. */
  readonly afterwards?: EcsPort;
  readonly count: number;
  /** The user's own --client-token: what an earlier call with it started is counted, not started again. */
  readonly clientToken?: string;
  /** Every task placed, or none left running. */
  readonly allOrNothing: boolean;
  readonly plan: PlanRound;
  /** What has to be there before the first task starts. */
  readonly prepare?: () => Promise<void>;
  /** Carry out one round as it is planned: what ECS refuses is not planned anew. */
  readonly oneRound?: boolean;
  /** Plans on what it reads of the cluster, where the plan needs it: Neuron devices, which ECS does not schedule. */
  readonly observe?: (plan: PlanOn) => Promise<RunRound>;
  /** Looks for tasks of this run that turned out to share a device with another; left out where locks rule it out. */
  readonly conflicting?: (started: readonly Task[]) => Promise<readonly string[]>;
  /**
   * Why so many tasks have no place, for what ECS refused with a bare reason; undefined where nothing more is known.
   */
  readonly explain?: (missing: number) => Promise<RunFailure | undefined>;
  readonly onRegistered: (registration: Registered) => void;
  readonly onStarted: (placed: number) => void;
  /** Called while slots are waited for that these tasks, which are stopping, still hold. */
  readonly onWaiting: (stopping: readonly string[]) => void;
}

export interface RunOutcome {
  readonly tasks: readonly Task[];
  readonly failures: readonly RunFailure[];
  /** Why it ended early; the tasks above were started all the same. */
  readonly error?: AiplatError;
  /** How many more may have been started, or be started yet, that nobody knows of; 0 unless given. */
  readonly unknown?: number;
}

/**
 * Starts `count` tasks: plans a round, launches it, and where ECS placed fewer than planned (another placement won the
 * race) reads the cluster again and plans the rest, within a bound.
 */
export async function runTasks(ecs: EcsPort, runtime: Runtime, input: RunTaskInput): Promise<RunOutcome> {
  const started = new Map<string, Task>();
  let failures: readonly RunFailure[] = [];
  let error: AiplatError | undefined;
  let unknown = 0;
  const earlier = new Set<string>();
  const { afterwards = ecs } = input;
  const isShared = input.allOrNothing && (input.clientToken !== undefined || input.oneRound === true);
  const isShort = () => started.size < input.count || failures.length > 0;
  try {
    do {
      failures = await launchInRounds(ecs, runtime, input, started, earlier);
      if (input.allOrNothing) failures = [...failures, ...(await awaitPlacement(ecs, runtime, input, started))];
      if (!isShared) break;
      if (isShort() && (await isWhole(ecs, input, started))) failures = [];
    } while (!isShort() && !(await stayWhole(ecs, runtime, input.cluster, started)));
  } catch (thrown) {
    // Whatever went wrong, what was started is in `started` and is reported.
    error = thrown instanceof EarlyEnd ? thrown.error : toAiplatError(thrown);
    if (thrown instanceof EarlyEnd) {
      failures = thrown.failures;
      if (thrown.unanswered > 0) unknown = await readBack(afterwards, runtime, input, started, thrown.unanswered);
    }
  }
  if (input.allOrNothing && (isShort() || error !== undefined)) {
    // Where it cannot be seen whether the run is whole, its tasks go on and are named.
    const leave = () => isWhole(afterwards, input, started).catch(() => true);
    if (!isShared || error === undefined || !(await leave())) {
      // What ends this command early says nothing of another's tasks, which may all have a place.
      const own = [...started.values()].filter(({ taskArn }) => error === undefined || !earlier.has(taskArn));
      const unstopped = await stopAll(afterwards, runtime, input, own, started, isShared ? leave : undefined);
      error ??= unstopped;
    }
  }
  return { tasks: [...started.values()], failures, unknown, ...present({ error }) };
}

/**
 * With a capacity provider tasks wait in PROVISIONING: waits until each has an instance or failed to start; answers the
 * failures.
 */
async function awaitPlacement(
  ecs: EcsPort,
  runtime: Runtime,
  input: RunTaskInput,
  started: Map<string, Task>,
): Promise<readonly RunFailure[]> {
  const failed = () => [...started.values()].filter((task) => task.stopCode === "TaskFailedToStart");
  while (
    started.size >= input.count &&
    failed().length === 0 &&
    [...started.values()].some((task) => task.lastStatus === "PROVISIONING")
  ) {
    await runtime.sleep(3_000);
    for (const task of (await ecs.describeTasks(input.cluster, [...started.keys()])).tasks)
      started.set(task.taskArn, task);
  }
  return failed().map((task) => toRunFailure(task.stoppedReason ?? "TaskFailedToStart"));
}

/**
 * Stops everything; answers why a task could not be stopped.
 *
 * @param leave Whether those that are left are to go on.
 */
async function stopAll(
  ecs: EcsPort,
  runtime: Runtime,
  input: RunTaskInput,
  tasks: readonly Task[],
  started: Map<string, Task>,
  leave: (() => Promise<boolean>) | undefined,
): Promise<AiplatError | undefined> {
  const outcomes = await stopTasks(
    ecs,
    runtime,
    input.cluster,
    tasks,
    giveBackReasons.allOrNothing,
    present({ leave }),
  );
  for (const { task } of outcomes) started.set(task.taskArn, task);
  return outcomes.find((each) => each.error !== undefined)?.error;
}
