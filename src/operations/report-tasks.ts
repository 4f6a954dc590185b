import { present } from "../core/base/present.ts";
import { instanceTypeOf, type ContainerInstance } from "../core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, Task } from "../core/ecs-api/api.ts";
import { answersAtHost, endpointsOf, type Endpoint } from "../core/ecs/endpoints.ts";
import { toTaskResult, type TaskResult } from "../core/plan/run-result.ts";
import type { Ec2ReadPort, EcsPort } from "../ports.ts";
import { isForgotten } from "./ask-to-run.ts";
import { optional } from "./optional.ts";

export interface ReportOptions {
  /** Whether a command tells of what it has done: then an interrupt leaves out what is looked up, too. */
  readonly atLast?: boolean;
  /** Knows the machines' addresses: given where it is asked where the tasks answer. */
  readonly ec2?: () => Promise<Ec2ReadPort>;
  /** Container instances that need not be described, by ARN. */
  readonly known?: ReadonlyMap<string, ContainerInstance>;
}

/**
 * The tasks as results show them, with instance type and devices. Those two are looked up, each definition once; where
 * they cannot be had (no permission, the instance is gone) they are left out: the tasks are what was asked for.
 *
 */
export async function reportTasks(
  ecs: EcsPort,
  cluster: string,
  tasks: readonly Task[],
  { atLast = false, ec2, known }: ReportOptions = {},
): Promise<readonly TaskResult[]> {
  const [definitions, instances] = await Promise.all([
    definitionsOf(ecs, tasks, atLast),
    optional(instancesOf(ecs, cluster, tasks, known), atLast),
  ]);
  const endpoints = ec2 === undefined ? undefined : await findEndpoints(tasks, definitions, instances, ec2);
  return tasks.map((task) => {
    const instance = task.containerInstanceArn === undefined ? undefined : instances?.get(task.containerInstanceArn);
    return toTaskResult(
      task,
      present({
        definition: definitions.get(task.taskDefinitionArn),
        instanceType: instance === undefined ? undefined : instanceTypeOf(instance),
        endpoints: endpoints?.get(task.taskArn),
      }),
    );
  });
}

/** Where tasks answer, by task; a machine whose address may not be read stands there by its id. */
async function findEndpoints(
  tasks: readonly Task[],
  definitions: Awaited<ReturnType<typeof definitionsOf>>,
  instances: ReadonlyMap<string, ContainerInstance> | undefined,
  ec2: () => Promise<Ec2ReadPort>,
): Promise<ReadonlyMap<string, readonly Endpoint[]>> {
  const hostOf = ({ containerInstanceArn = "" }: Task) => instances?.get(containerInstanceArn)?.ec2InstanceId;
  const ids = [...new Set(tasks.filter(answersAtHost).flatMap((task) => hostOf(task) ?? []))];
  const addresses = ids.length === 0 ? undefined : await optional(ec2().then((port) => port.privateAddresses(ids)));
  return new Map(
    tasks.map((task) => {
      const ec2InstanceId = hostOf(task);
      const host =
        ec2InstanceId === undefined
          ? undefined
          : { ec2InstanceId, ...present({ address: addresses?.get(ec2InstanceId) }) };
      return [task.taskArn, endpointsOf(task, definitions.get(task.taskDefinitionArn), host)];
    }),
  );
}

/** The definitions of tasks, each looked up once; undefined where one cannot be had. */
export async function definitionsOf(
  ecs: EcsPort,
  tasks: readonly Task[],
  atLast = false,
): Promise<ReadonlyMap<string, RegisteredTaskDefinition | undefined>> {
  const arns = [...new Set(tasks.filter((task) => !isForgotten(task)).map((task) => task.taskDefinitionArn))];
  return new Map(
    await Promise.all(arns.map(async (arn) => [arn, await optional(ecs.describeTaskDefinition(arn), atLast)] as const)),
  );
}

async function instancesOf(
  ecs: EcsPort,
  cluster: string,
  tasks: readonly Task[],
  known: ReadonlyMap<string, ContainerInstance> = new Map(),
): Promise<ReadonlyMap<string, ContainerInstance>> {
  const arns = [...new Set(tasks.flatMap((task) => task.containerInstanceArn ?? []))];
  const asked = arns.filter((arn) => !known.has(arn));
  const found = asked.length === 0 ? [] : await ecs.describeContainerInstances(cluster, asked);
  return new Map([...known, ...found.map((instance) => [instance.arn, instance] as const)]);
}
