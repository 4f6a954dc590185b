import { AiplatError } from "../../errors.ts";
import { present } from "../../core/base/present.ts";
import { defineCommand } from "../command.ts";
import { commandToRun, execInTask, execOptions } from "../shared/exec-session.ts";
import { requireTarget, requireTasks, targetOptions } from "../shared/task-target.ts";

export const taskExec = defineCommand({
  description:
    "Runs a command, or a shell, in a container of a running task, on this terminal: ECS Exec through the " +
    "session-manager plugin. The task has to have been started with --enable-execute-command.",
  arguments: [{ syntax: "[task]", description: "a task's id (8 characters will do) or ARN" }],
  options: [...targetOptions, ...execOptions],
  takesCommand: true,
  examples: [
    ["aiplat task exec 1a2b3c4d --cluster prod", "a shell"],
    ["aiplat task exec --run bert-1a2b3c4d --cluster prod -- neuron-ls", "of a run with one running task"],
  ],
  formats: ["text"],
  run: async (context, { args, options, ...invocation }) => {
    const command = commandToRun(invocation);
    const target = await requireTarget(context, args, options);
    const tasks = await requireTasks(context, await context.aws.ecs(), target);
    const running = tasks.filter(({ lastStatus }) => lastStatus === "RUNNING");
    const task = running[0] ?? tasks[0]!;
    if (running.length > 1)
      throw new AiplatError("Usage", `${running.length} tasks are running`, {
        hint: "Name one by its id; aiplat task list shows them.",
      });
    return execInTask(context, target.cluster, task, {
      ...present({ container: options.container }),
      command,
    });
  },
});
