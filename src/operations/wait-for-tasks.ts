import { formatDuration } from "../core/base/duration.ts";
import { taskIdOf } from "../core/ecs-api/arn.ts";
import type { Task } from "../core/ecs-api/api.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { isForgotten } from "./ask-to-run.ts";
import type { Runtime } from "../context.ts";

export interface TaskChange {
  readonly task: Task;
  /** Undefined when the task is seen for the first time. */
  readonly from?: string;
}

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** As they were seen last: one that has stopped is not looked at again, and ECS may have forgotten it. */
  readonly seen?: readonly Task[];
  /** What to do about tasks that still run when the wait ends early: the hint of the error. */
  readonly hint: string;
  /** At every change of a task's last status, and when it is first seen. */
  readonly onChange?: (change: TaskChange) => void;
  /** After every look at the tasks, with all that are known. The next look waits for it. */
  readonly onPoll?: (tasks: readonly Task[]) => Promise<void> | void;
  /** The longest pause between two looks. */
  readonly longestPauseMs?: number;
}

export interface WaitOutcome {
  /** In the order asked for; every one is STOPPED unless it is in `gone`. */
  readonly tasks: readonly Task[];
  /** Asked for, and no longer (or never) known to ECS: nobody can say how they ended. */
  readonly gone: readonly string[];
}

const firstPauseMs = 2_000;
const longestPauseMs = 10_000;
/**
 * A task just started may not be visible yet, and one that was may not be for a moment: ECS's API is eventually
 * consistent (API_RunTask). It shows a task that has stopped for an hour, so that none is gone between two looks.
 */
const visibleWithinMs = 60_000;
/** How long the network may be away; a wait of hours outlives a change of Wi-Fi. */
const patienceMs = 300_000;

/**
 * Waits until every task has stopped, for any length of time, and says how they ended. The SDK's own waiter gives up
 * after 10 minutes and takes a task that has already stopped for a failure.
 *
 * @throws AiplatError Timeout when `timeoutMs` is over, Interrupted at Ctrl-C: the tasks go on running.
 */
export async function waitForTasks(
  ecs: EcsPort,
  cluster: string,
  tasks: readonly string[],
  runtime: Runtime,
  options: WaitOptions,
): Promise<WaitOutcome> {
  const startedAt = runtime.now();
  const deadline = options.timeoutMs === undefined ? Number.POSITIVE_INFINITY : startedAt + options.timeoutMs;
  const known = new Map<string, Task>();
  const open = new Map(tasks.map((task) => [taskIdOf(task), task]));
  const gone: string[] = [];
  let pauseMs = firstPauseMs;
  let heardAt = startedAt;
  const seenAt = new Map<string, number>();
  const running = () => `${open.size} of ${tasks.length} ${tasks.length === 1 ? "task has" : "tasks have"} not stopped`;

  const timedOut = () =>
    new AiplatError("Timeout", `${running()} after ${formatDuration(options.timeoutMs ?? 0)}`, {
      hint: options.hint,
      details: { tasks: [...open.values()] },
    });

  for (const task of options.seen ?? []) {
    if (task.lastStatus !== "STOPPED" || !open.has(taskIdOf(task.taskArn))) continue;
    open.delete(taskIdOf(task.taskArn));
    if (isForgotten(task)) gone.push(task.taskArn);
    else {
      known.set(taskIdOf(task.taskArn), task);
      options.onChange?.({ task });
    }
  }

  const look = async (): Promise<boolean> => {
    let changed = false;
    const answer = await ecs.describeTasks(cluster, [...open.values()]);
    heardAt = runtime.now();
    const seen = new Map(answer.tasks.map((task) => [taskIdOf(task.taskArn), task]));
    for (const [id, asked] of open) {
      const task = seen.get(id);
      if (task === undefined) {
        if (heardAt - (seenAt.get(id) ?? startedAt) >= visibleWithinMs) {
          open.delete(id);
          gone.push(asked);
        }
        continue;
      }
      seenAt.set(id, heardAt);
      const before = known.get(id);
      known.set(id, task);
      if (task.lastStatus === "STOPPED") open.delete(id);
      if (before?.lastStatus === task.lastStatus) continue;
      changed = true;
      options.onChange?.({ task, ...(before === undefined ? {} : { from: before.lastStatus }) });
    }
    return changed;
  };

  try {
    for (;;) {
      const changed = await look().catch((error: unknown) => {
        if (error instanceof AiplatError && error.code === "Network" && runtime.now() - heardAt < patienceMs)
          return false;
        throw error;
      });
      await options.onPoll?.([...known.values()]);
      if (open.size === 0) break;
      const left = deadline - runtime.now();
      if (left <= 0) throw timedOut();
      pauseMs = changed ? firstPauseMs : Math.min(options.longestPauseMs ?? longestPauseMs, pauseMs * 1.25);
      await runtime.sleep(Math.min(pauseMs, left));
    }
  } catch (error) {
    // A call that was under way when the time was over.
    if (error instanceof Interrupted && !runtime.signal.aborted && runtime.now() >= deadline) throw timedOut();
    if (error instanceof Interrupted)
      throw new Interrupted(`interrupted: ${running()}`, {
        hint: options.hint,
        details: { tasks: [...open.values()] },
      });
    throw error;
  }
  return { tasks: [...new Set(tasks.map(taskIdOf))].flatMap((id) => known.get(id) ?? []), gone };
}
