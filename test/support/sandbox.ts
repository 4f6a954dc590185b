import type { ClusterSnapshot } from "../../src/core/cluster/snapshot.ts";
import type { Clock } from "../../src/clock.ts";
import type { SandboxProvider } from "../../src/sandbox/model/auto-scaling-groups.ts";
import { startSandbox, type SandboxMachines, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { clockOver } from "./clock.ts";

/* oxlint-disable typescript/no-explicit-any -- answers are read as a script reads them */
export type Json = any;

export interface TestSandbox {
  readonly sandbox: Sandbox;
  /** Calls an operation of ECS over HTTP. @throws WireError for an answer that is an error. */
  ecs(operation: string, input?: object): Promise<Json>;
  /** Calls any service: the target is what X-Amz-Target says. */
  call(target: string, input?: object): Promise<Json>;
  /** Calls an action of the query protocol. @returns The answer's XML, of an error too. */
  query(action: string, form?: Readonly<Record<string, string>>): Promise<string>;
  /** Registers a definition of one busybox container. */
  register(family: string, container?: object, definition?: object): Promise<string>;
  /** Steps time on, a second at a time. */
  step(seconds: number): void;
  /** A command's clock: to wait is to step the sandbox's time on. */
  clock(): Clock;
}

export class WireError extends Error {
  readonly code: string;
  readonly body: Json;

  constructor(body: Json) {
    super(`${body.__type}: ${body.message}`);
    this.code = body.__type;
    this.body = body;
  }
}

export interface TestSandboxOptions extends Partial<
  Pick<SandboxOptions, "region" | "timings" | "registeredMemoryPercent" | "faults" | "seed" | "onHandled" | "port">
> {
  /** `default` unless given. */
  readonly cluster?: string;
  readonly fleet?: readonly SandboxMachines[];
  /** Capacity providers; a single one is the cluster's default strategy. */
  readonly providers?: readonly SandboxProvider[];
  readonly snapshot?: ClusterSnapshot;
}

/** A sandbox of stepped time and fixed ids on a free port. */
export async function startTestSandbox({
  cluster = "default",
  providers = [],
  fleet = providers.length > 0 ? [] : [{ instanceType: "inf2.24xlarge", count: 2 }],
  snapshot,
  ...options
}: TestSandboxOptions = {}): Promise<TestSandbox> {
  const sandbox = await startSandbox({
    port: 0,
    cluster: snapshot === undefined ? { name: cluster, fleet, providers } : { snapshot },
    now: () => Date.now(),
    stepped: true,
    seed: 1,
    ...options,
  });
  const call = async (target: string, input: object = {}): Promise<Json> => {
    const answer = await fetch(sandbox.url, {
      method: "POST",
      headers: { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" },
      body: JSON.stringify(input),
    });
    const body = (await answer.json()) as Json;
    if (!answer.ok) throw new WireError(body);
    return body;
  };
  const step = (seconds: number) => {
    for (let left = seconds; left > 0; left--) sandbox.advance(Math.min(1, left));
  };
  const ecs = (operation: string, input?: object) => call(`AmazonEC2ContainerServiceV20141113.${operation}`, input);
  return {
    sandbox,
    call,
    ecs,
    query: async (action, form = {}) => {
      const body = new URLSearchParams({ Action: action, ...form });
      return (await fetch(sandbox.url, { method: "POST", body })).text();
    },
    register: async (family, container = {}, definition = {}) =>
      (
        await ecs("RegisterTaskDefinition", {
          family,
          containerDefinitions: [{ name: "main", image: "busybox", memory: 128, ...container }],
          ...definition,
        })
      ).taskDefinition.taskDefinitionArn as string,
    step,
    clock: () =>
      clockOver(
        () => sandbox.world.now(),
        (milliseconds) => step(milliseconds / 1000),
      ),
  };
}
