import type { Slot } from "../catalog/slots.ts";
import type { Host } from "./hosts.ts";

/** A slot on one machine, for one replica. */
export interface PlacedSlot {
  readonly slot: Slot;
  readonly host: Host;
}

/** Machines that a slot has to leave to others of the same plan, by their EC2 ids. */
export interface LeftToOthers {
  /** The slot is free there and takes devices of another one that the plan has there, or may come to have there. */
  readonly overlapping: readonly string[];
  /** The slot is free there, and the plan needs the room for others. */
  readonly crowded: readonly string[];
}

/**
 * What each slot of a plan has to leave to the others, by its first device, so that whichever machines ECS chooses, in
 * whatever order, each slot still has every machine that the plan has it on, and no two come to one device. Nothing
 * else is left out.
 *
 * @param assigned The replicas of one shape: slots of one size.
 * @param hosts The machines of that shape.
 * @param locked Whether lock ports keep slots that share a device apart, wherever ECS places them.
 */
export function leaveToOthers(
  assigned: readonly PlacedSlot[],
  hosts: readonly Host[],
  locked: boolean,
): ReadonlyMap<number, LeftToOthers> {
  const slots = new Map(assigned.map(({ slot }) => [slot[0]!, slot]));
  const left = new Map(
    [...slots.keys()].map((first) => [first, { overlapping: [] as string[], crowded: [] as string[] }]),
  );
  const planned = new Map<string, Set<number>>();
  for (const { slot, host } of assigned) planned.set(host.id, (planned.get(host.id) ?? new Set()).add(slot[0]!));
  for (const host of hosts) {
    if (host.instance === undefined) continue;
    const { ec2InstanceId } = host.instance;
    const own = planned.get(host.id) ?? new Set();
    const used = new Set([...own].flatMap((first) => slots.get(first)!));
    // Where the plan has nobody, nobody is in the way.
    let places = own.size === 0 ? Infinity : host.room - own.size;
    for (const [first, slot] of slots) {
      if (own.has(first) || meets(slot, host.taken)) continue;
      if (meets(slot, used)) left.get(first)!.overlapping.push(ec2InstanceId);
      // As many visitors as there is room for besides harm nobody.
      else if (places-- <= 0) left.get(first)!.crowded.push(ec2InstanceId);
      else if (!locked) for (const device of slot) used.add(device);
    }
  }
  return left;
}

function meets(slot: Slot, devices: ReadonlySet<number>): boolean {
  return slot.some((device) => devices.has(device));
}
