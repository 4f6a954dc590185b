/** A strategy of capacity providers, as ECS divides tasks by it. */
import { placeTasks, type Placed, type PlaceSpec } from "./placement.ts";
import { waitForCapacity } from "./waiting-tasks.ts";
import type { World } from "./world.ts";

export interface StrategyItem {
  readonly capacityProvider?: string;
  readonly base?: number;
  readonly weight?: number;
}

/** So many tasks of a provider. */
export interface ProviderShare {
  readonly capacityProvider: string;
  readonly count: number;
}

/**
 * How new tasks are divided: first the base of the one that has one, then by weight; a single provider has them all.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 *
 * @param there How many tasks each provider has of those that the strategy is for.
 */
export function shareOut(
  strategy: readonly StrategyItem[],
  count: number,
  there: ReadonlyMap<string, number> = new Map(),
): readonly ProviderShare[] {
  const items = strategy.map(({ capacityProvider = "", base = 0, weight = 0 }) => ({
    name: capacityProvider,
    base,
    weight: strategy.length === 1 ? 1 : weight,
    before: there.get(capacityProvider) ?? 0,
    given: 0,
  }));
  const behind = (item: (typeof items)[number]) =>
    (Math.max(0, item.before + item.given - item.base) + 1) / item.weight;
  for (let task = 0; task < count; task++) {
    const based = items.find(({ base, before, given }) => before + given < base);
    const weighted = items.filter(({ weight }) => weight > 0).toSorted((one, other) => behind(one) - behind(other));
    const chosen = based ?? weighted[0];
    if (chosen !== undefined) chosen.given++;
  }
  return items.flatMap(({ name, given }) => (given === 0 ? [] : [{ capacityProvider: name, count: given }]));
}

/**
 * Starts tasks with the providers of a strategy. A task is for the one provider that it was given to: where that has no
 * room it waits there, or has no place, whatever room another has.
 *
 * @param waits Whether tasks wait for the provider.
 */
export function placeByStrategy(
  world: World,
  spec: PlaceSpec,
  shares: readonly ProviderShare[],
  placementStrategy: PlaceSpec["placementStrategy"],
  waits: (capacityProvider: string) => boolean,
): Placed {
  const placed = shares.map(({ capacityProvider, count }): Placed => {
    const own = { ...spec, capacityProvider, capacityProviders: [capacityProvider] };
    const found = placeTasks(world, own, count, placementStrategy);
    if (!waits(capacityProvider)) return found;
    const waiting = Array.from({ length: count - found.tasks.length }, () =>
      waitForCapacity(world, own, placementStrategy),
    );
    return { tasks: [...found.tasks, ...waiting], failures: [] };
  });
  const exception = placed.find((each) => each.exception !== undefined)?.exception;
  return {
    tasks: placed.flatMap(({ tasks }) => tasks),
    failures: placed.flatMap(({ failures }) => failures),
    ...(exception === undefined ? {} : { exception }),
  };
}

/** What ECS refuses of a strategy; undefined where nothing. */
export function wrongStrategy(strategy: readonly StrategyItem[]): string | undefined {
  if (strategy.filter(({ base = 0 }) => base > 0).length > 1)
    return "Only one capacity provider in a capacity provider strategy can have a base defined.";
  return strategy.length > 1 && strategy.every(({ weight = 0 }) => weight === 0)
    ? "At least one capacity provider of the strategy must have a weight greater than 0."
    : undefined;
}
