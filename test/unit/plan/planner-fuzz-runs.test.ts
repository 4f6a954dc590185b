import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRun } from "../../../src/core/plan/plan-run.ts";
import type { RunRound } from "../../../src/core/plan/run-plan.ts";
import { ecsOf } from "../../support/ecs.ts";
import { asBadlyAsCan, atRandom, play, search, type Asked } from "../../support/planner-fuzz/adversary.ts";
import { depth, patience } from "../../support/planner-fuzz/depth.ts";
import { drawn, luckOf, type Drawn } from "../../support/planner-fuzz/drawn.ts";
import { placesFor } from "../../support/planner-fuzz/free-slots.ts";
import { FuzzWorld } from "../../support/planner-fuzz/fuzz-world.ts";
import { settingsOf, sizesOf, workloadOf } from "../../support/planner-fuzz/wishes.ts";

/** What ECS is asked for. */
function askedBy({ steps }: RunRound): readonly Asked[] {
  return steps.map(({ definition, request, count, machines = [] }) => ({
    count,
    machines: machines.map((id) => id.slice("i-".length)),
    request: {
      definition: definition!,
      constraints: request.placementConstraints ?? [],
      group: request.group ?? `family:${definition!.family}`,
      ...(request.capacityProviderStrategy === undefined
        ? {}
        : { provider: request.capacityProviderStrategy[0]!.capacityProvider }),
    },
  }));
}

/** Everything that ECS may make of a round: harm and refusals, each in words. */
function worst(given: Drawn, round: RunRound): readonly string[] {
  const { wish, luck } = given;
  const asked = askedBy(round);
  const found: string[] = [];
  for (let game = 0; game < 4; game++) {
    const world = new FuzzWorld(given);
    const random = luckOf(luck + game);
    let added = 0;
    const grow = () => {
      if (added === (wish.provider?.mayGrow ?? 0)) return false;
      added++;
      world.addMachine(wish.types[0]!);
      return true;
    };
    if (game % 2 === 1) while (grow());
    const choose = game < 2 ? atRandom(random) : asBadlyAsCan(world.referee, asked);
    const { harm, refused } = play(world.referee, asked, { choose, luck: random, grow });
    found.push(...harm, ...refused.map((each) => `refused: ${each}`));
  }
  if (wish.provider === undefined || wish.provider.mayGrow === 0) {
    const outcome = search(new FuzzWorld(given).referee, asked, 60);
    if (outcome !== undefined) found.push(...outcome.harm, ...outcome.refused.map((each) => `refused: ${each}`));
  }
  return found;
}

describe("a run on devices that ECS does not schedule", () => {
  it(
    "starts nothing on a held device, plans nothing that ECS refuses, and finds every free slot, whatever ECS chooses",
    () => {
      const seen = { planned: 0, short: 0, excluding: 0, grown: 0 };
      fc.assert(
        fc.property(drawn, (given) => {
          const { wish } = given;
          const world = new FuzzWorld(given);
          const ecs = ecsOf(workloadOf(wish), { lockPortBase: given.base });
          const round = planRun(ecs, settingsOf(wish), wish.count, world.snapshot(), new Set());
          const planned = round.steps.reduce((sum, { count }) => sum + count, 0);
          expect(worst(given, round)).toEqual([]);
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
      console.log(seen);
    },
    patience,
  );
});
