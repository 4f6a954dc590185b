import { describe, expect, it } from "vitest";
import { planRun } from "../../../src/core/plan/plan-run.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";

const settings: RunSettings = {
  run: "bert-1",
  cluster: "prod",
  count: 1,
  strategy: "pack",
  placementConstraints: [],
  enableExecuteCommand: false,
};
const small: Partial<Workload> = { resources: { cpu: 1, memory: "1GiB" } };
const listing = (...numbers: readonly number[]) => ({
  linuxParameters: { devices: numbers.map((number) => ({ hostPath: `/dev/neuron${number}` })) },
});

function planOf(
  snapshot: ClusterSnapshot,
  count: number,
  change: Partial<Workload> = {},
  more: Partial<RunSettings> = {},
) {
  const workload = ecsOf({
    name: "bert",
    image: "x:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
    ...small,
    ...change,
  });
  return planRun(workload, { ...settings, count, ...more }, count, snapshot, new Set());
}

describe("what a plan cannot place", () => {
  it.each([
    ["an empty cluster", aSnapshot([]), {}, "CONSTRAINT", "1 of 1 task: the cluster has no container instances"],
    [
      "other instance types",
      aSnapshot([anInstance("a", "inf2.xlarge")]),
      {},
      "CONSTRAINT",
      "ecs.instance-type is inf2.xlarge",
    ],
    [
      "a disconnected agent",
      aSnapshot([anInstance("a", "inf2.24xlarge", { agentConnected: false })]),
      {},
      "AGENT",
      "its ECS agent is not connected",
    ],
    [
      "an instance that drains",
      aSnapshot([anInstance("a", "inf2.24xlarge", { status: "DRAINING" })]),
      {},
      "STATUS",
      "DRAINING",
    ],
    [
      "too little memory",
      aSnapshot([anInstance("a", "inf2.24xlarge")]),
      { resources: { cpu: 1, memory: "100GiB" } },
      "MEMORY",
      "needs 102,400 MiB",
    ],
    [
      "too little CPU",
      aSnapshot([anInstance("a", "inf2.24xlarge")]),
      { resources: { cpu: 90, memory: "1GiB" } },
      "CPU",
      "needs 92,160 CPU units",
    ],
  ] as const)("because of %s", (_, snapshot, change, reason, detail) => {
    const { steps, unplaced } = planOf(snapshot, 1, change);
    expect(steps).toEqual([]);
    expect(unplaced).toMatchObject([{ reason }]);
    expect(unplaced[0]!.detail).toContain(detail);
    expect(unplaced[0]!.hint).toMatch(/\.$/);
  });

  it("because the devices are held, which is told before the memory that goes with them", () => {
    const machine = anInstance("a", "inf2.24xlarge", {
      remaining: { cpu: 10, memoryMiB: 10, tcpPorts: [], udpPorts: [], gpus: [] },
    });
    const foreign = aDefinition("foreign", listing(0, 1, 2, 3, 4, 5));
    const { unplaced } = planOf(aSnapshot([machine], [aTask("t1", foreign, machine)], [foreign]), 1);
    expect(unplaced).toMatchObject([{ reason: "DEVICES" }]);
    expect(unplaced[0]!.detail).toContain("held by task t1");
  });

  it("after the rest has its place, and leaves other machines out", () => {
    const machines = [anInstance("a", "inf2.24xlarge"), anInstance("b", "g5.xlarge")];
    const { steps, unplaced } = planOf(aSnapshot(machines), 4);
    expect(steps.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(unplaced[0]!.detail).toBe("1 of 4 tasks: inf2.24xlarge i-a: what is free goes to other tasks of this run");
  });
});

describe("where a plan places", () => {
  const machines = [anInstance("a", "inf2.24xlarge"), anInstance("b", "inf2.24xlarge")];

  it("packs one machine before the next, and lets ECS pick it", () => {
    const { steps } = planOf(aSnapshot(machines), 3);
    expect(steps.map(({ request, count }) => [request.taskDefinition, count])).toEqual([
      ["bert-inf2-24xlarge-n0-1", 1],
      ["bert-inf2-24xlarge-n2-3", 1],
      ["bert-inf2-24xlarge-n4-5", 1],
    ]);
    expect(steps[0]!.request.placementConstraints).toBeUndefined();
    expect(steps[0]!.request.placementStrategy).toEqual([{ type: "binpack", field: "memory" }]);
  });

  it("spreads", () => {
    const { steps } = planOf(aSnapshot(machines), 2, {}, { strategy: "spread" });
    expect(steps.map(({ count }) => count)).toEqual([2]);
    expect(steps[0]!.request.placementStrategy).toEqual([{ type: "spread", field: "instanceId" }]);
  });

  it("excludes a machine where a task without a lock holds the slot, and only that", () => {
    const foreign = aDefinition("foreign", listing(0));
    const { steps } = planOf(aSnapshot(machines, [aTask("t1", foreign, machines[0])], [foreign]), 5);
    const bySlot = new Map(
      steps.map(({ request, count, why }) => [
        request.taskDefinition,
        { count, constraints: request.placementConstraints, why },
      ]),
    );
    expect(bySlot.get("bert-inf2-24xlarge-n0-1")).toMatchObject({
      count: 1,
      constraints: [{ type: "memberOf", expression: "ec2InstanceId not_in [i-a]" }],
    });
    expect(bySlot.get("bert-inf2-24xlarge-n0-1")!.why).toContain("not on i-a");
    expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    const others = [...bySlot]
      .filter(([name]) => name !== "bert-inf2-24xlarge-n0-1")
      .map(([, { constraints }]) => constraints);
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((constraints) => constraints !== undefined)).toEqual([]);
  });

  it("through a capacity provider pins no machine, uses no slot that is held unseen, and counts on new machines", () => {
    const own = machines.map((machine) => ({ ...machine, capacityProvider: "neuron" }));
    const foreign = aDefinition("foreign", listing(0));
    const snapshot = aSnapshot(own, [aTask("t1", foreign, own[0])], [foreign]);
    const { steps, unplaced } = planOf(
      snapshot,
      9,
      { ecs: { capacity: { provider: "neuron" } } },
      { capacityProviderStrategy: [{ capacityProvider: "neuron", weight: 1 }] },
    );
    expect(unplaced).toEqual([]);
    expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(9);
    for (const { request } of steps) {
      expect(request.placementConstraints).toBeUndefined();
      expect(request.launchType).toBeUndefined();
      expect(request.capacityProviderStrategy).toEqual([{ capacityProvider: "neuron", weight: 1 }]);
      expect(request.taskDefinition).not.toBe("bert-inf2-24xlarge-n0-1");
    }
  });

  it("in awsvpc mode keeps slots apart by group and distinctInstance, and waits for stopping tasks", () => {
    const network = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
    const workload = ecsOf({
      name: "bert",
      image: "x:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      ...small,
      ecs: { networkMode: "awsvpc" },
    });
    const own = {
      ...workload.variants[0]!.definition,
      taskDefinitionArn: "arn:own:1",
      revision: 1,
      status: "ACTIVE",
    };
    const stopping = aTask("t1", own, machines[0], { desiredStatus: "STOPPED", lastStatus: "STOPPING" });
    const { steps } = planOf(
      aSnapshot([machines[0]!], [stopping], [own]),
      3,
      { ecs: { networkMode: "awsvpc" } },
      { networkConfiguration: network },
    );
    expect(steps.map(({ request }) => request.group)).toEqual(["aiplat:n2-3", "aiplat:n4-5"]);
    expect(steps[0]!.request.placementConstraints).toContainEqual({ type: "distinctInstance" });
    expect(steps[0]!.request.networkConfiguration).toEqual(network);
  });

  it("fills the first instance type before the next", () => {
    const { steps } = planOf(aSnapshot([anInstance("b", "inf2.48xlarge"), anInstance("a", "inf2.24xlarge")]), 4, {
      accelerator: { instanceTypes: ["inf2.24xlarge", "inf2.48xlarge"], devicesPerReplica: 2 },
    });
    expect(steps.map(({ request }) => request.taskDefinition).filter((name) => name.includes("24xlarge"))).toHaveLength(
      3,
    );
    expect(steps.map(({ request }) => request.taskDefinition).filter((name) => name.includes("48xlarge"))).toHaveLength(
      1,
    );
  });
});
