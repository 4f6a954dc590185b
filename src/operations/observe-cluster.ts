import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, Task } from "../core/ecs/api.ts";
import { AiplatError } from "../errors.ts";
import type { ClusterDescription, EcsPort } from "./ports.ts";

/** How far the reading of a cluster has come, for a progress line. */
export interface ObserveProgress {
  readonly instances: number;
  readonly tasks: number;
  readonly definitions: number;
}

/**
 * Reads the state of one cluster: its instances, every task not yet STOPPED and the definitions of those tasks, each
 * fetched once. Tasks that are stopping still hold their devices, and ListTasks shows them only under STOPPED.
 *
 * @throws AiplatError NotFound when there is no such cluster.
 */
export async function observeCluster(ecs: EcsPort, cluster: string, now: number, report: (progress: ObserveProgress) => void = () => undefined): Promise<ClusterSnapshot> {
  const progress = { instances: 0, tasks: 0, definitions: 0 };
  const step = (change: Partial<ObserveProgress>) => report(Object.assign(progress, change));

  const [description, instances, tasks] = await Promise.all([
    requireCluster(ecs, cluster),
    ecs
      .listContainerInstances(cluster)
      .then((arns) => ecs.describeContainerInstances(cluster, arns))
      .then((found) => (step({ instances: found.length }), found)),
    readTasks(ecs, cluster).then((found) => (step({ tasks: found.length }), found)),
  ]);
  const arns = [...new Set(tasks.map((task) => task.taskDefinitionArn))];
  const definitions = await Promise.all(
    arns.map(async (arn) => {
      const definition = await ecs.describeTaskDefinition(arn);
      step({ definitions: progress.definitions + 1 });
      return [arn, definition] as const;
    }),
  );
  return {
    cluster: description.name,
    clusterArn: description.arn,
    observedAt: now,
    tags: description.tags,
    capacityProviders: description.capacityProviders,
    instances,
    tasks,
    taskDefinitions: Object.fromEntries(definitions.filter((entry): entry is readonly [string, RegisteredTaskDefinition] => entry[1] !== undefined)),
  };
}

/** The cluster's description, or an error that says it is not there. */
export async function requireCluster(ecs: EcsPort, cluster: string): Promise<ClusterDescription> {
  const description = await ecs.describeCluster(cluster);
  if (description === undefined || description.status === "INACTIVE") {
    throw new AiplatError("NotFound", `there is no active cluster ${cluster} in this region`, { hint: "Name it with --cluster or ecs.cluster; `aws ecs list-clusters` lists them." });
  }
  return description;
}

async function readTasks(ecs: EcsPort, cluster: string): Promise<readonly Task[]> {
  const lists = await Promise.all([ecs.listTasks(cluster, { desiredStatus: "RUNNING" }), ecs.listTasks(cluster, { desiredStatus: "STOPPED" })]);
  const { tasks } = await ecs.describeTasks(cluster, [...new Set(lists.flat())]);
  return tasks.filter((task) => task.lastStatus !== "STOPPED");
}
