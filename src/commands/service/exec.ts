import { present } from "../../core/base/present.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { AiplatError } from "../../errors.ts";
import { findServiceTasks } from "../../operations/find-service-tasks.ts";
import { note } from "../../output/note.ts";
import { defineCommand } from "../command.ts";
import { commandToRun, execInTask, execOptions } from "../shared/exec-session.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceTargetOptions } from "./service-target.ts";

export const serviceExec = defineCommand({
  description:
    "Runs a command, or a shell, in a running task of a workload's service, on this terminal: ECS Exec through the " +
    "session-manager plugin. Of several tasks it takes the newest; aiplat task exec takes the one that it is told.",
  arguments: [serviceArgument],
  options: [...serviceTargetOptions, ...execOptions],
  takesCommand: true,
  examples: [["aiplat service exec bert --cluster prod -- neuron-ls", "what the replica sees of its devices"]],
  formats: ["text"],
  run: async (context, { args, options, ...invocation }) => {
    const command = commandToRun(invocation);
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    const tasks = [...(await findServiceTasks(ecs, target.cluster, services)).values()].flat();
    const running = tasks
      .filter(({ lastStatus }) => lastStatus === "RUNNING")
      .toSorted((one, other) => (other.createdAt ?? 0) - (one.createdAt ?? 0));
    const [task] = running;
    if (task === undefined)
      throw new AiplatError("NotFound", `no task of ${target.workload} is running in cluster ${target.cluster}`, {
        hint: "aiplat service status says why.",
      });
    if (running.length > 1) note(context, `of ${running.length} running tasks: ${shortId(task.taskArn)}`);
    return execInTask(context, target.cluster, task, { ...present({ container: options.container }), command });
  },
});
