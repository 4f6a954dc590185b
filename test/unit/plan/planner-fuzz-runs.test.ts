import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRun } from "../../../src/core/plan/plan-run.ts";
import { ecsOf } from "../../support/ecs.ts";
import { worstOf } from "../../support/planner-fuzz/adversaries-of-run.ts";
import { depth } from "../../support/planner-fuzz/depth.ts";
import { drawn } from "../../support/planner-fuzz/drawn.ts";
import { placesFor } from "../../support/planner-fuzz/free-slots.ts";
import { FuzzWorld } from "../../support/planner-fuzz/fuzz-world.ts";
import { settingsOf, sizesOf, workloadOf } from "../../support/planner-fuzz/wishes.ts";

describe("a run on devices that ECS does not schedule", () => {
  it("starts nothing on a held device, plans nothing that ECS refuses, and finds every free slot, whatever ECS chooses", () => {
    const seen = { planned: 0, short: 0, excluding: 0, grown: 0 };
    fc.assert(
      fc.property(drawn, (given) => {
        const { wish } = given;
        const world = new FuzzWorld(given);
        const ecs = ecsOf(workloadOf(wish), { lockPortBase: given.base });
        const round = planRun(ecs, settingsOf(wish), wish.count, world.snapshot(), new Set());
        const planned = round.steps.reduce((sum, { count }) => sum + count, 0);
        const { harm, refused } = worstOf(given, round);
        expect({ harm, refused }).toEqual({ harm: [], refused: [] });
        const impaired = (id: string) => given.machines[Number(id)]!.impaired;
        const places = placesFor(world, wish, sizesOf(ecs), impaired);
        if (planned < Math.min(places, wish.count))
          expect({ planned }).toEqual({ planned: Math.min(places, wish.count) });
        expect(round.unplaced.length).toBe(planned < wish.count ? 1 : 0);
        if ((wish.provider?.mayGrow ?? 0) === 0) expect(planned).toBe(Math.min(places, wish.count));
        if (planned > places) seen.grown++;
        if (planned > 0) seen.planned++;
        if (planned < wish.count) seen.short++;
        if (round.steps.some(({ request }) => JSON.stringify(request).includes("not_in"))) seen.excluding++;
      }),
      depth(),
    );
    // A fraction of what is seen usually: the clusters must be worth something.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(depth().numRuns / 50);
  });
});
