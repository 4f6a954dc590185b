/** What ECS may make of the plan of a run. */
import type { RunRound } from "../../../src/core/plan/run-plan.ts";
import { asBadlyAsCan, atRandom, play, search, type Asked } from "./adversary.ts";
import { luckOf, type Drawn } from "./drawn.ts";
import type { EmittedDefinition } from "./ecs-referee.ts";
import { FuzzWorld } from "./fuzz-world.ts";

/** Every harm, and of each game how many tasks ECS had no place for. */
export interface Worst {
  readonly harm: readonly string[];
  readonly refused: readonly string[];
  /** The most tasks that it refused in one game. */
  readonly mostRefused: number;
}

/**
 * Has ECS carry the steps out at random and as badly as it can, over and over, on the cluster as it was drawn.
 *
 * @param definition What a step without a definition of its own runs.
 */
export function worstOf(given: Drawn, { steps }: RunRound, definition?: EmittedDefinition): Worst {
  const asked = steps.map((step) => askedBy(step, step.definition ?? definition!));
  const most = given.wish.provider?.mayGrow ?? 0;
  const outcomes = [0, 1, 2, 3].map((game) => {
    const world = new FuzzWorld(given);
    const luck = luckOf(given.luck + game);
    let added = 0;
    const grow = () => {
      if (added === most) return false;
      added++;
      world.addMachine(given.wish.types[0]!);
      return true;
    };
    // Where machines have to be started, they may all be there before the first task is placed.
    if (game % 2 === 1 && asked.some(({ count, machines }) => machines.length < count)) while (grow());
    const choose = game < 2 ? atRandom(luck) : asBadlyAsCan(world.referee, asked);
    return play(world.referee, asked, { choose, luck, grow });
  });
  const searched = most === 0 ? search(new FuzzWorld(given).referee, asked, 60) : undefined;
  const all = searched === undefined ? outcomes : [...outcomes, searched];
  return {
    harm: all.flatMap(({ harm }) => harm),
    refused: all.flatMap(({ refused }) => refused),
    mostRefused: Math.max(...outcomes.map(({ missing }) => missing)),
  };
}

function askedBy({ request, count, machines = [] }: RunRound["steps"][number], definition: EmittedDefinition): Asked {
  const { placementConstraints: constraints = [], group = `family:${definition.family}` } = request;
  const provider = request.capacityProviderStrategy?.[0]?.capacityProvider;
  return {
    count,
    machines: machines.map((id) => id.slice("i-".length)),
    request: { definition, constraints, group, ...(provider === undefined ? {} : { provider }) },
  };
}
