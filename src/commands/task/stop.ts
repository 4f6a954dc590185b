import type { Task } from "../../core/ecs-api/api.ts";
import { AiplatError, isUncertain } from "../../errors.ts";
import { findTasksPatiently } from "../../operations/find-tasks.ts";
import { stopTasks } from "../../operations/stop-tasks.ts";
import { note } from "../../output/note.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { printTaskList } from "../shared/print-tasks.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import {
  commandFor,
  latecomers,
  missingRun,
  missingTasks,
  requireTarget,
  targetOptions,
  taskArgument,
} from "../shared/task-target.ts";

export const taskStop = defineCommand({
  description:
    "Stops tasks: each container gets SIGTERM, and SIGKILL after its stop timeout. " +
    "Tasks that have stopped already are left alone. Asks first when there are several.",
  arguments: [taskArgument],
  options: [
    ...targetOptions,
    { flags: "--reason <text>", description: "why, as ECS keeps it", default: "aiplat task stop" },
  ],
  examples: [
    ["aiplat task stop --run bert-1a2b3c4d --cluster prod --yes", "stop every task of a run, without a question"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, { args, options }) => {
    const target = await requireTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const { tasks, missing } = await findTasksPatiently(ecs, context, target.cluster, target.selection);
    if (tasks.length === 0) throw missing.length > 0 ? missingTasks(missing, target.cluster) : missingRun(target);
    const running = tasks.filter((task) => task.lastStatus !== "STOPPED");
    if (running.length > 1) {
      await confirm(context, {
        doing: `stopping ${running.length} tasks`,
        question: `Stop ${running.length} tasks in cluster ${target.cluster}?`,
        hint: `Say it in advance:  ${commandFor(context, "task stop", target)} --yes`,
        refused: "nothing was stopped",
      });
    }

    const afterwards = await context.aws.ecsAfterwards();
    const stop = (some: readonly Task[]) =>
      stopTasks(ecs, context, target.cluster, some, options.reason, { afterwards });
    const first = await stop(tasks);
    // A list may lag behind: those that it did not show are stopped, too.
    const outcomes = [...first, ...(await stop(await latecomers(afterwards, target, tasks).catch(() => [])))];
    for (const { task, alreadyStopped, error } of outcomes) {
      if (error === undefined)
        note(context, `${shortId(task.taskArn)}  ${alreadyStopped ? "had stopped already" : "stopping"}`);
      else note(context, `${shortId(task.taskArn)}  not stopped: ${error.message}`);
    }
    await printTaskList(
      context,
      afterwards,
      target.cluster,
      outcomes.map((outcome) => outcome.task),
      { atLast: true },
    );

    const errors = outcomes.flatMap(({ error }) => error ?? []);
    const [worst] = errors;
    if (worst !== undefined)
      throw new AiplatError(
        worst.code,
        `${errors.length} of ${outcomes.length} tasks could not be stopped: ${worst.message}`,
        {
          hint: [worst.hint, `To go on:  ${commandFor(context, "task stop", target)} --yes`]
            .filter((each) => each !== undefined)
            .join("\n"),
          details: errors.some(isUncertain) ? { ...worst.details, unknown: { tasks: errors.length } } : worst.details,
          cause: worst,
        },
      );
    if (missing.length > 0) throw missingTasks(missing, target.cluster);
  },
});
