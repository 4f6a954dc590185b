import type { Context } from "../../context.ts";
import { clusterOfTask, isTooShortAnId, nameOfArn, shortIdLength } from "../../core/ecs-api/arn.ts";
import type { Task } from "../../core/ecs-api/api.ts";
import { AiplatError } from "../../errors.ts";
import { findTasks, findTasksPatiently, type TaskSelection } from "../../operations/find-tasks.ts";
import type { EcsPort } from "../../ports.ts";
import { shellWord } from "../../output/print.ts";
import { namedCluster } from "./named-cluster.ts";
import type { ArgumentSpec } from "../command.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";

/** Tasks in their cluster. */
export interface TaskTarget {
  readonly cluster: string;
  readonly selection: TaskSelection;
}

export const taskArgument: ArgumentSpec = { syntax: "[task...]", description: "ids (8 characters will do) or ARNs" };

export const targetOptions = [
  { flags: "--run <id>", description: "all tasks of this run, as run-task named it" },
  {
    flags: "--cluster <name>",
    description: "name or ARN of the cluster",
    defaultText: "that of the task's ARN, of ./aiplat.yaml, AIPLAT_CLUSTER, default",
  },
] as const satisfies readonly OptionSpec[];

export type TargetOptions = OptionsOf<typeof targetOptions>;

/** What the arguments and --run name; undefined where they name nothing. */
export async function readTarget(
  context: Context,
  tasks: readonly string[],
  options: TargetOptions,
): Promise<TaskTarget | undefined> {
  if (tasks.length > 0 && options.run !== undefined) throw new AiplatError("Usage", "give task ids or --run, not both");
  const cluster = await readCluster(context, tasks, options.cluster);
  if (options.run !== undefined) return { cluster, selection: { run: options.run } };
  return tasks.length === 0 ? undefined : { cluster, selection: { tasks } };
}

export async function requireTarget(
  context: Context,
  tasks: readonly string[],
  options: TargetOptions,
): Promise<TaskTarget> {
  const target = await readTarget(context, tasks, options);
  if (target === undefined)
    throw new AiplatError("Usage", "no task named", {
      hint: "Give task ids, or --run ID for all tasks of a run. aiplat task list shows them.",
    });
  return target;
}

/** --cluster; a task's long ARN names its own, else the file's or the environment's. */
export async function readCluster(
  context: Context,
  tasks: readonly string[],
  cluster: string | undefined,
): Promise<string> {
  const named = new Set(tasks.flatMap((task) => clusterOfTask(task) ?? []));
  const given = cluster === undefined ? undefined : nameOfArn(cluster);
  const other = [...named].find((name) => given !== undefined && name !== given);
  if (other !== undefined) throw new AiplatError("Usage", `--cluster ${cluster}: a task's ARN is of cluster ${other}`);
  if (named.size > 1)
    throw new AiplatError("Usage", `the tasks are of several clusters: ${[...named].join(", ")}`, {
      hint: "Give one command for each cluster.",
    });
  return namedCluster(context, cluster ?? [...named][0]);
}

/** The tasks of a target. @throws AiplatError NotFound naming those that ECS does not know. */
export async function requireTasks(context: Context, ecs: EcsPort, target: TaskTarget): Promise<readonly Task[]> {
  const { tasks, missing } = await findTasksPatiently(ecs, context, target.cluster, target.selection);
  if (missing.length > 0) throw missingTasks(missing, target.cluster);
  if (tasks.length === 0) throw missingRun(target);
  return tasks;
}

/** Tasks of a run that were not in its list when it was first read. */
export async function latecomers(
  ecs: EcsPort,
  { cluster, selection }: TaskTarget,
  known: readonly Task[],
): Promise<readonly Task[]> {
  if (!("run" in selection)) return [];
  const arns = new Set(known.map(({ taskArn }) => taskArn));
  return (await findTasks(ecs, cluster, selection)).tasks.filter(({ taskArn }) => !arns.has(taskArn));
}

export function missingTasks(missing: readonly string[], cluster: string): AiplatError {
  return new AiplatError("NotFound", `no task ${missing.join(", ")} in cluster ${cluster}`, {
    hint: missing.some(isTooShortAnId) ? `Write ${shortIdLength} characters of an id, or more.` : forgotten,
    details: { cluster, missing },
  });
}

export function missingRun({ cluster, selection }: TaskTarget): AiplatError {
  const run = "run" in selection ? selection.run : "";
  return new AiplatError("NotFound", `no task of run ${run} in cluster ${cluster}`, {
    hint: `${forgotten} aiplat task list shows the runs of the cluster.`,
    details: { cluster, run },
  });
}

const forgotten = "Check --cluster and --region. ECS forgets a stopped task after about an hour.";

/** A command line that does `words` with the same tasks, in the same place. */
export function commandFor(
  context: Pick<Context, "options">,
  words: string,
  { cluster, selection }: TaskTarget,
): string {
  const { regions, profile, endpointUrl } = context.options;
  const rest = [
    ...("run" in selection ? ["--run", selection.run] : selection.tasks),
    "--cluster",
    cluster,
    ...regions.flatMap((region) => ["--region", region]),
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(endpointUrl === undefined ? [] : ["--endpoint-url", endpointUrl]),
  ];
  return `aiplat ${words} ${rest.map(shellWord).join(" ")}`;
}

/** What to do about tasks that still run when a wait ends early. */
export function goOnHint(context: Pick<Context, "options">, target: TaskTarget): string {
  if (context.options.sandbox)
    return "The sandbox of this command ends with it, and its tasks too. To keep one:  aiplat sandbox";
  return (
    `The tasks go on running. To wait on:  ${commandFor(context, "task wait", target)}\n` +
    `To stop them:  ${commandFor(context, "task stop", target)}`
  );
}
