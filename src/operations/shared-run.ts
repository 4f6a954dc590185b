import type { Task } from "../core/ecs-api/api.ts";
import type { EcsPort } from "../ports.ts";
import type { Runtime } from "../context.ts";
import { findTasks } from "./find-tasks.ts";
import { isGivenBack } from "./given-back.ts";
import { lookAgainMs } from "./uncertain.ts";

// Two commands may start one run at the same time: under one client token, or from one saved plan. Of --all-or-nothing
// each may give back what the other reports. So a run that is whole is given back by nobody: who would give back looks
// first. And who reports it whole waits for longer than the other takes from its look to its StopTask, and looks again.

/** Longer than a command takes from its look at the run until ECS has its StopTask. */
const settleMs = 3_000;

/**
 * Whether every task of the run has its place, whoever started it: then they are all in `started`.
 *
 * @param count How many tasks the run has.
 */
export async function isWhole(
  ecs: EcsPort,
  { cluster, run, count }: { readonly cluster: string; readonly run: string; readonly count: number },
  started: Map<string, Task>,
): Promise<boolean> {
  const tasks = (await findTasks(ecs, cluster, { run })).tasks.filter((task) => !isGivenBack(task));
  if (tasks.length < count || !tasks.every(hasPlace)) return false;
  started.clear();
  for (const task of tasks) started.set(task.taskArn, task);
  return true;
}

function hasPlace({ lastStatus, stopCode }: Task): boolean {
  return lastStatus !== "PROVISIONING" && stopCode !== "TaskFailedToStart";
}

/** Whether no other command was giving the tasks back; those that it gave back are no longer in `started`. */
export async function stayWhole(
  ecs: EcsPort,
  runtime: Runtime,
  cluster: string,
  started: Map<string, Task>,
): Promise<boolean> {
  const count = started.size;
  for (const pauseMs of [settleMs, ...lookAgainMs]) {
    await runtime.sleep(pauseMs);
    const { tasks } = await ecs.describeTasks(cluster, [...started.keys()]);
    for (const task of tasks)
      if (isGivenBack(task)) started.delete(task.taskArn);
      else started.set(task.taskArn, task);
    if (started.size < count) return false;
    // One that is not shown yet may be stopped already. Those that ECS has forgotten are shown no more.
    if (tasks.length === count) break;
  }
  return true;
}
