import { describe, expect, it } from "vitest";
import type { RunTaskRequest } from "../../../src/core/ecs-api/api.ts";
import type { RunStep } from "../../../src/core/plan/run-plan.ts";
import { Replicas } from "../../../src/operations/replicas.ts";
import { launch } from "../../../src/operations/launch.ts";
import { requestsOf } from "../../../src/operations/run-requests.ts";
import type { EcsPort } from "../../../src/ports.ts";

const capacityProviderStrategy = [
  { capacityProvider: "a", base: 2, weight: 1 },
  { capacityProvider: "b", weight: 3 },
];
const step = (family: string, count: number): RunStep => ({
  count,
  why: "",
  request: { cluster: "prod", taskDefinition: `${family}:1`, capacityProviderStrategy },
});
const settings = {
  run: "r-1",
  cluster: "prod",
  count: 31,
  strategy: "pack",
  placementConstraints: [],
  enableExecuteCommand: false,
} as const;

/** The base that each call says of the first provider. */
const bases = (calls: readonly Pick<RunTaskRequest, "capacityProviderStrategy">[]) =>
  calls.map((call) => call.capacityProviderStrategy?.[0]?.base);

/** The calls that a launch makes: a port that notes them, and starts nothing. */
async function callsOf(steps: readonly RunStep[], first: boolean): Promise<readonly RunTaskRequest[]> {
  const calls: RunTaskRequest[] = [];
  const port = {
    runTask: async (request: RunTaskRequest) => {
      calls.push(request);
      return { tasks: Array.from({ length: request.count ?? 1 }, () => ({})), failures: [] };
    },
  } as unknown as EcsPort;
  const { signal } = new AbortController();
  const nothing = () => {};
  const runtime = { now: () => 0, sleep: async () => nothing(), signal };
  await launch(port, runtime, steps, {
    run: "r-1",
    token: "t",
    registrations: new Map(),
    replicas: new Replicas(31),
    mayBeKnown: false,
    allOrNothing: false,
    isSpent: () => false,
    first,
    onRegistered: nothing,
    onStarted: nothing,
  });
  return calls;
}

describe("the base of a capacity provider strategy", () => {
  const steps = [step("one", 25), step("other", 6)];

  it("is so many tasks of a run, and not of each call: the first call alone has it", async () => {
    const calls = await callsOf(steps, true);
    expect(calls.map(({ count }) => count).toSorted()).toEqual([10, 10, 5, 6]);
    const first = calls.find(({ taskDefinition, count }) => taskDefinition === "one:1" && count === 10)!;
    expect(bases(calls).filter((base) => base !== undefined)).toEqual([2]);
    expect(first.capacityProviderStrategy?.[0]?.base).toBe(2);
    expect(calls.every((call) => call.capacityProviderStrategy?.map(({ weight }) => weight).join() === "1,3")).toBe(
      true,
    );
  });

  it("is in no call of a later round", async () => {
    expect(bases(await callsOf(steps, false))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("is shown so by --dry-run", () => {
    const requests = requestsOf({ inputs: { settings } as never, registrations: [], steps });
    expect(bases(requests.map(({ input }) => input as RunTaskRequest))).toEqual([2, undefined, undefined, undefined]);
  });
});
