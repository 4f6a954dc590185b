import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EcsWorkload } from "../../../src/core/ecs/resolve-for-ecs.ts";
import { ecsOf } from "../../support/ecs.ts";
import { depth } from "../../support/planner-fuzz/depth.ts";
import { drawn, type Drawn } from "../../support/planner-fuzz/drawn.ts";
import { placesFor } from "../../support/planner-fuzz/free-slots.ts";
import { provider } from "../../support/planner-fuzz/fuzz-world.ts";
import { ServicePlay } from "../../support/planner-fuzz/service-play.ts";
import { sizesOf, workloadOf } from "../../support/planner-fuzz/wishes.ts";

/**
 * A service in awsvpc mode has whole machines, and a large part of each. Where nothing but the devices is short there
 * is more to see; sixteen services on one machine show no more than four.
 */
const service = drawn.map((given): Drawn => {
  const { wish, machines, holders, luck } = given;
  const whole = { types: wish.types.slice(0, 1), devices: 16, size: "share" } as const;
  const rows = wish.devices < 4 && wish.types.includes("trn1.32xlarge") ? { devices: 4 as const } : {};
  return {
    ...given,
    machines: luck % 4 === 0 ? machines : machines.map((each) => ({ ...each, leaves: undefined })),
    holders: holders.slice(0, luck % 5),
    wish: {
      ...wish,
      ...rows,
      ...(wish.mode === "awsvpc" ? whole : {}),
      // A group of several types starts whichever it likes.
      ...(wish.provider === undefined ? {} : { types: wish.types.slice(0, 1) }),
      count: Math.ceil(wish.count / 4),
      zone: false,
      group: undefined,
      distinct: false,
    },
  };
});

const rollouts = [
  { minimumHealthyPercent: 100, maximumPercent: 200 },
  { minimumHealthyPercent: 0, maximumPercent: 100 },
  { minimumHealthyPercent: 50, maximumPercent: 150 },
] as const;

/** The workload in its first or second version. */
function serviceOf(given: Drawn, version: number): EcsWorkload {
  const workload = workloadOf(given.wish);
  return ecsOf(
    {
      ...workload,
      kind: "service",
      image: `chip:${version}`,
      replicas: given.wish.count,
      ecs: {
        ...workload.ecs,
        ...(given.wish.provider === undefined ? { capacity: "ec2" as const } : { capacity: { provider } }),
        service: { deploymentConfiguration: rollouts[given.luck % 3]! },
      },
    },
    { lockPortBase: given.base },
  );
}

describe("services on devices that ECS does not schedule", () => {
  it("start nothing on a held device, now or later, plan nothing that ECS refuses, and find every free slot", () => {
    const seen = { placed: 0, stalled: 0, updated: 0, stuck: 0 };
    fc.assert(
      fc.property(service, (given) => {
        const { wish, machines } = given;
        const play = new ServicePlay(given);
        const first = serviceOf(given, 1);
        const impaired = (id: string) => machines[Number(id)]!.impaired;
        const places = placesFor(play.world, wish, sizesOf(first), impaired, true);
        const plan = play.plan(first);
        const stalled = play.deploy(plan);
        expect(play.harm).toEqual([]);
        if (plan.unplaced.length === 0) expect(stalled).toEqual([]);
        if (places >= wish.count) expect(plan.unplaced).toEqual([]);
        play.passTime(8, wish.types[0]!);
        expect(play.harm).toEqual([]);
        const replaceable = play.isReplaceable();
        const next = play.plan(serviceOf(given, 2));
        const stuck = play.deploy(next);
        expect(play.harm).toEqual([]);
        if (next.unplaced.length === 0) expect(stuck).toEqual([]);
        if (replaceable) expect(next.unplaced).toEqual([]);
        play.passTime(8, wish.types[0]!);
        expect(play.harm).toEqual([]);
        seen[plan.unplaced.length === 0 ? "placed" : "stalled"]++;
        seen[next.unplaced.length === 0 ? "updated" : "stuck"]++;
      }),
      depth(0.25),
    );
    // A fraction of what is seen usually: the clusters must be worth something.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(depth(0.25).numRuns / 10);
  });
});
