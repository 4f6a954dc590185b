import { present } from "../core/base/present.ts";
import type { ClusterSnapshot, ContainerInstance } from "../core/cluster/snapshot.ts";
import type { TaskService } from "../core/cluster/task-services.ts";
import { servicesToAsk } from "../core/devices/reach.ts";
import { itemsPerCall, type RegisteredTaskDefinition, type Task } from "../core/ecs-api/api.ts";
import type { Service } from "../core/ecs-api/service.ts";
import type { ClusterDescription, EcsPort, PageListener } from "../ports.ts";
import { listAllTasks } from "./find-tasks.ts";
import { InBatches } from "./in-batches.ts";
import type { ObservedDaemons } from "./observe-daemons.ts";

/** How far the reading of a cluster has come, for a progress line. */
export interface ObserveProgress {
  readonly instances: number;
  readonly tasks: number;
  readonly definitions: number;
}

/** What of a cluster was read. */
export interface ReadParts {
  readonly description: ClusterDescription;
  readonly instances: readonly ContainerInstance[];
  readonly tasks: readonly Task[];
  /** Left out where nothing depends on what machines that are yet to be added would run. */
  readonly daemons?: ObservedDaemons;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Reads a cluster, or a part of it, with as few calls as there can be: each definition is fetched once. */
export class ClusterReader {
  readonly #ecs: EcsPort;
  readonly #cluster: string;
  readonly #report: (progress: ObserveProgress) => void;
  readonly #definitions = new Map<string, Promise<RegisteredTaskDefinition | undefined>>();
  #progress: ObserveProgress = { instances: 0, tasks: 0, definitions: 0 };

  constructor(ecs: EcsPort, cluster: string, report: (progress: ObserveProgress) => void = () => undefined) {
    this.#ecs = ecs;
    this.#cluster = cluster;
    this.#report = report;
  }

  /** @param filter Which of them, in the cluster query language; every one that is not INACTIVE unless given. */
  async instances(filter?: string): Promise<readonly ContainerInstance[]> {
    const batches = new InBatches(itemsPerCall, async (arns: readonly string[]) => {
      const found = await this.#ecs.describeContainerInstances(this.#cluster, arns);
      this.#step({ instances: this.#progress.instances + found.length });
      return found;
    });
    await readList(batches, (onPage) => this.#ecs.listContainerInstances(this.#cluster, present({ filter }), onPage));
    return batches.end();
  }

  /** Every task not yet STOPPED. Those that are stopping hold their devices, and are listed only under STOPPED. */
  tasks(): Promise<readonly Task[]> {
    return this.#describe((onPage) => listAllTasks(this.#ecs, this.#cluster, {}, onPage));
  }

  /** Those of some container instances, by their ARNs. */
  tasksOn(instances: readonly string[]): Promise<readonly Task[]> {
    return this.#describe(async (onPage) => {
      const lists = instances.map((containerInstance) =>
        listAllTasks(this.#ecs, this.#cluster, { containerInstance }, onPage),
      );
      return (await Promise.all(lists)).flat();
    });
  }

  /** What was read as a snapshot, with the definitions of its tasks and what their services say of them. */
  async snapshot({ description, instances, tasks, daemons, now }: ReadParts): Promise<ClusterSnapshot> {
    const { services: daemonServices = [], ...daemonsBeside } = daemons ?? {};
    const wanted = [
      ...tasks.map((task) => task.taskDefinitionArn),
      ...daemonServices.map((each) => each.taskDefinition),
    ];
    const known = await Promise.all(
      [...new Set(wanted)].map(async (arn) => [arn, await this.#definition(arn)] as const),
    );
    const taskDefinitions = Object.fromEntries(
      known.filter((entry): entry is readonly [string, RegisteredTaskDefinition] => entry[1] !== undefined),
    );
    const described = new Set(daemonServices.map(({ serviceName }) => serviceName));
    const asked = servicesToAsk({ instances, tasks, taskDefinitions }).filter((name) => !described.has(name));
    const others = asked.length === 0 ? [] : await this.#ecs.describeServices(this.#cluster, asked);
    const services = [...daemonServices, ...others];
    return {
      cluster: description.name,
      clusterArn: description.arn,
      observedAt: now,
      tags: description.tags,
      capacityProviders: description.capacityProviders,
      ...(description.defaultCapacityProviderStrategy.length === 0
        ? {}
        : { defaultStrategy: description.defaultCapacityProviderStrategy }),
      instances,
      tasks,
      taskDefinitions,
      ...(services.length === 0 ? {} : { taskServices: services.map(toTaskService) }),
      ...daemonsBeside,
    };
  }

  async #describe(list: (onPage: PageListener) => Promise<readonly string[]>): Promise<readonly Task[]> {
    const batches = new InBatches(itemsPerCall, async (arns: readonly string[]) => {
      const { tasks } = await this.#ecs.describeTasks(this.#cluster, arns);
      const found = tasks.filter((task) => task.lastStatus !== "STOPPED");
      // Whoever waits for it in the snapshot hears of its failure.
      for (const { taskDefinitionArn } of found) this.#definition(taskDefinitionArn).catch(() => undefined);
      this.#step({ tasks: this.#progress.tasks + found.length });
      // Where they answer is nobody's question here, and a snapshot may be handed on.
      return found.map(withoutNetwork);
    });
    const listed = await readList(batches, list);
    // In the order of the lists, whichever page came first.
    const byArn = new Map((await batches.end()).map((task) => [task.taskArn, task]));
    return [...new Set(listed)].flatMap((arn) => byArn.get(arn) ?? []);
  }

  #definition(arn: string): Promise<RegisteredTaskDefinition | undefined> {
    const known = this.#definitions.get(arn);
    if (known !== undefined) return known;
    const asked = this.#ecs.describeTaskDefinition(arn).then((definition) => {
      this.#step({ definitions: this.#progress.definitions + 1 });
      return definition;
    });
    this.#definitions.set(arn, asked);
    return asked;
  }

  #step(change: Partial<ObserveProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    this.#report(this.#progress);
  }
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

/** Reads a list to its end and sends each page on as it comes. */
async function readList<Answer>(
  batches: InBatches<string, Answer>,
  list: (onPage: PageListener) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const all = await list((page) => batches.add(page));
  batches.add(all);
  return all;
}
