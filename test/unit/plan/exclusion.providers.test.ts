// Tasks that ECS does not see on machines of a capacity provider: runs, services and explanations answer alike.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../../src/core/cluster/snapshot.ts";
import type { PlacementConstraint } from "../../../src/core/ecs-api/api.ts";
import { definitionsOf, type EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import type { ClusterCapacity } from "../../../src/core/plan/choose-capacity.ts";
import { planRegistered } from "../../../src/core/plan/plan-run.ts";
import { planScale } from "../../../src/core/plan/plan-scale.ts";
import { planSlots } from "../../../src/core/plan/plan-slots.ts";
import type { RunSettings } from "../../../src/core/plan/run-request.ts";
import type { ServicePlan } from "../../../src/core/plan/service-plan.ts";
import { runs } from "../../support/depth.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";
import { chip, LiveWorld, on } from "../../support/live-services.ts";

const type = "inf2.24xlarge";
const resources = { cpu: 96 * 1024, memoryMiB: 370_000, tcpPorts: [22], udpPorts: [], gpus: [] };
const byHand = aDefinition("by-hand", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
const strategy = [{ capacityProvider: "asg", weight: 1 }];

/** So many machines of the provider; on the first ones somebody holds /dev/neuron0 by hand. */
function snapshotOf(machines: number, held: number): ClusterSnapshot {
  const instances = Array.from({ length: machines }, (_, index) =>
    anInstance(String(index), type, { capacityProvider: "asg", registered: resources, remaining: resources }),
  );
  const tasks = instances.slice(0, held).map((instance, index) => aTask(`t${index}`, byHand, instance));
  return aSnapshot(instances, tasks, [byHand], { capacityProviders: ["asg"] });
}

/** A cluster whose provider may start so many machines more. */
function capacityOf(machines: number, more: number): ClusterCapacity {
  const group = { name: "asg", desired: machines, max: machines + more, instanceTypes: [type] };
  return {
    associated: ["asg"],
    defaultStrategy: strategy,
    providers: [{ name: "asg", type: "EC2_AUTOSCALING", managedScaling: true, group }],
  };
}

interface Cluster {
  readonly machines: number;
  readonly held: number;
  readonly more: number;
}

function serviceOn({ machines, held, more }: Cluster, ecs: EcsWorkload, world = new LiveWorld()): ServicePlan {
  return world.plan(ecs, { capacity: capacityOf(machines, more) }, snapshotOf(machines, held));
}

const plain = { run: "chip-1", cluster: "prod", strategy: "pack", placementConstraints: [] } as const;

function settingsOf(count: number, mayGrow: number): RunSettings {
  return { ...plain, count, enableExecuteCommand: false, capacityProviderStrategy: strategy, mayGrow };
}

function runOn({ machines, held, more }: Cluster, ecs: EcsWorkload, count: number) {
  return planSlots(ecs, settingsOf(count, more), count, snapshotOf(machines, held));
}

const excludedBy = (constraints: readonly PlacementConstraint[] = []) =>
  constraints.flatMap(({ expression = "" }) => (expression.startsWith("ec2InstanceId") ? [expression] : []));
const without = "ec2InstanceId not_in [i-0]";
const whole = (replicas: number, more: object = {}) => chip({ replicas, ...more });
const halves = (replicas: number) => chip({ ...on([type], 3), replicas });

describe("one hand-written task on one of five machines of a provider", () => {
  const five = { machines: 5, held: 1, more: 3 };

  it("keeps four replicas off that machine, and nothing has to be started", () => {
    const { steps, unplaced } = serviceOn(five, whole(4));
    expect(unplaced).toEqual([]);
    expect(excludedBy(steps[0]!.create!.placementConstraints)).toEqual([without]);
    expect(steps[0]!.why).toContain("kept off i-0: /dev/neuron0 is held by task t0, which ECS does not see");
    const run = runOn(five, whole(4), 4);
    expect([run.unplaced, run.steps.map(({ request }) => excludedBy(request.placementConstraints))]).toEqual([
      [],
      [[without]],
    ]);
  });

  it("has a fifth refused, with device, task and the ways out, in a service as in a run", () => {
    const told = [
      {
        reason: "DEVICES",
        detail: expect.stringMatching(
          /i-0: \/dev\/neuron0 is held by task t0, which ECS does not see; .*and then asg starts no machines$/,
        ),
        hint: expect.stringContaining("say with the tag aiplat:devices what it uses"),
      },
    ];
    expect(serviceOn(five, whole(5)).unplaced).toMatchObject(told);
    expect(runOn(five, whole(5), 5).unplaced).toMatchObject(told);
  });

  it("has the other slot of every machine to itself, and new machines for that one", () => {
    const { steps, unplaced } = serviceOn(five, halves(10));
    expect(unplaced).toEqual([]);
    expect(steps.map(({ create, desiredCount }) => [desiredCount, excludedBy(create!.placementConstraints)])).toEqual([
      [4, [without]],
      [6, []],
    ]);
    expect(steps[1]!.placement!.why).toContain("1 new inf2.24xlarge of asg");
  });

  it("is no change to a service that lives; its next change keeps it off the machine, and the one after lets it on", () => {
    const world = new LiveWorld();
    world.carryOut(serviceOn({ ...five, held: 0 }, whole(2), world));
    const [kept] = serviceOn(five, whole(2), world).steps;
    expect(kept).toMatchObject({ action: "keep", changes: [] });
    expect(kept!.why).toContain("to be kept off, with its next change, i-0: /dev/neuron0 is held by task t0");

    const plan = serviceOn(five, whole(2, { image: "chip:2" }), world);
    expect(plan.steps[0]!.changes.map(({ path }) => path.split(/[.[]/)[0])).toContain("placementConstraints");
    world.carryOut(plan);
    expect(excludedBy(world.services[0]!.placementConstraints)).toEqual([without]);
    expect(serviceOn(five, whole(2, { image: "chip:2" }), world).steps).toMatchObject([{ action: "keep" }]);

    // Nor is it one that the task is gone.
    const alone = { ...five, held: 0 };
    expect(serviceOn(alone, whole(2, { image: "chip:2" }), world).steps).toMatchObject([{ action: "keep" }]);
    world.carryOut(serviceOn(alone, whole(2, { image: "chip:3" }), world));
    expect(excludedBy(world.services[0]!.placementConstraints)).toEqual([]);
  });

  it("leaves a user's own constraint of that shape to the user", () => {
    const own = { ecs: { service: { placementConstraints: [{ type: "memberOf", expression: without }] } } };
    const world = new LiveWorld();
    const alone = { ...five, held: 0 };
    world.carryOut(serviceOn(alone, whole(2, own), world));
    expect(excludedBy(world.services[0]!.placementConstraints)).toEqual([without]);
    expect(serviceOn(alone, whole(2, own), world).steps).toMatchObject([{ action: "keep" }]);
  });
});

describe("a provider that starts machines", () => {
  it("starts those that are short, and plan says how many", () => {
    const { steps, unplaced } = serviceOn({ machines: 1, held: 0, more: 3 }, whole(3));
    expect([unplaced, steps[0]!.placement]).toEqual([
      [],
      { count: 3, why: "chip has room on i-0 and 2 new inf2.24xlarge of asg" },
    ]);
  });

  it("starts no more than its group may have", () => {
    const { unplaced } = serviceOn({ machines: 1, held: 0, more: 1 }, whole(3));
    expect(unplaced).toMatchObject([
      {
        reason: "STALL",
        detail: expect.stringContaining("the cluster has room for 2"),
        hint: expect.stringContaining(
          "dd 1 inf2.24xlarge instance of asg, which starts no more by itself (the Auto Scaling group of asg may have 2 instances)",
        ),
      },
    ]);
  });
});

describe("a service that is scaled", () => {
  const scaled = (replicas: number, { machines, held, more }: Cluster): ServicePlan => {
    const world = new LiveWorld();
    world.carryOut(serviceOn({ machines, held: 0, more }, whole(2), world));
    const to = { workload: "chip", cluster: "prod", replicas };
    const capacity = capacityOf(machines, more);
    return planScale(world.services, world.definitions, to, snapshotOf(machines, held), capacity);
  };

  it("up is kept off the machine where somebody holds a device, and refused where one would have to be started", () => {
    const { steps, unplaced } = scaled(4, { machines: 5, held: 1, more: 3 });
    expect([unplaced, excludedBy(steps[0]!.update!["placementConstraints"] as PlacementConstraint[])]).toEqual([
      [],
      [without],
    ]);
    expect(steps[0]!.changes.map(({ path }) => path)).toEqual(["desiredCount", "placementConstraints"]);
    expect(scaled(5, { machines: 5, held: 1, more: 3 }).unplaced).toMatchObject([
      { reason: "DEVICES", detail: expect.stringContaining("/dev/neuron0 is held by task t0") },
    ]);
  });

  it("down is left as it is", () => {
    expect(scaled(1, { machines: 5, held: 1, more: 3 }).steps).toMatchObject([
      { changes: [{ path: "desiredCount" }], update: { desiredCount: 1 } },
    ]);
  });

  it("has as many machines as its providers may start, and no more", () => {
    const { steps, unplaced } = scaled(6, { machines: 5, held: 0, more: 1 });
    expect([unplaced, steps[0]!.placement!.why]).toEqual([[], expect.stringContaining("1 new inf2.24xlarge of asg")]);
    expect(scaled(6, { machines: 5, held: 0, more: 0 }).unplaced).toMatchObject([{ reason: "STALL" }]);
  });
});

describe("a run of a definition that somebody else has registered, through a provider", () => {
  const mine = aDefinition("mine", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
  const planned = (count: number, { machines, held, more }: Cluster) =>
    planRegistered(mine, settingsOf(count, more), count, snapshotOf(machines, held), new Set());

  it("is started on the machines that are free, and the rest is refused where it would need a new one", () => {
    const { steps, unplaced } = planned(6, { machines: 5, held: 1, more: 3 });
    expect(steps.map(({ count, request }) => [count, excludedBy(request.placementConstraints)])).toEqual([
      [4, [without]],
    ]);
    expect(unplaced).toMatchObject([{ reason: "DEVICES", detail: expect.stringContaining("2 of 6 tasks: i-0:") }]);
  });

  it("leaves the rest to the provider where nobody is in the way", () => {
    const { steps, unplaced } = planned(6, { machines: 5, held: 0, more: 3 });
    expect([unplaced, steps.map(({ count, request }) => [count, excludedBy(request.placementConstraints)])]).toEqual([
      [],
      [[6, []]],
    ]);
  });

  it("says what is missing, and what keeps the provider from starting it", () => {
    const limit = "managed scaling of asg is off";
    const { unplaced } = planRegistered(mine, { ...settingsOf(6, 0), limit }, 6, snapshotOf(5, 0), new Set());
    expect(unplaced).toMatchObject([
      {
        detail: expect.stringContaining("1 of 6 tasks"),
        hint: `To make room: one more inf2.24xlarge of asg (${limit}).`,
      },
    ]);
  });

  it("never names the machines to go to, however many it has to stay away from", () => {
    const many = { machines: 170, held: 165, more: 0 };
    const constraints = planned(5, many).steps.map(({ request }) => excludedBy(request.placementConstraints));
    expect(constraints.map((each) => each.map((text) => text.split(" [")[0]))).toEqual([
      Array.from({ length: 3 }, () => "ec2InstanceId not_in"),
    ]);
    const onEc2 = planRegistered(
      mine,
      { ...plain, count: 5, enableExecuteCommand: false },
      5,
      snapshotOf(170, 165),
      new Set(),
    );
    expect(excludedBy(onEc2.steps[0]!.request.placementConstraints)[0]).toContain("ec2InstanceId in [");
  });
});

describe("runs, services and explanations of whole machines", () => {
  it("agree with a count by hand", () => {
    const seen = { refused: 0, grown: 0, excluded: 0, short: 0 };
    const some = (max: number, min = 0) => fc.integer({ min, max });
    fc.assert(
      fc.property(some(5), some(5), some(3), some(7, 1), (machines, holders, more, count) => {
        const held = Math.min(holders, machines);
        const cluster = { machines, held, more };
        const free = machines - held;
        const fits = count <= free || (held === 0 && count <= free + more);
        const ecs = whole(count);
        const run = runOn(cluster, ecs, count);
        const service = serviceOn(cluster, ecs);
        expect([run.unplaced.length === 0, service.unplaced.length === 0]).toEqual([fits, fits]);
        const reason = held > 0 && more > 0 ? "DEVICES" : undefined;
        if (!fits && reason !== undefined)
          expect([run.unplaced[0]!.reason, service.unplaced[0]!.reason]).toEqual([reason, reason]);
        const named = [
          ...run.steps.flatMap(({ request }) => excludedBy(request.placementConstraints)),
          ...excludedBy(service.steps[0]!.create!.placementConstraints),
        ];
        // Never the ids to go to, and none to keep off where a machine is to be started.
        expect(named.every((each) => each.includes(" not_in "))).toBe(true);
        if (fits && count > free) expect(named).toEqual([]);
        const explained = explainPlacement(snapshotOf(machines, held), definitionsOf(ecs), {
          count,
          capacityProviders: ["asg"],
        });
        expect(explained.possible).toBe(Math.min(count, free));
        seen.refused += Number(!fits && reason !== undefined);
        seen.grown += Number(fits && count > free);
        seen.excluded += Number(fits && held > 0);
        seen.short += Number(!fits && held === 0);
      }),
      { numRuns: runs(200), seed: 7 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThanOrEqual(Math.floor(runs(200) / 40));
  });
});
