import { present } from "../core/base/present.ts";
import { instanceTypeOf } from "../core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, Task } from "../core/ecs-api/api.ts";
import { toTaskResult, type TaskResult } from "../core/plan/run-result.ts";
import { Interrupted } from "../errors.ts";
import type { EcsPort } from "../ports.ts";

/**
 * The tasks as results show them, with instance type and devices. Those two are looked up, each definition once; where
 * they cannot be had (no permission, the instance is gone) they are left out: the tasks are what was asked for.
 *
 * @param atLast Whether a command tells of what it has done: then an interrupt leaves them out, too.
 */
export async function reportTasks(
  ecs: EcsPort,
  cluster: string,
  tasks: readonly Task[],
  { atLast = false }: { readonly atLast?: boolean } = {},
): Promise<readonly TaskResult[]> {
  const [definitions, types] = await Promise.all([
    definitionsOf(ecs, tasks, atLast),
    optional(instanceTypesOf(ecs, cluster, tasks), atLast),
  ]);
  return tasks.map((task) => {
    const definition = definitions.get(task.taskDefinitionArn);
    const instanceType = task.containerInstanceArn === undefined ? undefined : types?.get(task.containerInstanceArn);
    return toTaskResult(task, {
      ...present({ definition, instanceType }),
    });
  });
}

/** The definitions of tasks, each looked up once; undefined where one cannot be had. */
export async function definitionsOf(
  ecs: EcsPort,
  tasks: readonly Task[],
  atLast = false,
): Promise<ReadonlyMap<string, RegisteredTaskDefinition | undefined>> {
  const arns = [...new Set(tasks.map((task) => task.taskDefinitionArn))];
  return new Map(
    await Promise.all(arns.map(async (arn) => [arn, await optional(ecs.describeTaskDefinition(arn), atLast)] as const)),
  );
}

async function instanceTypesOf(
  ecs: EcsPort,
  cluster: string,
  tasks: readonly Task[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const arns = [...new Set(tasks.flatMap((task) => task.containerInstanceArn ?? []))];
  if (arns.length === 0) return new Map();
  return new Map(
    (await ecs.describeContainerInstances(cluster, arns)).map((instance) => [instance.arn, instanceTypeOf(instance)]),
  );
}

async function optional<Value>(asked: Promise<Value>, atLast: boolean): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Interrupted && !atLast) throw error;
    return undefined;
  }
}
