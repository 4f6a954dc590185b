import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { isPacked, legalSizes, legalSlots, type Slot } from "../catalog/slots.ts";

/**
 * The free slot of `size` devices whose use destroys the least: first the fewest free slots of the largest size, then
 * of the next, as a buddy allocator keeps its large blocks. Of equals one that leaves room for the most replicas of its
 * own size; of these one that an empty instance would have, so that machines share task definitions; then the one with
 * the lowest number. Undefined only where no legal slot of that size is free.
 */
export function chooseSlot(type: InstanceType, taken: ReadonlySet<number>, size: number): Slot | undefined {
  return cheapestSlot(type, taken, size)?.slot;
}

/** What using a slot costs: how many free slots of each larger size it destroys, by size. */
export type SlotCost = readonly number[];

export interface PricedSlot {
  readonly slot: Slot;
  readonly cost: SlotCost;
}

/** As chooseSlot, with what the slot costs, to compare machines. */
export function cheapestSlot(type: InstanceType, taken: ReadonlySet<number>, size: number): PricedSlot | undefined {
  const larger = Array.from({ length: type.accelerator.count + 1 }, (_, each) =>
    each > size ? freeSlotsOf(type, taken, each) : [],
  );
  let best: PricedSlot | undefined;
  for (const slot of freeSlotsOf(type, taken, size)) {
    const cost = larger.map((slots) => slots.filter((each) => overlap(each, slot)).length);
    const difference =
      best === undefined
        ? -1
        : compareCosts(cost, best.cost) ||
          leftAfter(type, taken, best.slot) - leftAfter(type, taken, slot) ||
          Number(isPacked(best.slot)) - Number(isPacked(slot));
    if (difference < 0) best = { slot, cost };
  }
  return best;
}

/** How many more replicas of the slot's size fit once it is taken. */
function leftAfter(type: InstanceType, taken: ReadonlySet<number>, slot: Slot): number {
  return replicasThatFit(type, new Set([...taken, ...slot]), slot.length);
}

/** Below 0 when the first cost is the lower one: what it destroys of the largest size decides, then of the next. */
export function compareCosts(one: SlotCost, other: SlotCost): number {
  for (let size = Math.max(one.length, other.length) - 1; size > 0; size--) {
    const difference = (one[size] ?? 0) - (other[size] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Every free legal slot by size, ascending; slots of one size may overlap. Sizes of which none is free are left out.
 */
export function freeSlots(type: InstanceType, taken: ReadonlySet<number>): ReadonlyMap<number, readonly Slot[]> {
  const bySize = legalSizes(type).map((size) => [size, freeSlotsOf(type, taken, size)] as const);
  return new Map(bySize.filter(([, slots]) => slots.length > 0));
}

/** How many replicas of `size` devices the free devices carry: slots that do not overlap. */
export function replicasThatFit(type: InstanceType, taken: ReadonlySet<number>, size: number): number {
  let count = 0;
  let next = 0;
  // In ascending order the first that fits is never worse than a later one, in rows and in runs alike.
  for (const slot of freeSlotsOf(type, taken, size)) {
    if (slot[0]! < next) continue;
    count++;
    next = slot[slot.length - 1]! + 1;
  }
  return count;
}

/**
 * How far the free devices are from the largest slot that as many could form: 0 where they form it, towards 1 the more
 * they are scattered. 0 where nothing is free.
 */
export function fragmentation(type: InstanceType, taken: ReadonlySet<number>): number {
  const free = freeSlotsOf(type, taken, 1).length;
  if (free === 0) return 0;
  const possible = Math.max(...legalSizes(type).filter((size) => size <= free));
  const largest = Math.max(...freeSlots(type, taken).keys());
  return 1 - largest / possible;
}

function freeSlotsOf(type: InstanceType, taken: ReadonlySet<number>, size: number): readonly Slot[] {
  return legalSlots(type, size).filter((slot) => !slot.some((device) => taken.has(device)));
}

/** Slots are contiguous runs, so two overlap where neither ends before the other starts. */
function overlap(one: Slot, other: Slot): boolean {
  return one[0]! <= other[other.length - 1]! && other[0]! <= one[one.length - 1]!;
}
