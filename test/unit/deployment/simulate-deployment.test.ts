import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import { simulateDeployments, type PlannedDeployment } from "../../../src/core/deployment/simulate-deployment.ts";
import { lowerLimit, upperLimit } from "../../../src/core/ecs-api/deployment-limits.ts";
import { deploymentProblem } from "../../../src/core/deployment/deployment-text.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { lockPortMappings } from "../../../src/core/catalog/lock-ports.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const cpu = 4 * 1024;

/** A whole inf2.xlarge: one device with its lock, and nine tenths of what the instance registers. */
const whole = aDefinition("bert", {
  cpu: 3686,
  memory: 14_745,
  linuxParameters: {
    devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] }],
  },
  portMappings: lockPortMappings([0]),
});
/** A part of an instance that locks nothing: eight of them fit. */
const small = aDefinition("small", { cpu: 512, memory: 1024 });

/** `instances` machines with one task of `definition` on each of the first `running`. */
function cluster(instances: number, running: number, definition: RegisteredTaskDefinition = whole): ClusterSnapshot {
  const held = definition.containerDefinitions[0]!;
  const locks = (held.portMappings ?? []).map(({ hostPort }) => hostPort!);
  const registered = { cpu, memoryMiB: 16_000, tcpPorts: [22], udpPorts: [], gpus: [] };
  const machines = Array.from({ length: instances }, (_, index) =>
    anInstance(`i${index}`, "inf2.xlarge", {
      registered,
      remaining:
        index < running
          ? { ...registered, cpu: cpu - held.cpu!, memoryMiB: 16_000 - held.memory!, udpPorts: locks }
          : registered,
    }),
  );
  const tasks = machines
    .slice(0, running)
    .map((machine, index) => aTask(`t${index}`, definition, machine, { group: "service:bert" }));
  return aSnapshot(machines, tasks, [definition]);
}

function rollout(
  desired: number,
  minimumHealthyPercent: number,
  maximumPercent: number,
  changes: Partial<PlannedDeployment> & { readonly strategy?: string; readonly daemon?: boolean } = {},
): PlannedDeployment {
  const { strategy = "ROLLING", daemon = false, ...others } = changes;
  return {
    service: "bert",
    definition: whole,
    desired,
    settings: { strategy, minimumHealthyPercent, maximumPercent, daemon },
    newDeployment: true,
    ...others,
  };
}

const judge = (snapshot: ClusterSnapshot, each: PlannedDeployment) => simulateDeployments(snapshot, [each])[0]!;

interface Case {
  readonly what: string;
  readonly instances: number;
  readonly running: number;
  readonly rollout: PlannedDeployment;
  readonly old?: RegisteredTaskDefinition;
  /** Worked out by hand. */
  readonly finishes: boolean;
  readonly lower: number;
  readonly upper: number;
  readonly remedies?: object;
}

/**
 * lower = ceil(desired x min / 100), upper = floor(desired x max / 100); moves where a task may stop, or may start and
 * has room.
 */
const table: readonly Case[] = [
  {
    what: "1 at 100/200 on 1: nothing may stop, no room",
    instances: 1,
    running: 1,
    rollout: rollout(1, 100, 200),
    finishes: false,
    lower: 1,
    upper: 2,
    remedies: { minimumHealthyPercent: 0, instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "1 at 100/200 on 2: starts beside, then stops",
    instances: 2,
    running: 1,
    rollout: rollout(1, 100, 200),
    finishes: true,
    lower: 1,
    upper: 2,
  },
  {
    what: "1 at 0/100 on 1: stops first",
    instances: 1,
    running: 1,
    rollout: rollout(1, 0, 100),
    finishes: true,
    lower: 0,
    upper: 1,
  },
  {
    what: "1 at 50/100 on 1: half of one is one",
    instances: 1,
    running: 1,
    rollout: rollout(1, 50, 100),
    finishes: false,
    lower: 1,
    upper: 1,
    remedies: { minimumHealthyPercent: 0 },
  },
  {
    what: "1 at 100/150 on 2: one and a half is one",
    instances: 2,
    running: 1,
    rollout: rollout(1, 100, 150),
    finishes: false,
    lower: 1,
    upper: 1,
    remedies: { minimumHealthyPercent: 0, maximumPercent: 200 },
  },
  {
    what: "1 at 99/100 on 1: ceil(0.99) is one",
    instances: 1,
    running: 1,
    rollout: rollout(1, 99, 100),
    finishes: false,
    lower: 1,
    upper: 1,
    remedies: { minimumHealthyPercent: 0 },
  },
  {
    what: "2 at 50/100 on 2: one at a time",
    instances: 2,
    running: 2,
    rollout: rollout(2, 50, 100),
    finishes: true,
    lower: 1,
    upper: 2,
  },
  {
    what: "2 at 51/100 on 2: ceil(1.02) is two",
    instances: 2,
    running: 2,
    rollout: rollout(2, 51, 100),
    finishes: false,
    lower: 2,
    upper: 2,
    remedies: { minimumHealthyPercent: 50 },
  },
  {
    what: "2 at 100/150 on 3: three at once, one at a time",
    instances: 3,
    running: 2,
    rollout: rollout(2, 100, 150),
    finishes: true,
    lower: 2,
    upper: 3,
  },
  {
    what: "2 at 100/149 on 3: floor(2.98) is two",
    instances: 3,
    running: 2,
    rollout: rollout(2, 100, 149),
    finishes: false,
    lower: 2,
    upper: 2,
    remedies: { minimumHealthyPercent: 50, maximumPercent: 150 },
  },
  {
    what: "3 at 100/200 on 3: no spare machine",
    instances: 3,
    running: 3,
    rollout: rollout(3, 100, 200),
    finishes: false,
    lower: 3,
    upper: 6,
    remedies: { minimumHealthyPercent: 66, instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "3 at 100/200 on 4: one spare machine is enough",
    instances: 4,
    running: 3,
    rollout: rollout(3, 100, 200),
    finishes: true,
    lower: 3,
    upper: 6,
  },
  {
    what: "3 at 66/100 on 3: ceil(1.98) is two",
    instances: 3,
    running: 3,
    rollout: rollout(3, 66, 100),
    finishes: true,
    lower: 2,
    upper: 3,
  },
  {
    what: "3 at 67/100 on 3: ceil(2.01) is three",
    instances: 3,
    running: 3,
    rollout: rollout(3, 67, 100),
    finishes: false,
    lower: 3,
    upper: 3,
    remedies: { minimumHealthyPercent: 66 },
  },
  {
    what: "3 at 100/133 on 4: floor(3.99) is three",
    instances: 4,
    running: 3,
    rollout: rollout(3, 100, 133),
    finishes: false,
    lower: 3,
    upper: 3,
    remedies: { minimumHealthyPercent: 66, maximumPercent: 134 },
  },
  {
    what: "3 at 100/134 on 4: floor(4.02) is four",
    instances: 4,
    running: 3,
    rollout: rollout(3, 100, 134),
    finishes: true,
    lower: 3,
    upper: 4,
  },
  {
    what: "10 at 90/100 on 10",
    instances: 10,
    running: 10,
    rollout: rollout(10, 90, 100),
    finishes: true,
    lower: 9,
    upper: 10,
  },
  {
    what: "10 at 91/100 on 10",
    instances: 10,
    running: 10,
    rollout: rollout(10, 91, 100),
    finishes: false,
    lower: 10,
    upper: 10,
    remedies: { minimumHealthyPercent: 90 },
  },
  {
    what: "2 of 4 scaled and updated at 100/200 on 4: two start, two more have no room",
    instances: 4,
    running: 2,
    rollout: rollout(4, 100, 200),
    finishes: false,
    lower: 4,
    upper: 8,
    remedies: { minimumHealthyPercent: 75, instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "4 scaled to 2 and updated at 100/200 on 4: the two too many stop",
    instances: 4,
    running: 4,
    rollout: rollout(2, 100, 200),
    finishes: true,
    lower: 2,
    upper: 4,
  },
  {
    what: "a new service of 3 on 3",
    instances: 3,
    running: 0,
    rollout: rollout(3, 100, 200),
    finishes: true,
    lower: 3,
    upper: 6,
  },
  {
    what: "a new service of 3 on 2: one has no machine",
    instances: 2,
    running: 0,
    rollout: rollout(3, 100, 200),
    finishes: false,
    lower: 3,
    upper: 6,
    remedies: { instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "blue/green of 2 on 4: all the new beside all the old",
    instances: 4,
    running: 2,
    rollout: rollout(2, 100, 200, { strategy: "BLUE_GREEN" }),
    finishes: true,
    lower: 2,
    upper: 4,
  },
  {
    what: "blue/green of 2 on 3: one short",
    instances: 3,
    running: 2,
    rollout: rollout(2, 0, 200, { strategy: "BLUE_GREEN" }),
    finishes: false,
    lower: 0,
    upper: 4,
    remedies: { rolling: true, instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "blue/green of 3 at 100/200 on 4: rolling would do, one beside at a time",
    instances: 4,
    running: 3,
    rollout: rollout(3, 100, 200, { strategy: "BLUE_GREEN" }),
    finishes: false,
    lower: 3,
    upper: 6,
    remedies: { rolling: true, instances: { instanceType: "inf2.xlarge", count: 2 } },
  },
  {
    what: "blue/green of 2 at 100/200 on 2: rolling would do where one may stop first",
    instances: 2,
    running: 2,
    rollout: rollout(2, 100, 200, { strategy: "BLUE_GREEN" }),
    finishes: false,
    lower: 2,
    upper: 4,
    remedies: { rolling: true, minimumHealthyPercent: 50, instances: { instanceType: "inf2.xlarge", count: 2 } },
  },
  {
    what: "canary of 1 on 1: percentages do not reduce it",
    instances: 1,
    running: 1,
    rollout: rollout(1, 0, 100, { strategy: "CANARY" }),
    finishes: false,
    lower: 0,
    upper: 1,
    remedies: { rolling: true, instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "linear of 1 on 2",
    instances: 2,
    running: 1,
    rollout: rollout(1, 100, 200, { strategy: "LINEAR" }),
    finishes: true,
    lower: 1,
    upper: 2,
  },
  {
    what: "a daemon at 0/100: stops, then starts",
    instances: 3,
    running: 3,
    rollout: rollout(3, 0, 100, { daemon: true }),
    finishes: true,
    lower: 0,
    upper: 3,
  },
  {
    what: "a daemon at 100/100",
    instances: 3,
    running: 3,
    rollout: rollout(3, 100, 100, { daemon: true }),
    finishes: false,
    lower: 3,
    upper: 3,
  },
  {
    what: "scaling 2 to 3 on 3, without a new deployment",
    instances: 3,
    running: 2,
    rollout: rollout(3, 100, 200, { newDeployment: false }),
    finishes: true,
    lower: 3,
    upper: 6,
  },
  {
    what: "scaling 2 to 4 on 3",
    instances: 3,
    running: 2,
    rollout: rollout(4, 100, 200, { newDeployment: false }),
    finishes: false,
    lower: 4,
    upper: 8,
    remedies: { instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
  {
    what: "small tasks that lock nothing: beside the old one",
    instances: 1,
    running: 1,
    old: small,
    rollout: rollout(1, 100, 200, { definition: small }),
    finishes: true,
    lower: 1,
    upper: 2,
  },
  {
    what: "a larger task beside a small one: 3,686 of the 3,584 units left",
    instances: 1,
    running: 1,
    old: small,
    rollout: rollout(1, 100, 200),
    finishes: false,
    lower: 1,
    upper: 2,
    remedies: { minimumHealthyPercent: 0, instances: { instanceType: "inf2.xlarge", count: 1 } },
  },
];

describe("the rollout guard", () => {
  it.each(table)("$what", ({ instances, running, rollout: each, old, finishes, lower, upper, remedies = {} }) => {
    const verdict = judge(cluster(instances, running, old), each);
    expect({
      finishes: verdict.finishes,
      lower: verdict.lower,
      upper: verdict.upper,
      remedies: verdict.remedies,
    }).toEqual({ finishes, lower, upper, remedies });
  });

  it("rounds the limits as ECS does", () => {
    expect([
      lowerLimit(3, 50),
      lowerLimit(3, 34),
      lowerLimit(7, 0),
      upperLimit(3, 150),
      upperLimit(3, 166),
      upperLimit(1, 199),
    ]).toEqual([2, 2, 0, 4, 4, 1]);
  });

  it("does not take a device that a task without locks holds, which ECS would", () => {
    const foreign = aDefinition("foreign", {
      cpu: 64,
      memory: 64,
      linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] },
    });
    const snapshot = cluster(2, 1);
    const taken: ClusterSnapshot = {
      ...snapshot,
      tasks: [...snapshot.tasks, aTask("f", foreign, snapshot.instances[1])],
      taskDefinitions: { ...snapshot.taskDefinitions, [foreign.taskDefinitionArn]: foreign },
    };
    expect(judge(snapshot, rollout(1, 100, 200)).finishes).toBe(true);
    expect(judge(taken, rollout(1, 100, 200)).finishes).toBe(false);
  });

  it("leaves what a first service takes to none after it", () => {
    const snapshot = cluster(3, 0);
    const second: PlannedDeployment = { ...rollout(2, 100, 200), service: "other" };
    expect(
      simulateDeployments(snapshot, [rollout(2, 100, 200), second]).map(({ finishes, started }) => [finishes, started]),
    ).toEqual([
      [true, 2],
      [false, 1],
    ]);
  });

  it.each<readonly [what: string, minimum: number, memory: number, described: boolean, finishes: boolean]>([
    ["a new share has room beside the old one", 100, 11_000, false, true],
    ["and where ECS describes the GPU", 100, 11_000, true, true],
    ["a larger one has not", 100, 12_000, false, false],
    ["nor by ECS's own count", 100, 12_000, true, false],
    ["the old one gives its memory back first", 0, 12_000, false, true],
    ["and in ECS's own count", 0, 12_000, true, true],
  ])("counts shares of one GPU by memory: %s", (_, minimum, memory, described, finishes) => {
    const share = (family: string, mib: number) =>
      aDefinition(family, { resourceRequirements: [{ type: "GPU", sharingStrategy: { nvidiaMps: { memory: mib } } }] });
    const old = share("bert", 11_500);
    const registered = { cpu, memoryMiB: 16_000, tcpPorts: [22], udpPorts: [], gpus: ["A"] };
    const device = { gpuId: "A", sharingMode: "NVIDIA_MPS", totalMemoryInMiB: 22_888, remainingMemoryInMiB: 11_388 };
    const host = anInstance("g", "g5.xlarge", {
      attributes: { "ecs.capability.gpu-sharing-mps": "" },
      registered,
      remaining: { ...registered, gpus: [] },
      ...(described ? { gpuDevices: [device] } : {}),
    });
    const task = aTask("t1", old, host, { group: "service:bert", containers: [{ name: "main", gpuIds: ["A"] }] });
    const each = rollout(1, minimum, 200, { definition: share("bert", memory) });
    const verdict = judge(aSnapshot([host], [task], [old]), each);
    expect(verdict.finishes).toBe(finishes);
    if (!finishes) expect(verdict.why).toContain("11,388 MiB is the most that is left on one");
  });

  it("says the arithmetic and what would fit", () => {
    const each = rollout(3, 100, 200);
    const { message, hint } = deploymentProblem(judge(cluster(3, 3), each), each);
    expect(message).toBe(
      "bert would stall: 3 tasks are wanted and 3 run; at minimumHealthyPercent 100 at least 3 must stay healthy and at maximumPercent 200 at most 6 may run; so none of the old ones stops, and there is no room for a new one: 3 inf2.xlarge instances, such as i-i0: /dev/neuron0 is held by a task of this deployment and needs 3,686 CPU units, 410 remain",
    );
    expect(hint).toBe(
      "Set minimumHealthyPercent 66 in ecs.service.deploymentConfiguration or add 1 inf2.xlarge instance. --allow-stall deploys all the same.",
    );
    const bounded: PlannedDeployment = { ...rollout(3, 100, 100), bounds: { maxUnavailable: 0, maxSurge: 0 } };
    expect(deploymentProblem(judge(cluster(3, 3), bounded), bounded)).toMatchObject({
      path: ["rollout"],
      hint: "Set maxUnavailable 1 in rollout. --allow-stall deploys all the same.",
    });
    const roomy: PlannedDeployment = { ...bounded, settings: each.settings, bounds: { maxUnavailable: 0 } };
    expect(deploymentProblem(judge(cluster(3, 3), roomy), roomy).hint).toBe(
      "Set maxUnavailable 1 in rollout or add 1 inf2.xlarge instance. --allow-stall deploys all the same.",
    );
    const spare: PlannedDeployment = { ...bounded, bounds: { maxUnavailable: 0 } };
    expect(deploymentProblem(judge(cluster(4, 3), spare), spare).hint).toBe(
      "Set maxUnavailable 1 or maxSurge 1 in rollout. --allow-stall deploys all the same.",
    );
  });

  it("says what each machine lacks, and the change that is nearer than another machine", () => {
    const short = aDefinition("bert", { memory: 12_000 });
    const { registered } = cluster(1, 0).instances[0]!;
    const at = (memoryMiB: number) =>
      aSnapshot([anInstance("i0", "inf2.xlarge", { registered, remaining: { ...registered, memoryMiB } })]);
    const each = { ...rollout(1, 100, 200), definition: short };
    const textOf = (snapshot: ClusterSnapshot) => {
      const { message, hint } = deploymentProblem(judge(snapshot, each), each);
      return [message, hint];
    };
    expect(textOf(at(11_000))).toEqual([
      "bert would stall: 1 task is wanted, and the cluster has room for 0: inf2.xlarge i-i0: needs 12,000 MiB, 11,000 remain",
      "With memory 11000MiB it fits on 1 instance (i-i0) or add 1 inf2.xlarge instance. --allow-stall deploys all the same.",
    ]);
    expect(textOf(aSnapshot([]))).toEqual([
      "bert would stall: 1 task is wanted, and the cluster has room for 0: the cluster has no container instances",
      "No setting and no further instance of the cluster's types would help: aiplat cluster explain tells what each instance lacks. --allow-stall deploys all the same.",
    ]);
  });

  it("says nothing of machines where the percentages are what stalls", () => {
    const each = rollout(1, 50, 100);
    const verdict = judge(cluster(2, 1), each);
    expect(verdict).toMatchObject({ finishes: false, started: 0 });
    expect(verdict.why).toBeUndefined();
    expect(deploymentProblem(verdict, each).message).not.toContain("i-i");
  });
});

describe("a rolling update that may succeed early", () => {
  const with50 = (desired: number, minimum: number, maximum: number): PlannedDeployment => {
    const plain = rollout(desired, minimum, maximum);
    return { ...plain, settings: { ...plain.settings, healthyPercent: 50 } };
  };
  const finishes = (machines: number, running: number, deployment: PlannedDeployment) =>
    simulateDeployments(cluster(machines, running), [deployment])[0]!.finishes;

  it("finishes with as many tasks as it asks for, and no sooner", () => {
    expect(finishes(2, 0, rollout(4, 0, 100))).toBe(false);
    expect(finishes(2, 0, with50(4, 0, 100))).toBe(true);
    expect(finishes(1, 0, with50(4, 0, 100))).toBe(false);
    // The old ones cannot leave, and the new ones have no room.
    expect(finishes(2, 2, with50(2, 100, 200))).toBe(false);
  });
});
