import type { RegisteredTaskDefinition, Tag } from "../../core/ecs-api/api.ts";
import { Heap } from "../../core/base/heap.ts";
import type { SandboxClock } from "./clock.ts";
import type { Logs } from "./logs.ts";
import type { AutoScalingGroupRecord, CapacityProviderRecord, LaunchTemplateRecord } from "./group-records.ts";
import type { StackRecord } from "../cloudformation/stack-records.ts";
import type { ClusterRecord, TaskRecord } from "./records.ts";
import type { SecurityGroupRecord } from "./security-groups.ts";

/** How long things take, in milliseconds of the sandbox's own time. Real ones vary; these are the sandbox's choice. */
export interface Timings {
  /** PROVISIONING and DEPROVISIONING: an awsvpc task's network interface. */
  readonly interface: number;
  /** PENDING: pulling the image and making the containers. */
  readonly pull: number;
  /** ACTIVATING and DEACTIVATING: a target is registered, connections drain. */
  readonly target: number;
  /** STOPPING: what a container takes to end after SIGTERM. */
  readonly stop: number;
  /** How long a task that was run ends by itself after, where its container does not say; undefined: never. */
  readonly task: number | undefined;
  /** From RUNNING until a task without health checks counts as healthy. */
  readonly healthy: number;
  /** From an instance's launch until its agent has registered it. */
  readonly boot: number;
  /** What a stage of a deployment takes that has nothing to wait for. */
  readonly stage: number;
  /** What a resource of a stack takes, and a change set. */
  readonly resource: number;
}

export const defaultTimings: Timings = {
  interface: 1_000,
  pull: 1_000,
  target: 1_000,
  stop: 1_000,
  task: undefined,
  healthy: 40_000,
  boot: 60_000,
  stage: 1_000,
  resource: 2_000,
};

/** A definition with what only the registry knows of it. */
export interface DefinitionRecord {
  readonly definition: RegisteredTaskDefinition;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  tags: readonly Tag[];
  deregisteredAt?: number;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export interface WorldOptions {
  readonly clock: SandboxClock;
  readonly region: string;
  readonly account: string;
  /** Where ids and the strategy `random` start. */
  readonly seed: number;
  readonly timings: Timings;
  readonly logs: Logs;
  /** What a fresh instance registers of its type's memory, in percent. */
  readonly registeredMemoryPercent?: number;
}

/**
 * What agents register of their type's memory in the sandbox, in percent: MemTotal less ECS_RESERVED_MEMORY. 93 to
 * 97.5 % was seen; plans count on 90 %, so that beside replicas that share it all there is room for daemons.
 */
export const usualRegisteredMemoryPercent = 95;

/**
 * Everything the sandbox knows, free of HTTP. Nothing in it waits: what is to happen later is due at a time, and
 * `settle` makes happen what has become due, in order, each at its own time.
 */
export class World {
  readonly region: string;
  readonly account: string;
  readonly timings: Timings;
  readonly logs: Logs;
  readonly registeredMemoryPercent: number;
  readonly clusters = new Map<string, ClusterRecord>();
  readonly families = new Map<string, DefinitionRecord[]>();
  readonly capacityProviders = new Map<string, CapacityProviderRecord>();
  /** The Auto Scaling groups, by name. */
  readonly groups = new Map<string, AutoScalingGroupRecord>();
  /** By id. */
  readonly launchTemplates = new Map<string, LaunchTemplateRecord>();
  /** By id. */
  readonly securityGroups = new Map<string, SecurityGroupRecord>();
  /** By id, deleted ones too. */
  readonly stacks = new Map<string, StackRecord>();
  /** What was answered under a client token, by operation and token. */
  readonly answers = new Map<string, { readonly request: string; readonly answer: object }>();
  /** Machine images that AWS has taken back, by id: planted by tests. */
  readonly retiredImages = new Set<string>();
  /** Machine images that are deprecated at another time than others, by id: planted by tests. */
  readonly deprecatedImages = new Map<string, number>();
  /** Why EC2 launches no instance of a type, in its words: planted by tests. */
  readonly launchFailures = new Map<string, string>();
  /** Whether ECS looks after the groups' sizes. */
  scales = false;
  /** Makes a cluster that is named and not there, where the sandbox lives for one command only. */
  adopt: ((name: string) => ClusterRecord) | undefined;
  /** Told whenever a task's state has changed: the service scheduler listens. */
  taskChanged: (task: TaskRecord) => void = () => undefined;
  private readonly clock: SandboxClock;
  private readonly due = new Heap<Due>((one, other) => one.at - other.at || one.order - other.order);
  private order = 0;
  private state: number;
  /** The time of what happens now. */
  private current: number;

  constructor({
    clock,
    region,
    account,
    seed,
    timings,
    logs,
    registeredMemoryPercent = usualRegisteredMemoryPercent,
  }: WorldOptions) {
    this.clock = clock;
    this.region = region;
    this.account = account;
    this.timings = timings;
    this.logs = logs;
    this.registeredMemoryPercent = registeredMemoryPercent;
    this.state = seed;
    this.current = clock.now();
  }

  now(): number {
    return this.current;
  }

  /** Does `run` after `delay` milliseconds. */
  after(delay: number, run: () => void): void {
    this.due.push({ at: this.current + delay, order: this.order++, run });
  }

  /** Makes everything happen that has become due. */
  settle(): void {
    const now = this.clock.now();
    for (let next = this.due.pop(); next !== undefined; next = this.due.pop()) {
      if (next.at > now) {
        this.due.push(next);
        break;
      }
      this.current = Math.max(this.current, next.at);
      next.run();
    }
    this.current = Math.max(this.current, now);
  }

  /** A number from 0 up to 1; the same row of them for the same seed (mulberry32). */
  random = (): number => {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };

  /** `length` hexadecimal digits. */
  hex(length: number): string {
    return Array.from({ length }, () => Math.floor(this.random() * 16).toString(16)).join("");
  }

  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.hex(length)).join("-");
  }

  /** An ARN of ECS in the sandbox's region and account. */
  arn(resource: string): string {
    return `arn:aws:ecs:${this.region}:${this.account}:${resource}`;
  }
}
