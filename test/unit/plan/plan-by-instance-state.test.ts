import { describe, expect, it } from "vitest";
import { planByInstanceState } from "../../../src/core/plan/plan-by-instance-state.ts";
import { planRegistered } from "../../../src/core/plan/plan-run.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";

const settings: RunSettings = {
  run: "gpu-1",
  cluster: "prod",
  count: 5,
  strategy: "pack",
  placementConstraints: [],
  enableExecuteCommand: false,
};
const gpu = (types: readonly string[]): Workload => ({
  name: "gpu",
  image: "gpu:1",
  accelerator: { instanceTypes: [...types] },
});
const machine = (id: string, type: string, gpus: number, cpu = 64 * 1024) => {
  const resources = {
    cpu,
    memoryMiB: 256 * 1024,
    tcpPorts: [22],
    udpPorts: [],
    gpus: Array.from({ length: gpus }, (_, index) => `GPU-${id}-${index}`),
  };
  return anInstance(id, type, { registered: resources, remaining: resources });
};
const plan = (workload: Workload, count: number, ...machines: readonly ReturnType<typeof machine>[]) => {
  const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
  const run = { ...settings, count, networkConfiguration };
  const { steps, unplaced } = planByInstanceState(ecsOf(workload), run, count, aSnapshot(machines));
  return { steps: steps.map((step) => [step.count, step.request.taskDefinition, step.why]), unplaced };
};

describe("a plan of what ECS schedules by itself", () => {
  it("has as many as have room, and says where, and why the rest has none", () => {
    expect(plan(gpu(["g5.xlarge"]), 2, machine("1", "g5.xlarge", 1), machine("2", "g5.xlarge", 1))).toEqual({
      steps: [[2, "gpu", "i-1 and i-2 have room; ECS chooses"]],
      unplaced: [],
    });
    const short = plan(gpu(["g5.xlarge"]), 3, machine("1", "g5.xlarge", 1), machine("2", "g5.xlarge", 0));
    expect(short.steps).toEqual([[1, "gpu", "i-1 has room; ECS chooses"]]);
    expect(short.unplaced).toMatchObject([
      { detail: expect.stringContaining("2 of 3 tasks"), hint: "To make room: 2 more g5.xlarge." },
    ]);
    expect(plan(gpu(["g5.xlarge"]), 1)).toMatchObject({
      steps: [],
      unplaced: [{ detail: "1 of 1 task: the cluster has no container instances" }],
    });
  });

  it("counts new machines where it says that they have room", () => {
    const whyOf = (count: number, ...machines: readonly ReturnType<typeof machine>[]) =>
      planByInstanceState(
        ecsOf(gpu(["g5.xlarge"])),
        { ...settings, count, capacityProviderStrategy: [{ capacityProvider: "asg" }], mayGrow: 3 },
        count,
        aSnapshot(machines.map((each) => ({ ...each, capacityProvider: "asg" }))),
      ).steps.map(({ why }) => why);
    expect(whyOf(1)).toEqual(["1 new g5.xlarge of asg has room; ECS chooses"]);
    expect(whyOf(2)).toEqual(["2 new g5.xlarge of asg have room; ECS chooses"]);
    expect(whyOf(2, machine("1", "g5.xlarge", 1))).toEqual(["i-1 and 1 new g5.xlarge of asg have room; ECS chooses"]);
  });

  it("says what is not judged of the machines that it counts on", () => {
    const trunked = (id: string, trunk: string | undefined) => {
      const plain = machine(id, "g5.xlarge", 1);
      const attributes = trunk === undefined ? {} : { "ecs.awsvpc-trunk-id": trunk };
      return { ...plain, attributes: { ...plain.attributes, ...attributes } };
    };
    const awsvpc: Workload = { ...gpu(["g5.xlarge"]), ecs: { networkMode: "awsvpc" } };
    expect(plan(awsvpc, 2, trunked("1", "eni-1"), trunked("2", undefined)).steps[0]![2]).toBe(
      "i-1 and i-2 have room; ECS chooses; not judged of i-1: its network interfaces are not counted: it has ENI trunking (ecs.awsvpc-trunk-id)",
    );
    expect(plan(gpu(["g5.xlarge"]), 1, trunked("1", "eni-1")).steps[0]![2]).toBe("i-1 has room; ECS chooses");
  });

  it("goes on with the next instance type where the first is full", () => {
    const { steps, unplaced } = plan(
      gpu(["g5.xlarge", "g5.12xlarge"]),
      2,
      machine("2", "g5.12xlarge", 4),
      machine("1", "g5.xlarge", 1),
    );
    expect([steps.map(([count, name]) => [count, name]), unplaced]).toEqual([
      [
        [1, "gpu-g5-xlarge"],
        [1, "gpu-g5-12xlarge"],
      ],
      [],
    ]);
  });

  it("fills machines with CPU tasks until they are full", () => {
    const cpu: Workload = { name: "cpu", image: "cpu:1", accelerator: "none", resources: { cpu: 1, memory: "1GiB" } };
    expect(plan(cpu, 3, machine("1", "m5.large", 0, 2048))).toMatchObject({
      steps: [[2, "cpu", "i-1 has room; ECS chooses"]],
      unplaced: [{ reason: "CPU", detail: expect.stringContaining("1 of 3 tasks") }],
    });
  });
});

describe("a plan of a registered definition", () => {
  it("asks for all of it, and says what will have no place", () => {
    const definition = aDefinition("mine", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
    const one = anInstance("1", "inf2.xlarge");
    const { steps, unplaced } = planRegistered(
      definition,
      { ...settings, count: 2 },
      2,
      aSnapshot([one, anInstance("2", "inf2.xlarge")], [aTask("t", definition, one)], [definition]),
      new Set(),
    );
    expect(steps.map(({ count }) => count)).toEqual([2]);
    expect(unplaced).toMatchObject([{ reason: "DEVICES", detail: expect.stringContaining("1 of 2 tasks") }]);
  });
});
