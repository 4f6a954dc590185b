import type { Context } from "../../context.ts";
import { listOr } from "../../core/base/problem.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { workloadTag } from "../../core/ecs-api/service.ts";
import { sessionCommand, sessionPlugin } from "../../core/ecs/exec-session.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { AiplatError } from "../../errors.ts";
import { findProgram } from "../../files/find-program.ts";
import { shellWord } from "../../output/print.ts";
import type { Invocation } from "../command.ts";
import type { OptionSpec } from "./option.ts";

export const execOptions = [
  {
    flags: "--container <name>",
    description: "the container to run it in",
    defaultText: "the only one that runs, else the workload's",
  },
] as const satisfies readonly OptionSpec[];

/** What is run where nothing stands after `--`. */
const shell = ["/bin/sh"];

/** The command that stands after `--`, else a shell. @throws AiplatError Usage where `--` stands at the end. */
export function commandToRun({ passthrough = shell }: Pick<Invocation<unknown>, "passthrough">): readonly string[] {
  if (passthrough.length === 0)
    throw new AiplatError("Usage", "nothing stands after --", {
      hint: "Write the command there, or leave -- out for a shell.",
    });
  return passthrough;
}

/**
 * Runs a command in a container of a running task, on this terminal, and gives its session's exit code: ECS Exec through
 * the session-manager plugin. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
 */
export async function execInTask(
  context: Context,
  cluster: string,
  task: Task,
  { container: named, command }: { readonly container?: string; readonly command: readonly string[] },
): Promise<number> {
  requireRunning(task);
  const container = chooseContainer(task, named);
  requirePlugin(context);
  const ecs = await context.aws.ecs();
  const opened = await ecs.executeCommand({
    cluster,
    task: task.taskArn,
    container,
    command: command.map(shellWord).join(" "),
  });
  return context.runInForeground(sessionCommand(opened, task, container, context.options.profile), context.env);
}

function requireRunning({ taskArn, lastStatus, enableExecuteCommand }: Task): void {
  if (lastStatus !== "RUNNING")
    throw new AiplatError(
      "OperationFailed",
      `task ${shortId(taskArn)} is ${lastStatus}: a command runs in a RUNNING one`,
    );
  if (enableExecuteCommand === false)
    throw new AiplatError("OperationFailed", `task ${shortId(taskArn)} was started without ECS Exec`, {
      hint:
        "Start it with --enable-execute-command (run-task, service deploy); its task role needs the ssmmessages actions: " +
        "aiplat iam policy --role task.",
    });
}

/** Of the containers that run: those of `init` have ended. */
function chooseContainer({ taskArn, containers, tags = [] }: Task, named: string | undefined): string {
  const names = containers.filter(({ lastStatus }) => lastStatus !== "STOPPED").map(({ name }) => name);
  if (named !== undefined && !names.includes(named)) {
    const hint = `Choose ${listOr(names)}.`;
    throw containers.some(({ name }) => name === named)
      ? new AiplatError("OperationFailed", `container ${named} of task ${shortId(taskArn)} has stopped`, { hint })
      : new AiplatError("Usage", `--container ${named}: the task has no such container`, { hint });
  }
  const workload = tags.find(({ key }) => key === workloadTag)?.value;
  const chosen = named ?? (names.length === 1 ? names[0] : names.find((name) => name === workload));
  if (chosen === undefined)
    throw new AiplatError("Usage", `${names.length} containers of the task run`, {
      hint: `Choose one with --container: ${listOr(names)}.`,
    });
  return chosen;
}

function requirePlugin(context: Context): void {
  if (findProgram(context, sessionPlugin) === undefined)
    throw new AiplatError(
      "NotFound",
      `there is no ${sessionPlugin} on the PATH: it joins the terminal to the container`,
      {
        hint:
          "Install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/" +
          "session-manager-working-with-install-plugin.html",
        details: { program: sessionPlugin },
      },
    );
}
