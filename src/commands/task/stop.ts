import { present } from "../../core/base/present.ts";
import { AiplatError } from "../../errors.ts";
import { findTasks } from "../../operations/find-tasks.ts";
import { stopTasks } from "../../operations/stop-tasks.ts";
import { note } from "../../output/note.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { printTaskList } from "./print-tasks.ts";
import { confirm } from "../shared/confirm.ts";
import { defineCommand } from "../command.ts";
import {
  commandFor,
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
    const { tasks, missing } = await findTasks(ecs, target.cluster, target.selection);
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

    const outcomes = await stopTasks(ecs, target.cluster, tasks, options.reason);
    for (const { task, alreadyStopped, error } of outcomes) {
      if (error === undefined)
        note(context, `${shortId(task.taskArn)}  ${alreadyStopped ? "had stopped already" : "stopping"}`);
      else note(context, `${shortId(task.taskArn)}  not stopped: ${error.message}`);
    }
    await printTaskList(
      context,
      ecs,
      target.cluster,
      outcomes.map((outcome) => outcome.task),
    );

    const errors = outcomes.flatMap(({ error }) => error ?? []);
    const [first] = errors;
    if (first !== undefined)
      throw new AiplatError(
        first.code,
        `${errors.length} of ${tasks.length} tasks could not be stopped: ${first.message}`,
        { ...present({ hint: first.hint }), details: first.details, cause: first },
      );
    if (missing.length > 0) throw missingTasks(missing, target.cluster);
  },
});
