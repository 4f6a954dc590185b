import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { present } from "../core/base/present.ts";
import type { TaskService } from "../core/cluster/task-services.ts";
import { servicesToAsk } from "../core/devices/reach.ts";
import type { Service } from "../core/ecs-api/service.ts";
import { itemsPerCall, type RegisteredTaskDefinition, type Task } from "../core/ecs-api/api.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import { AiplatError } from "../errors.ts";
import { observeDaemons } from "./observe-daemons.ts";
import { listAllTasks } from "./find-tasks.ts";
import { InBatches } from "./in-batches.ts";
import type { ClusterDescription, EcsPort, PageListener } from "../ports.ts";

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
export async function observeCluster(
  ecs: EcsPort,
  cluster: string,
  now: number,
  report: (progress: ObserveProgress) => void = () => undefined,
): Promise<ClusterSnapshot> {
  const progress = { instances: 0, tasks: 0, definitions: 0 };
  const step = (change: Partial<ObserveProgress>) => report(Object.assign(progress, change));

  const definitions = new Map<string, Promise<RegisteredTaskDefinition | undefined>>();
  const readDefinition = async (arn: string) => {
    const definition = await ecs.describeTaskDefinition(arn);
    step({ definitions: progress.definitions + 1 });
    return definition;
  };
  const instances = new InBatches(itemsPerCall, async (arns: readonly string[]) => {
    const found = await ecs.describeContainerInstances(cluster, arns);
    step({ instances: progress.instances + found.length });
    return found;
  });
  const tasks = new InBatches(itemsPerCall, async (arns: readonly string[]) => {
    const found = (await ecs.describeTasks(cluster, arns)).tasks.filter((task) => task.lastStatus !== "STOPPED");
    for (const { taskDefinitionArn } of found) {
      if (definitions.has(taskDefinitionArn)) continue;
      const definition = readDefinition(taskDefinitionArn);
      // Whoever waits for it below hears of its failure.
      definition.catch(() => undefined);
      definitions.set(taskDefinitionArn, definition);
    }
    step({ tasks: progress.tasks + found.length });
    // Where they answer is nobody's question here, and a snapshot may be handed on.
    return found.map(withoutNetwork);
  });
  const required = requireCluster(ecs, cluster);
  const [description, daemons, , ...listed] = await Promise.all([
    required,
    observeDaemons(ecs, cluster, required),
    readList(instances, (onPage) => ecs.listContainerInstances(cluster, {}, onPage)),
    readList(tasks, (onPage) => listAllTasks(ecs, cluster, {}, onPage)),
  ]);
  const [allInstances, allTasks] = await Promise.all([instances.end(), tasks.end()]);
  // In the order of the lists, whichever page came first.
  const byArn = new Map(allTasks.map((task) => [task.taskArn, task]));
  const inOrder = [...new Set(listed.flat())].flatMap((arn) => byArn.get(arn) ?? []);
  for (const { taskDefinition } of daemons.services)
    if (!definitions.has(taskDefinition)) definitions.set(taskDefinition, readDefinition(taskDefinition));
  const known = await Promise.all([...definitions].map(async ([arn, definition]) => [arn, await definition] as const));
  const taskDefinitions = Object.fromEntries(
    known.filter((entry): entry is readonly [string, RegisteredTaskDefinition] => entry[1] !== undefined),
  );
  const { services: daemonServices, ...daemonsBeside } = daemons;
  const described = new Set(daemonServices.map(({ serviceName }) => serviceName));
  const asked = servicesToAsk({ instances: allInstances, tasks: inOrder, taskDefinitions }).filter(
    (name) => !described.has(name),
  );
  const services = [...daemonServices, ...(asked.length === 0 ? [] : await ecs.describeServices(cluster, asked))];
  return {
    cluster: description.name,
    clusterArn: description.arn,
    observedAt: now,
    tags: description.tags,
    capacityProviders: description.capacityProviders,
    ...(description.defaultCapacityProviderStrategy.length === 0
      ? {}
      : { defaultStrategy: description.defaultCapacityProviderStrategy }),
    instances: allInstances,
    tasks: inOrder,
    taskDefinitions,
    ...(services.length === 0 ? {} : { taskServices: services.map(toTaskService) }),
    ...daemonsBeside,
  };
}

function withoutNetwork(task: Task): Task {
  return {
    ...task,
    containers: task.containers.map((container) => {
      const { networkBindings: _, networkInterfaces: __, ...rest } = container;
      return rest;
    }),
  };
}

function toTaskService(service: Service): TaskService {
  const { serviceName, schedulingStrategy, tags, taskDefinition, placementConstraints } = service;
  return {
    serviceName,
    ...present({ schedulingStrategy, tags }),
    ...(schedulingStrategy === "DAEMON" ? { taskDefinition, ...present({ placementConstraints }) } : {}),
  };
}

/**
 * The snapshot with the cluster's services, the revisions that they run, and the newest revision of every family in
 * use: what a plan of a service needs, and nobody else. The services' events are left out: there are a hundred of each.
 */
export async function observeServices(ecs: EcsPort, snapshot: ClusterSnapshot): Promise<ClusterSnapshot> {
  const services = (await ecs.describeServices(snapshot.cluster, await ecs.listServices(snapshot.cluster)))
    .filter(({ status }) => status !== "INACTIVE")
    .map((service) => ({ ...service, events: [] }));
  const known = snapshot.taskDefinitions;
  const run = services
    .flatMap(({ taskDefinition, deployments }) => [taskDefinition, ...deployments.map((each) => each.taskDefinition)])
    .filter((arn) => !Object.hasOwn(known, arn));
  const families = [
    ...Object.values(known).map(({ family }) => family),
    ...run.map((arn) => definitionNameOf(arn).split(":", 1)[0]!),
  ];
  const found = await Promise.all(
    [...new Set([...run, ...families])].map((reference) => ecs.describeTaskDefinition(reference)),
  );
  return {
    ...snapshot,
    services,
    taskDefinitions: {
      ...known,
      ...Object.fromEntries(found.flatMap((each) => (each === undefined ? [] : [[each.taskDefinitionArn, each]]))),
    },
  };
}

/** The cluster's description, or an error that says it is not there. */
export async function requireCluster(ecs: EcsPort, cluster: string): Promise<ClusterDescription> {
  const description = await ecs.describeCluster(cluster);
  if (description === undefined || description.status === "INACTIVE") {
    throw new AiplatError("NotFound", `there is no active cluster ${cluster} in this region`, {
      hint: "Name it with --cluster or ecs.cluster; `aws ecs list-clusters` lists them.",
    });
  }
  return description;
}

/** Reads a list to its end and sends each page on as it comes. */
async function readList<Answer>(
  batches: InBatches<string, Answer>,
  list: (onPage: PageListener) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const all = await list((page) => batches.add(page));
  batches.add(all);
  return all;
}
