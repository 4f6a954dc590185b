import type { Task } from "../../core/ecs-api/api.ts";
import { runOf } from "../../core/plan/run-result.ts";
import { printFailures } from "../../output/tasks.ts";
import { defineCommand } from "../command.ts";
import { printRunResult } from "../shared/print-tasks.ts";
import { latecomers, requireTarget, requireTasks, targetOptions, taskArgument } from "../shared/task-target.ts";
import { watchOptions, watchTasks } from "../shared/watch-tasks.ts";

export const taskWait = defineCommand({
  description:
    "Waits until tasks have stopped, for any length of time, and says how they ended. " +
    "Exits 1 when a container failed or a task was cut short, 4 when one never had a place.",
  arguments: [taskArgument],
  options: [...targetOptions, ...watchOptions],
  examples: [
    ["aiplat task wait --run bert-1a2b3c4d --cluster prod --logs", "wait for a run and show its logs"],
    [
      "aiplat task wait --run train-5e6f7a8b --timeout 6h --exit-code-from main",
      "pass the program's exit code on to a script",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await requireTarget(context, args, options);
    const ecs = await context.aws.ecs();
    let found = await requireTasks(context, ecs, target);
    let watched = await watchTasks(context, target, found, options);
    // A list may lag behind: those that it did not show are waited for, too.
    const late = await latecomers(ecs, target, found);
    if (late.length > 0) {
      found = [...found, ...late];
      watched = await watchTasks(context, target, found, options);
    }
    const { tasks, failures, exitCode } = watched;
    await printRunResult(context, ecs, target.cluster, {
      run: options.run ?? commonRun(tasks),
      requested: found.length,
      tasks,
      failures,
    });
    await printFailures(context, failures);
    return exitCode;
  },
});

/** The run that all tasks belong to; empty where they belong to several or none. */
function commonRun(tasks: readonly Task[]): string {
  const runs = new Set(tasks.map(runOf));
  return runs.size === 1 ? ([...runs][0] ?? "") : "";
}
