import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { AiplatError } from "../../errors.ts";
import { createLogReader, type LogReader } from "../../operations/follow-logs.ts";
import type { EcsPort } from "../../ports.ts";
import { waitForTasks } from "../../operations/wait-for-tasks.ts";
import { createLogPrinter } from "../../output/log-lines.ts";
import { note } from "../../output/note.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { defineCommand } from "../command.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { duration } from "../shared/parse-numbers.ts";
import { goOnHint, requireTarget, requireTasks, targetOptions, taskArgument } from "../shared/task-target.ts";
import { logOptions, logPauseMs, requireContainer, streamPrefix, silentHint } from "../shared/watch-tasks.ts";

const options = [
  ...targetOptions,
  { flags: "-f, --follow", description: "go on until the tasks have stopped" },
  { flags: "--container <name>", description: "only this container" },
  {
    flags: "--since <duration>",
    description: "only lines of the last e.g. 90s, 30m, 2h",
    parse: duration,
  },
  { flags: "--raw", description: "lines as they were written, with every control character" },
] as const satisfies readonly OptionSpec[];

type Options = OptionsOf<typeof options>;

export const taskLogs = defineCommand({
  description:
    "Prints what tasks have written to CloudWatch Logs; with several tasks or containers each line says whose it " +
    "is. With -o json each line is a LogEvent document.",
  arguments: [taskArgument],
  options,
  examples: [["aiplat task logs --run bert-1a2b3c4d --cluster prod --follow", "follow the logs of a run"]],
  formats: ["text", "json"],
  run: async (context, { args, options }) => {
    const target = await requireTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const tasks = await requireTasks(context, ecs, target);
    if (options.container !== undefined) requireContainer(tasks, "--container", options.container);
    const silent: string[] = [];
    const reader = await openReader(context, ecs, tasks, options, silent);
    if (options.follow === true) {
      const outcome = await waitForTasks(
        ecs,
        target.cluster,
        tasks.map((task) => task.taskArn),
        context,
        {
          hint: goOnHint(context, target),
          onPoll: (known) => reader.read(known),
          longestPauseMs: logPauseMs,
        },
      );
      await reader.drain(outcome.tasks, context);
    } else {
      await reader.read(tasks);
    }
    const { streams } = reader;
    if (streams().length === 0 && silent.length > 0)
      throw new AiplatError("NotFound", `there is no log to read: ${[...new Set(silent)].join("; ")}`, {
        hint: silentHint(),
      });
    for (const text of new Set(silent)) note(context, `no log of ${text}`);
    for (const { stream, lines } of streams()) {
      if (lines === 0)
        note(
          context,
          `${shortId(stream.taskArn)}/${stream.container}: no line yet in ${stream.group}, ${stream.stream}`,
        );
    }
  },
});

async function openReader(
  context: Context,
  ecs: EcsPort,
  tasks: readonly Task[],
  options: Options,
  silent: string[],
): Promise<LogReader> {
  const [logs, region] = await Promise.all([context.aws.logs(), context.aws.region()]);
  const print = await createLogPrinter(context, context.stdout, {
    ...streamPrefix(tasks, options.container),
    json: context.options.format === "json",
    raw: options.raw === true,
  });
  return createLogReader(ecs, logs, {
    ...logOptions(context, region, print),
    onSilent: ({ container, why }) => silent.push(`${container}: ${why}`),
    ...present({ container: options.container }),
    ...(options.since === undefined ? {} : { since: context.now() - options.since }),
  });
}
