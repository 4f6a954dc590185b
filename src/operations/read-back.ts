import type { Task } from "../core/ecs-api/api.ts";
import type { EcsPort } from "../ports.ts";
import { findTasks } from "./find-tasks.ts";
import { isGivenBack } from "./given-back.ts";
import type { Runtime } from "../context.ts";
import { lookAgainMs } from "./uncertain.ts";

/**
 * Looks for the tasks of RunTask calls whose answer was lost, into `started`; answers how many of them nobody knows of.
 *
 * @param unanswered How many tasks those calls asked for.
 */
export async function readBack(
  afterwards: EcsPort,
  runtime: Runtime,
  { cluster, run }: { readonly cluster: string; readonly run: string },
  started: Map<string, Task>,
  unanswered: number,
): Promise<number> {
  let left = unanswered;
  for (const pauseMs of [...lookAgainMs, undefined]) {
    try {
      for (const task of (await findTasks(afterwards, cluster, { run })).tasks) {
        if (isGivenBack(task)) continue;
        if (!started.has(task.taskArn)) left--;
        started.set(task.taskArn, task);
      }
      if (left <= 0 || pauseMs === undefined) break;
      await runtime.sleep(pauseMs);
    } catch {
      // The error that led here is the one to tell of.
      break;
    }
  }
  return Math.max(0, left);
}
