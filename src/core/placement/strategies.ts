import { problem, Refusal } from "../base/problem.ts";
import { strategyFault, type PlacementStrategy } from "../ecs-api/placement-strategy.ts";
import type { Room } from "./room.ts";

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
  choose(candidates: Iterable<Room>): Room | undefined;
  /** To be called when a task was placed. */
  placed(room: Room): void;
}

/** The lower, the better; `placed` keeps what it counts up to date. */
interface Measure {
  readonly of: (room: Room) => number;
  readonly placed?: (room: Room) => void;
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
  rooms: readonly Room[],
  group: string,
  random: () => number = () => 0,
): Chooser {
  const picks = strategies.findIndex(({ type }) => type === "random");
  const ordered = picks < 0 ? strategies : strategies.slice(0, picks);
  const measures = ordered.map((strategy, index) => measureOf(strategy, index, rooms, group));
  return {
    choose: (candidates) => {
      const best = narrow(candidates, measures);
      return picks < 0 ? best[0] : best[Math.floor(random() * best.length)];
    },
    placed: (room) => {
      for (const measure of measures) measure.placed?.(room);
    },
  };
}

/** Every candidate that is the best by the first measure, of these by the second, and so on. */
function narrow(candidates: Iterable<Room>, measures: readonly Measure[]): readonly Room[] {
  let best: Room[] = [];
  let lowest: readonly number[] = [];
  for (const room of candidates) {
    const values = measures.map((measure) => measure.of(room));
    const difference = best.length === 0 ? -1 : compare(values, lowest);
    if (difference > 0) continue;
    if (difference < 0) {
      best = [];
      lowest = values;
    }
    best.push(room);
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

function measureOf(strategy: PlacementStrategy, index: number, rooms: readonly Room[], group: string): Measure {
  const fault = strategyFault(strategy);
  if (fault !== undefined)
    throw new Refusal([problem("placement-strategy", ["placementStrategy", index, fault.key], fault.message)]);
  const field = strategy.field!;
  // The least left that still fits.
  if (strategy.type === "binpack")
    return field.toLowerCase() === "memory" ? { of: (room) => room.memoryMiB } : { of: (room) => room.cpu };
  return field.startsWith("attribute:")
    ? spreadBy(field.slice("attribute:".length), rooms, group)
    : { of: (room) => room.groups.get(group) ?? 0 };
}

/** Counts the group's tasks by the attribute's value. Instances without it count together: AWS does not say. */
function spreadBy(attribute: string, rooms: readonly Room[], group: string): Measure {
  const valueOf = ({ instance: { attributes } }: Room) =>
    Object.hasOwn(attributes, attribute) ? attributes[attribute]! : "";
  const counts = new Map<string, number>();
  const add = (room: Room, count: number) => counts.set(valueOf(room), (counts.get(valueOf(room)) ?? 0) + count);
  for (const room of rooms) add(room, room.groups.get(group) ?? 0);
  return { of: (room) => counts.get(valueOf(room)) ?? 0, placed: (room) => add(room, 1) };
}
