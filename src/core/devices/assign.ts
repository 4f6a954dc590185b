import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { Heap } from "../base/heap.ts";
import { cheapestSlot, compareCosts, type PricedSlot } from "./allocate.ts";
import type { Slot } from "../catalog/slots.ts";

/** A machine that may take replicas of `size` devices. */
export interface Machine {
  readonly id: string;
  readonly type: InstanceType;
  /** The devices that somebody holds. */
  readonly taken: ReadonlySet<number>;
  readonly size: number;
  /** How many replicas its CPU, memory and the rest have room for. */
  readonly room: number;
  /** How many replicas of the workload run on it already. */
  readonly replicas: number;
}

export interface SlotAssignment {
  readonly machine: Machine;
  readonly slot: Slot;
}

interface State {
  readonly machine: Machine;
  readonly order: number;
  readonly taken: Set<number>;
  readonly priced: PricedSlot;
  readonly assigned: number;
}

/**
 * Assigns a slot to each of up to `count` replicas; fewer only where no machine has a free legal slot and room left.
 *
 * `pack` takes the slot that destroys the least of the larger ones, wherever it is; `spread` takes the machine with the
 * fewest replicas of the workload first, then the one with the fewest devices taken. Of equals the first machine and
 * the lowest slot win, so that the same cluster gives the same answer.
 */
export function assignSlots(
  machines: readonly Machine[],
  count: number,
  strategy: "pack" | "spread",
): readonly SlotAssignment[] {
  const price = slotPricer();
  const replicas = ({ machine, assigned }: State) => machine.replicas + assigned;
  const emptier = (one: State, other: State) => replicas(one) - replicas(other) || one.taken.size - other.taken.size;
  const queue = new Heap<State>(
    (one, other) =>
      (strategy === "spread" ? emptier(one, other) : 0) ||
      compareCosts(one.priced.cost, other.priced.cost) ||
      one.order - other.order,
  );
  const enqueue = (state: Omit<State, "priced">) => {
    const priced = state.assigned < state.machine.room ? price(state.machine, state.taken) : undefined;
    if (priced !== undefined) queue.push({ ...state, priced });
  };
  for (const [order, machine] of machines.entries())
    enqueue({ machine, order, taken: new Set(machine.taken), assigned: 0 });
  const assignments: SlotAssignment[] = [];
  while (assignments.length < count) {
    const best = queue.pop();
    if (best === undefined) break;
    const { machine, taken, priced } = best;
    assignments.push({ machine, slot: priced.slot });
    for (const device of priced.slot) taken.add(device);
    enqueue({ ...best, assigned: best.assigned + 1 });
  }
  return assignments;
}

/** Prices each (type, taken devices, size) once: a large cluster has few different ones. */
function slotPricer(): (machine: Machine, taken: ReadonlySet<number>) => PricedSlot | undefined {
  const known = new Map<string, PricedSlot | undefined>();
  return ({ type, size }, taken) => {
    const key = `${type.instanceType} ${size} ${[...taken].sort((one, other) => one - other).join()}`;
    if (!known.has(key)) known.set(key, cheapestSlot(type, taken, size));
    return known.get(key);
  };
}
