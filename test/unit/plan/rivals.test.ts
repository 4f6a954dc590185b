import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import { planSlots } from "../../../src/core/plan/plan-slots.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";

const foreign = (name: string, devices: readonly number[]) =>
  aDefinition(name, { linuxParameters: { devices: devices.map((each) => ({ hostPath: `/dev/neuron${each}` })) } });

/** Each slot with the machines that the plan has it on, and what keeps it off others. */
function planned(
  snapshot: ClusterSnapshot,
  { devices, count, ...more }: { readonly devices: number; readonly count: number } & Partial<RunSettings>,
  networkMode: "bridge" | "awsvpc" = "bridge",
): readonly unknown[] {
  const workload = ecsOf({
    name: "chip",
    image: "chip:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: devices },
    resources: { cpu: 1, memory: "1GiB" },
    ecs: { networkMode },
  });
  const settings: RunSettings = {
    run: "chip-1",
    cluster: "prod",
    count,
    strategy: "pack",
    placementConstraints: [],
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    enableExecuteCommand: false,
    ...more,
  };
  return planSlots(workload, settings, count, snapshot).steps.map((step) => [
    step.definition!.family.slice("chip-inf2-24xlarge-".length),
    step.count,
    step.machines,
    step.request.placementConstraints?.flatMap(({ expression }) => expression ?? []) ?? [],
  ]);
}

describe("slots that overlap, on machines that the plan does not need", () => {
  const [high, low] = [foreign("high", [4, 5]), foreign("low", [0, 1])];
  const machines = [0, 1, 2, 3].map((index) => anInstance(String(index), "inf2.24xlarge"));
  const snapshot = aSnapshot(machines, [aTask("high", high, machines[0]), aTask("low", low, machines[1])], [high, low]);

  it("are left to ECS where lock ports keep them apart", () => {
    expect(planned(snapshot, { devices: 4, count: 2 })).toEqual([
      ["n0-3", 1, ["i-0"], ["ec2InstanceId not_in [i-1]"]],
      ["n2-5", 1, ["i-1"], ["ec2InstanceId not_in [i-0]"]],
    ]);
  });

  it("are for the first of them in awsvpc mode, where ECS would place both on one", () => {
    expect(planned(snapshot, { devices: 4, count: 2 }, "awsvpc")).toEqual([
      ["n0-3", 1, ["i-0"], ["ec2InstanceId not_in [i-1]"]],
      ["n2-5", 1, ["i-1"], ["ec2InstanceId not_in [i-0, i-2, i-3]"]],
    ]);
  });
});

describe("a machine with room for few of the slots that are free there", () => {
  const locked = aDefinition("locked", {
    linuxParameters: { devices: [0, 1, 2].map((device) => ({ hostPath: `/dev/neuron${device}` })) },
    portMappings: [0, 1, 2].map((device) => ({
      containerPort: 28_700 + device,
      hostPort: 28_700 + device,
      protocol: "udp",
    })),
  });
  const tight = (id: string, cpu: number, udpPorts: readonly number[] = []) => {
    const machine = anInstance(id, "inf2.24xlarge");
    return { ...machine, remaining: { ...machine.remaining, cpu, udpPorts } };
  };
  // On the first all six devices are free, and one task has room; on the second three devices are free and two have room.
  const machines = [tight("0", 1024), tight("1", 2048, [28_700, 28_701, 28_702])];
  const snapshot = aSnapshot(machines, [aTask("locked", locked, machines[1])], [locked]);

  it("is kept for the slot that has no other", () => {
    expect(planned(snapshot, { devices: 1, count: 3 })).toEqual([
      ["n3-3", 1, ["i-1"], ["ec2InstanceId not_in [i-0]"]],
      ["n4-4", 1, ["i-1"], ["ec2InstanceId not_in [i-0]"]],
      ["n0-0", 1, ["i-0"], []],
    ]);
  });

  it("is left to ECS where the plan does not need it", () => {
    expect(planned(snapshot, { devices: 1, count: 1 }).map((step) => (step as unknown[])[3])).toEqual([[]]);
  });
});

describe("a plan with machines that a provider has to start, which no constraint can name", () => {
  const through = { capacityProviderStrategy: [{ capacityProvider: "asg", weight: 1 }], mayGrow: 1 };
  const machine = anInstance("0", "inf2.24xlarge", { capacityProvider: "asg" });
  const held = foreign("held", [0]);
  const locked = {
    ...held,
    containerDefinitions: [
      {
        ...held.containerDefinitions[0]!,
        portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }],
      },
    ],
  };

  it("uses slots that share no device: one that is wrong for the other machine would take its place there", () => {
    const taken = { ...machine, remaining: { ...machine.remaining, udpPorts: [28_700] } };
    const snapshot = aSnapshot([taken], [aTask("t", locked, taken)], [locked]);
    // Alone on the first machine it would be n1-2 and n3-4.
    expect(
      planned(snapshot, { devices: 2, count: 5, ...through }).map((step) => (step as unknown[]).slice(0, 2)),
    ).toEqual([
      ["n2-3", 2],
      ["n4-5", 2],
      ["n0-1", 1],
    ]);
  });

  it("uses as many slots as an added machine has room for", () => {
    const small = { ...machine.registered, cpu: 2048 };
    const full = { ...machine, registered: small, remaining: { ...small, cpu: 0 } };
    expect(planned(aSnapshot([full]), { devices: 1, count: 4, ...through, mayGrow: 2 })).toEqual([
      ["n0-0", 2, [], []],
      ["n1-1", 2, [], []],
    ]);
  });
});
