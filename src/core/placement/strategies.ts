import { problem, Refusal } from "../base/problem.ts";
import { strategyFault, type PlacementStrategy } from "../ecs-api/placement-strategy.ts";
import type { InstanceState } from "./instance-state.ts";

/**
 * What ECS does for a service without a strategy: spread over the zones, then over the instances with the fewest of its
 * tasks. For RunTask AWS's pages differ; this is taken for both.
 */
export const defaultStrategy: readonly PlacementStrategy[] = [
  { type: "spread", field: "attribute:ecs.availability-zone" },
  { type: "spread", field: "instanceId" },
];

/** Chooses the room of the next task among those that can take it. */
export interface Chooser {
  /** Undefined where there is none to choose from. */
  choose(candidates: Iterable<InstanceState>): InstanceState | undefined;
  /** To be called when a task was placed. */
  placed(instanceState: InstanceState): void;
}

/** The lower, the better; `placed` keeps what it counts up to date. */
interface Measure {
  readonly of: (instanceState: InstanceState) => number;
  readonly placed?: (instanceState: InstanceState) => void;
}

/**
 * Placement strategies in their order: each narrows what the ones before it left. Of equals the first room wins, or
 * with `random` one that the generator picks.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
 *
 * @param random Numbers from 0 up to 1; without it `random` takes the first as well.
 * @throws Refusal for a strategy that ECS does not have.
 */
export function chooserFor(
  strategies: readonly PlacementStrategy[],
  instanceStates: readonly InstanceState[],
  group: string,
  random: () => number = () => 0,
): Chooser {
  const picks = strategies.findIndex(({ type }) => type === "random");
  const ordered = picks < 0 ? strategies : strategies.slice(0, picks);
  const measures = ordered.map((strategy, index) => measureOf(strategy, index, instanceStates, group));
  return {
    choose: (candidates) => {
      const best = narrow(candidates, measures);
      return picks < 0 ? best[0] : best[Math.floor(random() * best.length)];
    },
    placed: (instanceState) => {
      for (const measure of measures) measure.placed?.(instanceState);
    },
  };
}

/** Every candidate that is the best by the first measure, of these by the second, and so on. */
function narrow(candidates: Iterable<InstanceState>, measures: readonly Measure[]): readonly InstanceState[] {
  let best: InstanceState[] = [];
  let lowest: readonly number[] = [];
  for (const instanceState of candidates) {
    const values = measures.map((measure) => measure.of(instanceState));
    const difference = best.length === 0 ? -1 : compare(values, lowest);
    if (difference > 0) continue;
    if (difference < 0) {
      best = [];
      lowest = values;
    }
    best.push(instanceState);
  }
  return best;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - other[index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function measureOf(
  strategy: PlacementStrategy,
  index: number,
  instanceStates: readonly InstanceState[],
  group: string,
): Measure {
  const fault = strategyFault(strategy);
  if (fault !== undefined)
    throw new Refusal([problem("placement-strategy", ["placementStrategy", index, fault.key], fault.message)]);
  const field = strategy.field!;
  // The least left that still fits.
  if (strategy.type === "binpack")
    return field.toLowerCase() === "memory"
      ? { of: (instanceState) => instanceState.memoryMiB }
      : { of: (instanceState) => instanceState.cpu };
  return field.startsWith("attribute:")
    ? spreadBy(field.slice("attribute:".length), instanceStates, group)
    : { of: (instanceState) => instanceState.groups.get(group) ?? 0 };
}

/** Counts the group's tasks by the attribute's value. Instances without it count together: AWS does not say. */
function spreadBy(attribute: string, instanceStates: readonly InstanceState[], group: string): Measure {
  const valueOf = ({ instance: { attributes } }: InstanceState) =>
    Object.hasOwn(attributes, attribute) ? attributes[attribute]! : "";
  const counts = new Map<string, number>();
  const add = (instanceState: InstanceState, count: number) =>
    counts.set(valueOf(instanceState), (counts.get(valueOf(instanceState)) ?? 0) + count);
  for (const instanceState of instanceStates) add(instanceState, instanceState.groups.get(group) ?? 0);
  return {
    of: (instanceState) => counts.get(valueOf(instanceState)) ?? 0,
    placed: (instanceState) => add(instanceState, 1),
  };
}
