import type { Failure, RunTaskRequest, Task } from "../core/ecs-api/api.ts";
import { runOf } from "../core/plan/run-result.ts";
import { AiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";
import { isGivenBack } from "./given-back.ts";
import type { Runtime } from "../context.ts";
import { batchToken } from "./tokens.ts";
import { lookAgainMs, surely } from "./uncertain.ts";

export interface RunAnswer {
  readonly tasks: readonly Task[];
  readonly failures: readonly Failure[];
}

export interface AskOptions {
  readonly run: string;
  /** The run's own token, and the first replica of the call: both name the call. */
  readonly token: string;
  readonly first: number;
  /** How often ECS has had no place for it under its name of then. */
  readonly refusals: number;
  /** Whether an earlier command may have made this call: then its tasks are looked at as they are now. */
  readonly mayBeKnown: boolean;
  /** Whether tasks that ECS has forgotten may have been taken back. */
  readonly allOrNothing: boolean;
  /** Tasks that are no answer: of other calls of this run, or taken back. */
  readonly isSpent: (task: Task) => boolean;
}

/**
 * Has ECS start the tasks of one call, once: where the answer is lost it asks again under the same client token, and
 * what an earlier call under this token started is its answer.
 *
 * @throws AiplatError with the detail `uncertain` where nobody knows whether the tasks were started.
 */
export async function askToRun(
  ecs: EcsPort,
  runtime: Runtime,
  request: Omit<RunTaskRequest, "clientToken">,
  options: AskOptions,
): Promise<RunAnswer> {
  // A token under which all tasks were taken back is used up, and so may be one that was refused: whether ECS remembers
  // those is not documented. Where another command may come by the same tokens it asks once more first.
  const usedUp = options.mayBeKnown ? Math.floor(options.refusals / 2) : options.refusals;
  for (let generation = usedUp; ; generation++) {
    const clientToken = batchToken(options.token, options.first, generation);
    const answer = await askSurely(ecs, runtime, { ...request, clientToken }, options);
    const tasks = options.mayBeKnown ? await asTheyAre(ecs, request.cluster, answer.tasks) : answer.tasks;
    const left = tasks.filter((task) => !isGivenBack(task) && !options.isSpent(task));
    if (left.length > 0 || tasks.length === 0) return { tasks: left, failures: answer.failures };
  }
}

async function askSurely(
  ecs: EcsPort,
  runtime: Runtime,
  request: RunTaskRequest,
  options: AskOptions,
): Promise<RunAnswer> {
  try {
    return await surely(runtime, () => ecs.runTask(request));
  } catch (thrown) {
    if (isConflict(thrown)) return startedBefore(ecs, runtime, request.cluster, options, thrown);
    throw thrown;
  }
}

/**
 * ECS knows the token with another request: this run's, as it was planned then.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ConflictException.html
 */
async function startedBefore(
  ecs: EcsPort,
  runtime: Runtime,
  cluster: string,
  { run, allOrNothing }: AskOptions,
  conflict: AiplatError,
): Promise<RunAnswer> {
  const ids = conflict.details["resourceIds"];
  if (!Array.isArray(ids) || ids.length === 0) throw conflict;
  for (const pauseMs of [...lookAgainMs, undefined]) {
    const { tasks } = await ecs.describeTasks(cluster, ids as readonly string[]);
    if (tasks.length === ids.length) {
      if (tasks.every((task) => task.startedBy === run || runOf(task) === run)) return { tasks, failures: [] };
      throw conflict;
    }
    if (pauseMs !== undefined) await runtime.sleep(pauseMs);
  }
  // A task that ECS has forgotten stopped an hour ago or longer.
  if (!allOrNothing) return { tasks: (ids as readonly string[]).map(forgotten), failures: [] };
  throw new AiplatError("OperationFailed", "ECS has forgotten tasks that were started under this client token", {
    hint: "Nothing was started in their place. To run the workload anew, give another --client-token.",
    details: { run, tasks: ids },
    cause: conflict,
  });
}

function forgotten(taskArn: string): Task {
  const stoppedReason = "ECS has forgotten how it ended";
  return {
    taskArn,
    taskDefinitionArn: "",
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stoppedReason,
    containers: [],
  };
}

/** Whether it is known by its ARN alone. */
export function isForgotten({ taskDefinitionArn }: Task): boolean {
  return taskDefinitionArn === "";
}

function isConflict(error: unknown): error is AiplatError {
  return error instanceof AiplatError && error.details["awsCode"] === "ConflictException";
}

/** A repeated call may be answered as the first one was. Its tasks are there, whether they can be looked at or not. */
async function asTheyAre(ecs: EcsPort, cluster: string, tasks: readonly Task[]): Promise<readonly Task[]> {
  if (tasks.length === 0) return tasks;
  try {
    const arns = tasks.map(({ taskArn }) => taskArn);
    const now = await ecs.describeTasks(cluster, arns);
    return tasks.map((task) => now.tasks.find(({ taskArn }) => taskArn === task.taskArn) ?? task);
  } catch {
    return tasks;
  }
}
