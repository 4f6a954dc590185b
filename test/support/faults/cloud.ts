import { playSandbox, type PlayedSandbox } from "../../../src/sandbox/sandbox.ts";
import type { ClusterRecord, TaskRecord } from "../../../src/sandbox/model/records.ts";
import type { WireAnswer } from "../../../src/sandbox/wire/aws-json.ts";
import type { WireRequest } from "../../../src/sandbox/wire/router.ts";
import { addImageGroup } from "./image-group.ts";
import type { Schedule } from "./schedule.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What a request of a process changed. */
export interface Effect {
  readonly by: number;
  readonly at: number;
  readonly operation: string;
  /** ARNs of tasks that it started. */
  readonly started: readonly string[];
  /** The revision that it registered. */
  readonly registered?: string;
  /** The service that it created, updated or deleted. */
  readonly service?: string;
}

/** A service as it was left. */
export interface LeftService {
  readonly name: string;
  readonly isActive: boolean;
  readonly desiredCount: number;
  readonly taskDefinition: string | undefined;
}

/** What there is of capacities, by name. */
export interface LeftCapacities {
  /** Those that are not deleted, as `NAME STATUS`. */
  readonly stacks: readonly string[];
  readonly templates: readonly string[];
  readonly groups: readonly string[];
  readonly providers: readonly string[];
  /** What the clusters list. */
  readonly listed: readonly string[];
}

const changing = new Set([
  "RunTask",
  "StopTask",
  "RegisterTaskDefinition",
  "CreateService",
  "UpdateService",
  "DeleteService",
  "StopServiceDeployment",
  "ContinueServiceDeployment",
  "PutClusterCapacityProviders",
  "ExecuteChangeSet",
  "DeleteStack",
  "SetInstanceProtection",
  "UpdateAutoScalingGroup",
  "CreateLaunchTemplateVersion",
  "ModifyLaunchTemplate",
  "UpdateContainerInstancesState",
  "TerminateInstanceInAutoScalingGroup",
]);

/** The sandbox and all that ever happened in it: the truth. */
export class Cloud {
  /** Every task that ever was, forgotten ones too. */
  readonly tasks = new Map<string, TaskRecord>();
  readonly effects: Effect[] = [];
  readonly #sandbox: PlayedSandbox;
  readonly #make: (now: () => number) => PlayedSandbox;
  readonly #time: VirtualTime;
  readonly #startedAt: number;
  readonly #log: { readonly at: number; readonly request: WireRequest }[] = [];

  constructor(time: VirtualTime, { seed, machines, group }: Schedule) {
    this.#startedAt = time.now();
    this.#time = time;
    this.#make = (now) => {
      const played = playSandbox({ cluster: { name: "default", fleet: machines }, region: "us-east-1", now, seed });
      if (group !== undefined) addImageGroup(played.world, group);
      return played;
    };
    this.#sandbox = this.#make(() => Math.max(this.#startedAt, time.now()));
  }

  get cluster(): ClusterRecord {
    return this.#sandbox.world.clusters.get("default")!;
  }

  get world(): PlayedSandbox["world"] {
    return this.#sandbox.world;
  }

  get services(): readonly LeftService[] {
    return [...this.cluster.services.values()].map(({ name, status, settings, deployments }) => ({
      name,
      isActive: status === "ACTIVE",
      desiredCount: settings.desiredCount,
      taskDefinition: deployments.find((each) => each.status === "PRIMARY")?.definition.taskDefinitionArn,
    }));
  }

  get capacities(): LeftCapacities {
    this.settle();
    const { stacks, launchTemplates, groups, capacityProviders, clusters } = this.world;
    const live = [...stacks.values()].filter(({ deletedAt }) => deletedAt === undefined);
    return {
      stacks: live.map(({ name, status }) => `${name} ${status}`),
      templates: [...launchTemplates.values()].map(({ name }) => name),
      groups: [...groups.keys()],
      providers: [...capacityProviders.keys()],
      listed: [...clusters.values()].flatMap((cluster) => cluster.capacityProviders),
    };
  }

  settle(): void {
    this.#sandbox.advance(0);
    this.#remember();
  }

  handle(by: number, request: WireRequest): WireAnswer {
    const operation = operationOf(request);
    const revisions = this.#revisions();
    this.settle();
    const known = new Set(this.tasks.keys());
    this.#log.push({ at: this.#time.now(), request });
    const answer = ask(this.#sandbox, request);
    this.#remember();
    if (!changing.has(operation) || answer.status >= 300) return answer;
    const started = [...this.tasks.keys()].filter((arn) => !known.has(arn));
    const registered = this.#revisions().find((arn) => !revisions.includes(arn));
    // Only ECS's calls name services, and answer in JSON.
    const { service } = JSON.parse(request.target === undefined ? "{}" : answer.body) as {
      readonly service?: { readonly serviceName?: string };
    };
    this.effects.push({
      by,
      at: this.#time.now(),
      operation,
      started: operation === "RunTask" ? started : [],
      ...(registered === undefined ? {} : { registered }),
      ...(service?.serviceName === undefined ? {} : { service: service.serviceName }),
    });
    return answer;
  }

  /** What the request would have been answered so long ago: all until then is played again. */
  handleStale(request: WireRequest, byMs: number): WireAnswer {
    const until = this.#time.now() - byMs;
    let now = this.#startedAt;
    const past = this.#make(() => now);
    for (const { at, request: earlier } of this.#log) {
      if (at > until) break;
      now = at;
      ask(past, earlier);
    }
    now = Math.max(now, until);
    this.#log.push({ at: this.#time.now(), request });
    ask(this.#sandbox, request);
    return ask(past, request);
  }

  #remember(): void {
    for (const cluster of this.#sandbox.world.clusters.values())
      for (const task of cluster.tasks.values()) this.tasks.set(task.arn, task);
  }

  #revisions(): readonly string[] {
    return [...this.#sandbox.world.families.values()].flatMap((family) =>
      family.map(({ definition }) => definition.taskDefinitionArn),
    );
  }
}

/** What is due happens before the request draws ids: those of a past are the present's then. */
function ask(sandbox: PlayedSandbox, request: WireRequest): WireAnswer {
  sandbox.advance(0);
  return sandbox.route(request).answer;
}

export function operationOf({ target, body }: Pick<WireRequest, "target" | "body">): string {
  return target?.slice(target.lastIndexOf(".") + 1) ?? new URLSearchParams(body).get("Action") ?? "";
}
