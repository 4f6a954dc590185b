import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { taskIdOf } from "../../core/ecs-api/arn.ts";
import { judgeTask, needsDefinition, wasNeverPlaced } from "../../core/ecs/outcome.ts";
import { definitionsOf } from "../../operations/report-tasks.ts";
import type { LogStream } from "../../core/ecs/log-streams.ts";
import { changeLine, countStatuses, shortId } from "../../core/ecs/task-text.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { toRunFailure, type RunFailure } from "../../core/plan/run-result.ts";
import { listOr } from "../../core/base/problem.ts";
import { AiplatError, exitCodes, Interrupted, toAiplatError, type ExitCode } from "../../errors.ts";
import { createLogReader, type LogOptions, type LogReader } from "../../operations/follow-logs.ts";
import type { EcsPort } from "../../ports.ts";
import { waitForTasks, type WaitOutcome } from "../../operations/wait-for-tasks.ts";
import { createLogPrinter } from "../../output/log-lines.ts";
import { note, warn } from "../../output/note.ts";
import { startTaskProgress } from "../../output/task-progress.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";
import { duration } from "./parse-numbers.ts";
import { goOnHint, type TaskTarget } from "./task-target.ts";

export const watchOptions = [
  {
    flags: "--timeout <duration>",
    description: "give up after this time (exit 5), e.g. 90s, 30m, 2h; the tasks go on",
    defaultText: "wait as long as it takes",
    parse: duration,
  },
  { flags: "--logs", description: "show the tasks' CloudWatch logs on stderr meanwhile" },
  {
    flags: "--exit-code-from <container>",
    description: "exit with the code of this container; the first that is not 0 of several tasks",
  },
] as const satisfies readonly OptionSpec[];

export type WatchOptions = OptionsOf<typeof watchOptions>;

export interface Watched {
  /** As they ended. */
  readonly tasks: readonly Task[];
  /** One for each task that failed. */
  readonly failures: readonly RunFailure[];
  readonly exitCode: ExitCode;
}

/**
 * Waits until the tasks have stopped, showing it as it goes on, and judges how they ended.
 *
 * @param onKnown Hears how they all stand, at every look.
 */
export async function watchTasks(
  context: Context,
  target: TaskTarget,
  tasks: readonly Task[],
  options: WatchOptions,
  onKnown: (tasks: readonly Task[]) => void = () => undefined,
): Promise<Watched> {
  if (options.exitCodeFrom !== undefined) requireContainer(tasks, "--exit-code-from", options.exitCodeFrom);
  const ecs = await (options.timeout === undefined ? context.aws.ecs() : context.aws.ecsWithin(options.timeout));
  const reader = options.logs === true ? await startReader(context, ecs, tasks) : undefined;
  const progress = await startTaskProgress(context, tasks.length, { live: reader === undefined });
  const startedAt = context.now();
  let outcome: WaitOutcome;
  try {
    outcome = await waitForTasks(
      ecs,
      target.cluster,
      tasks.map((task) => task.taskArn),
      context,
      {
        ...present({ timeoutMs: options.timeout }),
        seen: tasks,
        hint: goOnHint(context, target),
        onChange: ({ task }) => progress.change(changeLine(task)),
        onPoll: async (known) => {
          if (known.length === tasks.length) onKnown(known);
          progress.stand(`${countStatuses(known)}  ${formatDuration(context.now() - startedAt)}`);
          await reader?.read(known);
        },
        ...(reader === undefined ? {} : { longestPauseMs: logPauseMs }),
      },
    );
    await reader?.drain(outcome.tasks, context);
  } finally {
    progress.stop();
  }
  const unclear = outcome.tasks.filter(needsDefinition);
  return judge(outcome, options.exitCodeFrom, await definitionsOf(ecs, unclear));
}

/** How often logs are read while they are followed. */
export const logPauseMs = 2_500;

/** @throws AiplatError Usage when no task has a container of this name. */
export function requireContainer(tasks: readonly Task[], flag: string, container: string): void {
  const names = [...new Set(tasks.flatMap((task) => task.containers.map((each) => each.name)))];
  // A task that was never placed has no containers to ask.
  if (names.length > 0 && !names.includes(container))
    throw new AiplatError("Usage", `${flag} ${container}: no task has such a container`, {
      hint: `They have ${listOr(names, "and")}.`,
    });
}

/** What the log reader is told to leave to the user. */
export function silentHint(): string {
  return "Give the workload a log group (logs.group, --log-group) to see its output in CloudWatch.";
}

export function logOptions(context: Context, region: string, onLines: LogOptions["onLines"]): LogOptions {
  return {
    region,
    onLines,
    onSilent: ({ container, why }) => note(context, `no log of ${container}: ${why}. ${silentHint()}`),
  };
}

/** Reads logs beside a wait: trouble with the logs ends the reading, not the wait. */
async function startReader(
  context: Context,
  ecs: EcsPort,
  tasks: readonly Task[],
): Promise<Pick<LogReader, "read" | "drain">> {
  const [logs, region] = await Promise.all([context.aws.logs(), context.aws.region()]);
  const print = await createLogPrinter(context, context.stderr, { ...streamPrefix(tasks), json: false });
  const reader = createLogReader(ecs, logs, logOptions(context, region, print));
  let broken = false;
  const guarded = async (read: () => Promise<void>) => {
    if (broken) return;
    try {
      await read();
    } catch (thrown) {
      const error = toAiplatError(thrown);
      if (error instanceof Interrupted || error.code === "Bug") throw error;
      broken = true;
      await warn(context, {
        message: `the logs cannot be read: ${error.message}`,
        ...present({ hint: error.hint }),
      });
    }
  };
  return {
    read: (known) => guarded(() => reader.read(known)),
    drain: (known, runtime) => guarded(() => reader.drain(known, runtime)),
  };
}

/** What lines are marked with where they come from several streams: the task and its container. */
export function streamPrefix(
  tasks: readonly Task[],
  container?: string,
): { readonly prefixOf?: (stream: LogStream) => string } {
  const several = tasks.length > 1 || (container === undefined && tasks.some((task) => task.containers.length > 1));
  return several ? { prefixOf: (stream) => `${shortId(stream.taskArn)}/${stream.container}` } : {};
}

function judge(
  { tasks, gone }: WaitOutcome,
  exitCodeFrom: string | undefined,
  definitions: Awaited<ReturnType<typeof definitionsOf>>,
): Watched {
  const failures: RunFailure[] = [];
  const lost = new Set(gone.map(taskIdOf));
  for (const task of tasks) {
    if (lost.has(taskIdOf(task.taskArn))) continue;
    const outcome = judgeTask(task, definitions.get(task.taskDefinitionArn));
    if (!outcome.ok) failures.push({ reason: outcome.reason, detail: task.taskArn, hint: outcome.hint });
  }
  for (const task of gone) failures.push(toRunFailure("MISSING", task));
  return { tasks, failures, exitCode: exitCodeFor(tasks, gone, failures, exitCodeFrom) };
}

/** Where not all could be placed that comes first, as it does where RunTask itself has no place for some. */
function exitCodeFor(
  tasks: readonly Task[],
  gone: readonly string[],
  failures: readonly RunFailure[],
  exitCodeFrom: string | undefined,
): ExitCode {
  if (tasks.some(wasNeverPlaced)) return exitCodes.capacity;
  if (exitCodeFrom !== undefined) return exitCodeOf(tasks, gone, exitCodeFrom);
  return failures.length > 0 ? exitCodes.failed : exitCodes.success;
}

/** The container's code, passed through; 1 where it never started or nobody knows. */
function exitCodeOf(tasks: readonly Task[], gone: readonly string[], name: string): ExitCode {
  const codes = tasks.map(
    (task) => task.containers.find((container) => container.name === name)?.exitCode ?? exitCodes.failed,
  );
  return codes.find((code) => code !== 0) ?? (gone.length > 0 ? exitCodes.failed : exitCodes.success);
}
