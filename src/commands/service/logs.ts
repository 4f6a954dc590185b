import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import type { LogStream } from "../../core/ecs/log-streams.ts";
import { shortId } from "../../core/ecs/task-text.ts";
import { AiplatError } from "../../errors.ts";
import { findServiceTasks } from "../../operations/find-service-tasks.ts";
import { createLogReader } from "../../operations/follow-logs.ts";
import { createLogPrinter } from "../../output/log-lines.ts";
import { note } from "../../output/note.ts";
import { defineCommand } from "../command.ts";
import { duration } from "../shared/parse-numbers.ts";
import { logOptions, logPauseMs, requireContainer, silentHint } from "../shared/watch-tasks.ts";
import { readServiceTarget, requireServices, serviceArgument, serviceTargetOptions } from "./service-target.ts";

export const serviceLogs = defineCommand({
  description:
    "Prints what the tasks of a workload's services have written to CloudWatch Logs, those that have stopped too as " +
    "long as ECS remembers them. Each line says whose it is; with -o json it is a LogEvent document. With --follow it " +
    "goes on until Ctrl-C, over the tasks that take the place of others.",
  arguments: [serviceArgument],
  options: [
    ...serviceTargetOptions,
    { flags: "-f, --follow", description: "go on until Ctrl-C" },
    { flags: "--container <name>", description: "only this container" },
    { flags: "--since <duration>", description: "only lines of the last e.g. 90s, 30m, 2h", parse: duration },
  ],
  examples: [["aiplat service logs bert --cluster prod --since 30m --follow", "what every replica says, from now on"]],
  formats: ["text", "json"],
  run: async (context, { args, options }) => {
    const target = await readServiceTarget(context, args, options);
    const ecs = await context.aws.ecs();
    const services = await requireServices(ecs, target);
    const find = async (): Promise<readonly Task[]> =>
      [...(await findServiceTasks(ecs, target.cluster, services, { stopped: true })).values()].flat();
    const tasks = await find();
    const follow = options.follow === true;
    if (tasks.length === 0 && !follow)
      throw new AiplatError("NotFound", `ECS knows no task of ${target.workload} in cluster ${target.cluster}`, {
        hint: "It forgets a stopped task after about an hour. aiplat service status says why none runs.",
      });
    if (options.container !== undefined) requireContainer(tasks, "--container", options.container);
    const silent: string[] = [];
    const [logs, region, print] = await Promise.all([
      context.aws.logs(),
      context.aws.region(),
      createLogPrinter(context, context.stdout, { prefixOf: streamName, json: context.options.format === "json" }),
    ]);
    const reader = createLogReader(ecs, logs, {
      ...logOptions(context, region, print),
      onSilent: ({ container, why }) => silent.push(`${container}: ${why}`),
      ...present({ container: options.container }),
      ...(options.since === undefined ? {} : { since: context.now() - options.since }),
    });
    await reader.read(tasks);
    if (reader.streams().length === 0 && silent.length > 0)
      throw new AiplatError("NotFound", `there is no log to read: ${[...new Set(silent)].join("; ")}`, {
        hint: silentHint(),
      });
    noteSilent(context, silent);
    if (!follow) return;
    // Until Ctrl-C rejects the pause.
    for (;;) {
      await context.sleep(logPauseMs);
      await reader.read(await find());
    }
  },
});

function noteSilent(context: Context, silent: readonly string[]): void {
  for (const text of new Set(silent)) note(context, `no log of ${text}`);
}

function streamName({ taskArn, container }: LogStream): string {
  return `${shortId(taskArn)}/${container}`;
}
