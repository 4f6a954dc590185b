import { isShortTaskId, taskIdOf } from "../core/ecs-api/arn.ts";
import type { Task } from "../core/ecs-api/api.ts";
import { workloadTag } from "../core/ecs-api/service.ts";
import { runOf } from "../core/plan/run-result.ts";
import { AiplatError } from "../errors.ts";
import type { Runtime } from "../context.ts";
import type { EcsPort, PageListener, TaskFilter } from "../ports.ts";

/** Which tasks: those of a run, or by id or ARN. */
export type TaskSelection = { readonly run: string } | { readonly tasks: readonly string[] };

export interface FoundTasks {
  readonly tasks: readonly Task[];
  /** What was asked for by id or ARN and ECS does not know. */
  readonly missing: readonly string[];
}

/** Finds the tasks of a selection, stopped ones too as long as ECS remembers them (about an hour). */
export async function findTasks(ecs: EcsPort, cluster: string, selection: TaskSelection): Promise<FoundTasks> {
  if ("run" in selection) return { tasks: await tasksOfRun(ecs, cluster, selection.run), missing: [] };
  const named = await wholeIds(ecs, cluster, selection.tasks);
  const wanted = new Map(named.map((task) => [taskIdOf(task), task]));
  const { tasks } = await ecs.describeTasks(cluster, [...wanted.values()]);
  const known = new Map(tasks.map((task) => [taskIdOf(task.taskArn), task]));
  return {
    tasks: [...wanted.keys()].flatMap((id) => known.get(id) ?? []),
    missing: [...wanted].filter(([id]) => !known.has(id)).map(([, task]) => task),
  };
}

/** The same, looked for again where some are missing: what was started a moment ago may not be shown yet. */
export async function findTasksPatiently(
  ecs: EcsPort,
  runtime: Runtime,
  cluster: string,
  selection: TaskSelection,
): Promise<FoundTasks> {
  for (const pauseMs of [1_000, 2_500]) {
    const found = await findTasks(ecs, cluster, selection);
    if (found.tasks.length > 0 && found.missing.length === 0) return found;
    await runtime.sleep(pauseMs);
  }
  return findTasks(ecs, cluster, selection);
}

/**
 * The tasks with short ids written out; one that no task's id begins with stays as it is.
 *
 * @throws AiplatError Usage where several tasks' ids begin so.
 */
async function wholeIds(ecs: EcsPort, cluster: string, tasks: readonly string[]): Promise<readonly string[]> {
  if (!tasks.some(isShortTaskId)) return tasks;
  const known = await listAllTasks(ecs, cluster);
  return tasks.map((task) => {
    if (!isShortTaskId(task)) return task;
    const found = known.filter((arn) => taskIdOf(arn).startsWith(task));
    if (found.length > 1)
      throw new AiplatError("Usage", `the ids of ${found.length} tasks begin with ${task}`, {
        hint: `Write more of it: ${found.map(taskIdOf).join(", ")}.`,
        details: { tasks: found },
      });
    return found[0] ?? task;
  });
}

/** Every task of the cluster of a run or a service of aiplat's; `stopped`: those that have stopped too. */
export async function findAiplatTasks(
  ecs: EcsPort,
  cluster: string,
  options: { readonly stopped: boolean },
): Promise<readonly Task[]> {
  // A task that is stopping counts as STOPPED here and still runs.
  const tasks = await describeListed(ecs, cluster, await listAllTasks(ecs, cluster));
  return tasks.filter((task) => isOurs(task) && (options.stopped || task.lastStatus !== "STOPPED"));
}

/**
 * ARNs of tasks that run and of tasks that have stopped, as long as ECS remembers them, in this order: a task that
 * stops in between is in both lists, where side by side it could be in neither.
 */
export async function listAllTasks(
  ecs: EcsPort,
  cluster: string,
  filter: Pick<TaskFilter, "serviceName" | "containerInstance"> = {},
  onPage?: PageListener,
): Promise<readonly string[]> {
  const running = await ecs.listTasks(cluster, { ...filter, desiredStatus: "RUNNING" }, onPage);
  const stopped = await ecs.listTasks(cluster, { ...filter, desiredStatus: "STOPPED" }, onPage);
  return [...new Set([...running, ...stopped])];
}

/** A service hands its tags on to its tasks. */
function isOurs(task: Task): boolean {
  return runOf(task) !== undefined || task.tags?.some(({ key }) => key === workloadTag) === true;
}

/**
 * `startedBy` "must be the only filter that you use", so it finds running tasks only, and stopped ones are picked out
 * of all of the cluster's. Where no task was started by the run's name (the user gave --started-by), the tag alone
 * tells. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
 */
async function tasksOfRun(ecs: EcsPort, cluster: string, run: string): Promise<readonly Task[]> {
  // In this order: what stops in between is in both.
  const started = await ecs.listTasks(cluster, { startedBy: run });
  const stopped = await ecs.listTasks(cluster, { desiredStatus: "STOPPED" });
  const ofRun = (tasks: readonly Task[]) => tasks.filter((task) => task.startedBy === run || runOf(task) === run);
  const tasks = ofRun(await describeListed(ecs, cluster, [...started, ...stopped]));
  if (tasks.some((task) => task.startedBy === run)) return tasks;
  return ofRun(await describeListed(ecs, cluster, await listAllTasks(ecs, cluster)));
}

async function describeListed(ecs: EcsPort, cluster: string, arns: readonly string[]): Promise<readonly Task[]> {
  return (await ecs.describeTasks(cluster, [...new Set(arns)])).tasks;
}
