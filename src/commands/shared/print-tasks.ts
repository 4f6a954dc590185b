import type { Context } from "../../context.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import type { RunTaskResult } from "../../core/plan/run-result.ts";
import { taskRow } from "../../core/plan/task-row.ts";
import type { EcsPort } from "../../ports.ts";
import { reportTasks, type ReportOptions } from "../../operations/report-tasks.ts";
import { print } from "../../output/print.ts";
import { runTaskResultView, taskListView } from "../../output/tasks.ts";

/** Prints tasks as `task list` and `task stop` answer them. */
export async function printTaskList(
  context: Context,
  ecs: EcsPort,
  cluster: string,
  tasks: readonly Task[],
  options: { readonly atLast?: boolean } = {},
): Promise<void> {
  const results = await reportTasks(ecs, cluster, tasks, {
    ...options,
    // Where tasks answer matters of those that go on.
    ...(options.atLast === true ? {} : { ec2: () => context.aws.ec2Read() }),
  });
  await print(
    context,
    taskListView(
      results,
      results.map((task) => taskRow(task, context.now())),
    ),
  );
}

/** Prints a run as run-task and `task wait` answer it. */
export async function printRunResult(
  context: Context,
  ecs: EcsPort,
  cluster: string,
  run: Omit<RunTaskResult, "tasks"> & { readonly tasks: readonly Task[] },
  options: Pick<ReportOptions, "known"> = {},
): Promise<void> {
  const results = await reportTasks(ecs, cluster, run.tasks, { ...options, atLast: true });
  await print(
    context,
    runTaskResultView(
      { ...run, tasks: results },
      results.map((task) => taskRow(task, context.now())),
    ),
  );
}
