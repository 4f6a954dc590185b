import type { Task } from "../core/ecs-api/api.ts";
import { isUncertain, toAiplatError, type AiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import type { Runtime } from "../context.ts";
import { lookAgainMs } from "./uncertain.ts";

export interface StopOutcome {
  /** As ECS answered it, or as it was when it had stopped already. */
  readonly task: Task;
  readonly alreadyStopped: boolean;
  /** Why it could not be stopped. */
  readonly error?: AiplatError;
}

/**
 * Stops the tasks at the same time; one that cannot be stopped does not keep the others running. Where an answer is
 * lost the task is looked at, and stopped again.
 *
 * @param options.afterwards Looks after an interrupt, too; the port itself unless given.
 * @param options.leave Asked before a task is stopped again: whether it is to go on by now.
 */
export async function stopTasks(
  ecs: EcsPort,
  runtime: Runtime,
  cluster: string,
  tasks: readonly Task[],
  reason: string,
  { afterwards = ecs, leave }: { readonly afterwards?: EcsPort; readonly leave?: () => Promise<boolean> } = {},
): Promise<readonly StopOutcome[]> {
  return Promise.all(
    tasks.map(async (task): Promise<StopOutcome> => {
      if (task.lastStatus === "STOPPED") return { task, alreadyStopped: true };
      for (const pauseMs of [...lookAgainMs, undefined]) {
        try {
          return { task: await ecs.stopTask(cluster, task.taskArn, reason), alreadyStopped: false };
        } catch (thrown) {
          const error = toAiplatError(thrown);
          const now = isUncertain(error) ? await lookAt(afterwards, cluster, task) : undefined;
          if (now?.desiredStatus === "STOPPED") return { task: now, alreadyStopped: false };
          const isOver = !isUncertain(error) || pauseMs === undefined || !(await pause(runtime, pauseMs));
          if (isOver || (await leave?.()) === true) return { task: now ?? task, alreadyStopped: false, error };
        }
      }
      throw new Error("unreachable");
    }),
  );
}

async function lookAt(ecs: EcsPort, cluster: string, { taskArn }: Task): Promise<Task | undefined> {
  try {
    return (await ecs.describeTasks(cluster, [taskArn])).tasks[0];
  } catch {
    return undefined;
  }
}

/** Whether nobody interrupted it. */
async function pause(runtime: Runtime, milliseconds: number): Promise<boolean> {
  try {
    await runtime.sleep(milliseconds);
    return true;
  } catch {
    return false;
  }
}
