import { present } from "../core/base/present.ts";
import { createServiceAnswers } from "./answer-for-service.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { seedCluster } from "./seed.ts";
import { addProvider, type SandboxProvider } from "./model/auto-scaling-groups.ts";
import { createCluster } from "./model/clusters.ts";
import { runningClock, steppedClock } from "./model/clock.ts";
import { addInstance } from "./model/instances.ts";
import { Logs } from "./model/logs.ts";
import { startManagedScaling } from "./model/managed-scaling.ts";
import type { ClusterRecord } from "./model/records.ts";
import { installScheduler } from "./model/scheduler.ts";
import { defaultTimings, World, type Timings } from "./model/world.ts";
import { noFaults, type Faults } from "./wire/faults.ts";
import { createRouter, type Handled, type WireRequest } from "./wire/router.ts";
import { serve } from "./wire/server.ts";

/** So many instances of a type. */
export interface SandboxMachines {
  readonly instanceType: string;
  readonly count: number;
  /** Attributes besides those of the type. */
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface SandboxOptions {
  /** 0 for a free one. */
  readonly port: number;
  /** The one cluster it starts with: of this name and these instances, or as a snapshot shows it. */
  readonly cluster:
    | {
        readonly name: string;
        readonly fleet: readonly SandboxMachines[];
        /** Capacity providers; a single one is the cluster's default strategy. */
        readonly providers?: readonly SandboxProvider[];
      }
    | { readonly snapshot: ClusterSnapshot };
  readonly region?: string;
  readonly now: () => number;
  /** How many times as fast as the machine's its time goes. */
  readonly speed?: number;
  /** Time stands still until it is moved. */
  readonly stepped?: boolean;
  readonly timings?: Partial<Timings>;
  /** What a fresh instance registers of its type's memory, in percent. */
  readonly registeredMemoryPercent?: number;
  readonly faults?: Faults;
  /** Where ids start; the same for the same sandbox. */
  readonly seed?: number;
  /** It lives for one command: it does not keep the process alive, and clusters that are named are there. */
  readonly background?: boolean;
  /** Told of every request. */
  readonly onHandled?: (handled: Handled) => void;
}

export interface Sandbox {
  readonly url: string;
  readonly region: string;
  readonly world: World;
  /** What a client of it needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Moves stepped time on. */
  advance(seconds: number): void;
  /** Sees to it that every cluster has at least so many instances of the types. */
  provide(fleet: readonly SandboxMachines[]): void;
  close(): Promise<void>;
}

/** A sandbox that nobody can call yet. */
export interface PlayedSandbox extends Pick<Sandbox, "world" | "advance" | "provide"> {
  /** Answers a request. It never throws. */
  readonly route: (request: WireRequest) => Handled;
}

/** Makes the world of a sandbox, without a server in front of it. */
export function playSandbox(
  options: Omit<SandboxOptions, "port" | "onHandled"> & { readonly region: string },
): PlayedSandbox {
  const { region, now, speed = 1, stepped = false, faults = noFaults, seed = now() % 2_147_483_647 } = options;
  const steps = steppedClock(now());
  const world = new World({
    clock: stepped ? steps : runningClock(now, speed),
    region,
    account: "123456789012",
    seed,
    timings: { ...defaultTimings, ...options.timings },
    logs: new Logs(),
    ...present({ registeredMemoryPercent: options.registeredMemoryPercent }),
  });
  installScheduler(world);
  const fleet: SandboxMachines[] = "fleet" in options.cluster ? [...options.cluster.fleet] : [];
  if ("snapshot" in options.cluster) seedCluster(world, options.cluster.snapshot);
  else {
    const cluster = createCluster(world, options.cluster.name);
    stock(world, cluster, fleet);
    provideCapacity(world, cluster, options.cluster.providers ?? []);
  }
  startManagedScaling(world);
  if (options.background === true) {
    world.adopt = (name) => {
      const cluster = createCluster(world, name);
      stock(world, cluster, fleet);
      return cluster;
    };
  }
  return {
    world,
    route: createRouter(world, faults, now),
    advance: (seconds) => {
      if (stepped) steps.advance(seconds * 1000);
      world.settle();
    },
    provide: (rows) => {
      // A cluster that is named later has them too.
      fleet.push(...rows);
      for (const cluster of world.clusters.values()) stock(world, cluster, rows);
    },
  };
}

/** Starts a sandbox on the loopback interface. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { region = "us-east-1", stepped = false } = options;
  const { world, route, advance, provide } = playSandbox({ ...options, region });
  const handle: typeof route = (request) => {
    const handled = route(request);
    options.onHandled?.(handled);
    return handled;
  };
  const server = await serve(handle, {
    port: options.port,
    background: options.background ?? false,
    answers: createServiceAnswers(world),
    ...(stepped ? { steps: advance } : {}),
  });
  return {
    url: server.url,
    region,
    world,
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: "sandbox",
      AWS_SECRET_ACCESS_KEY: "sandbox",
    },
    advance,
    provide,
    close: () => server.close(),
  };
}

function provideCapacity(world: World, cluster: ClusterRecord, providers: readonly SandboxProvider[]): void {
  for (const provider of providers) addProvider(world, cluster, provider);
  const [only, ...others] = providers;
  if (only !== undefined && others.length === 0)
    cluster.defaultStrategy = [{ capacityProvider: only.name, weight: 1, base: 0 }];
}

/** Adds what is missing to so many instances of each type. */
function stock(world: World, cluster: ClusterRecord, fleet: readonly SandboxMachines[]): void {
  for (const { instanceType, count, attributes: asked = {} } of fleet) {
    const wanted = Object.entries({ ...asked, "ecs.instance-type": instanceType });
    const there = [...cluster.instances.values()].filter(({ attributes }) =>
      wanted.every(([name, value]) => attributes.get(name) === value),
    ).length;
    for (let missing = count - there; missing > 0; missing--)
      addInstance(world, cluster, instanceType, { attributes: asked });
  }
}
