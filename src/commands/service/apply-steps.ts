import type { Context } from "../../context.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { listOr } from "../../core/base/problem.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { judgeTask } from "../../core/ecs/outcome.ts";
import { breakerText } from "../../core/ecs/breaker-text.ts";
import type { HealthCounts } from "../../core/ecs/task-health.ts";
import { changeLine } from "../../core/ecs/task-text.ts";
import { staysUntil } from "../../core/plan/judge-plan.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import type { RunFailure } from "../../core/plan/run-result.ts";
import type { ServiceStep } from "../../core/plan/service-plan.ts";
import { AiplatError, exitCodes, Interrupted, printsResult, toAiplatError, type ExitCode } from "../../errors.ts";
import { deployServices, type Deployed } from "../../operations/deploy-services.ts";
import { createLogReader, type LogLine } from "../../operations/follow-logs.ts";
import type { EcsPort } from "../../ports.ts";
import type { ServiceOutcome } from "../../operations/wait-for-services.ts";
import { printFailures } from "../../output/tasks.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { startProgress } from "../../output/progress.ts";
import { deploymentView, eventText, healthText, stageText } from "../../output/services.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { duration, wholeFrom } from "../shared/parse-numbers.ts";
import { watchStalls } from "./explain-stalls.ts";
import { notePauses } from "./note-pauses.ts";
import { serviceCommand, type ServiceTarget } from "./service-target.ts";

/** Of the commands that replace tasks. */
export const parallelOption = {
  flags: "--parallel <n>",
  description:
    "how many services of the workload replace their tasks at once; the file's rollout, which counts the replicas of " +
    "all of them, limits it further",
  defaultText: "1: one after the other",
  parse: wholeFrom(1),
} as const satisfies OptionSpec;

export const deployWaitOptions = [
  {
    flags: "--timeout <duration>",
    description: "give up waiting after this time (exit 5), e.g. 90s, 30m, 2h; the deployment goes on",
    defaultText: "wait as long as it takes",
    parse: duration,
  },
  {
    flags: "--no-wait",
    description: "do not wait until the services are steady, but for those that another comes after",
  },
] as const satisfies readonly OptionSpec[];

export type DeployWaitOptions = OptionsOf<typeof deployWaitOptions>;

/** Lines of a failed container's log that are shown. */
const lastLines = 10;

/** Carries out steps, shows them as they go on, and reports what became of each. */
export async function applySteps(
  context: Context,
  ecs: EcsPort,
  target: ServiceTarget,
  steps: readonly ServiceStep[],
  options: DeployWaitOptions & OptionsOf<[typeof parallelOption]>,
): Promise<ExitCode> {
  const startedAt = context.now();
  const several = steps.length > 1;
  const say = (service: string, text: string) => note(context, several ? `${service}  ${text}` : text);
  const staying = listOr(
    steps.filter(staysUntil).map(({ service }) => service),
    "and",
  );
  const waits = options.wait || staying !== "";
  if (!options.wait && waits)
    note(context, `${staying} can only be deleted once what takes its place is steady: waiting for that all the same`);
  const { parallel = 1 } = options;
  const replaced = steps.filter(
    ({ action, replacesTasks, rollback }) => action === "update" && replacesTasks && rollback === undefined,
  );
  if (!waits && replaced.length > parallel)
    note(context, "its services replace their tasks one after the other: waiting for each that another comes after");
  const progress = await startProgress(context, "deploying");
  const ended = new Set<string>();
  const awaited = steps.filter(({ action }) => action === "create" || action === "update").length;
  const elapsed = () => formatDuration(context.now() - startedAt);
  const stalls = watchStalls(context, ecs, target.cluster, (_, text) => note(context, text));
  const deployed = await deployServices(
    ecs,
    context,
    { cluster: target.cluster, steps },
    {
      onStep: (text) => note(context, text),
      parallel,
      afterwards: await context.aws.ecsAfterwards(),
      leaveLast: !waits,
      wait: {
        ...(options.timeout === undefined
          ? {}
          : { deadline: startedAt + options.timeout, reads: await context.aws.ecsWithin(options.timeout) }),
        hint: goOnHint(context, target, staying),
        onEvent: (service, { message }) => say(service, eventText(message)),
        onTask: (service, task, health) => say(service, changeLine(task, health)),
        onEnd: ({ service: { serviceName }, failure }) => {
          ended.add(serviceName);
          const count = awaited > 1 && ended.size <= awaited ? `, ${ended.size} of ${awaited}` : "";
          if (failure === undefined) say(serviceName, `steady after ${elapsed()}${count}`);
        },
        onStage: (service, rollout) => {
          say(service, `deployment ${stageText(rollout)}`);
          notePauses(context, service, rollout);
        },
        onPoll: (services, health) => {
          progress.update(
            `${awaited > 1 ? `${ended.size} of ${awaited} steady  ` : ""}${services.map((each) => standingText(each, health.get(each.serviceName))).join(", ")}  ` +
              elapsed(),
          );
          return stalls.look(services);
        },
      },
    },
  ).finally(() => progress.stop());
  const short = deployed.steps.flatMap(({ service }) => stalls.failureOf(service) ?? []);
  return report(context, ecs, target, deployed, short);
}

/** What to do about deployments that nobody waits for any more. */
function goOnHint(context: Context, target: ServiceTarget, staying: string): string {
  return [
    `The deployment goes on. To look:  ${serviceCommand(context, "service status", target)}`,
    ...(staying === "" ? [] : [`${staying} is still there: deploy again to finish, or go back.`]),
    `To go back:  ${serviceCommand(context, "service rollback", target)}`,
  ].join("\n");
}

/** `bert 1/2 (1 starting, 2 of 3 failures)` */
function standingText(service: Service, health: HealthCounts | undefined): string {
  const { serviceName, runningCount, desiredCount } = service;
  const words = [healthText(health), breakerText(service)].filter((text) => text !== "");
  return `${serviceName} ${runningCount}/${desiredCount}${words.length === 0 ? "" : ` (${words.join(", ")})`}`;
}

/** @param short Why services have no room. */
async function report(
  context: Context,
  ecs: EcsPort,
  target: ServiceTarget,
  { steps, error }: Deployed,
  short: readonly RunFailure[],
): Promise<ExitCode> {
  const failed = steps.flatMap(({ outcome }) => (outcome?.failure === undefined ? [] : [outcome]));
  const failures = [...failed.flatMap(failuresOf), ...short];
  const touched = steps.some(({ result }) => result !== "not-reached" && result !== "unchanged");
  if (error === undefined || touched || printsResult(error))
    await print(context, deploymentView(target, steps, failures));
  await printFailures(context, failures);
  for (const { failedTasks } of failed) await showLastLines(context, ecs, failedTasks);
  if (error !== undefined) throw goingOn(context, target, error, touched);
  return failed.length > 0 ? exitCodes.failed : exitCodes.success;
}

/** What has begun goes on whatever ended the command. */
function goingOn(context: Context, target: ServiceTarget, error: AiplatError, touched: boolean): AiplatError {
  const look = `To look:  ${serviceCommand(context, "service status", target)}`;
  if (!touched || error.hint?.includes(look) === true) return error;
  const { code, message, hint, details } = error;
  const again = "What is done stays: the same command again goes on from there.";
  const hints = [hint, look, again].filter((each) => each !== undefined);
  return new AiplatError(code, message, { hint: hints.join("\n"), details, cause: error });
}

/** The deployment's own reason, then why its tasks stopped, each once. */
function failuresOf({ service, failure, failedTasks }: ServiceOutcome): readonly RunFailure[] {
  const reasons = new Map<string, RunFailure>();
  for (const task of failedTasks) {
    const outcome = judgeTask(task);
    if (!outcome.ok && !reasons.has(outcome.reason))
      reasons.set(outcome.reason, { reason: outcome.reason, detail: task.taskArn, hint: outcome.hint });
  }
  const hint = reasons.size > 0 ? "Why its tasks stopped is below." : "Its events say more: aiplat service status.";
  return [{ reason: failure ?? "the deployment failed", detail: service.serviceName, hint }, ...reasons.values()];
}

/** The last lines of the log of the task that stopped last; trouble with the logs is no trouble of the deployment. */
async function showLastLines(context: Context, ecs: EcsPort, failedTasks: readonly Task[]): Promise<void> {
  const task = failedTasks.toSorted((one, other) => (other.stoppedAt ?? 0) - (one.stoppedAt ?? 0))[0];
  if (task === undefined) return;
  try {
    const [logs, region] = await Promise.all([context.aws.logs(), context.aws.region()]);
    const lines: LogLine[] = [];
    const reader = createLogReader(ecs, logs, {
      region,
      onLines: (some) => lines.push(...some),
      onSilent: ({ container, why }) => note(context, `no log of ${container}: ${why}`),
    });
    await reader.read([task]);
    for (const { stream, message } of lines.slice(-lastLines))
      note(context, `${stream.container}  ${message.trimEnd()}`);
  } catch (thrown) {
    const error = toAiplatError(thrown);
    if (error instanceof Interrupted || error.code === "Bug") throw error;
    note(context, `the log cannot be read: ${error.message}`);
  }
}
