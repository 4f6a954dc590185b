import type { Slot } from "../catalog/slots.ts";
import type { Host } from "./hosts.ts";

/** A slot on one machine, for one replica. */
export interface PlacedSlot {
  readonly slot: Slot;
  readonly host: Host;
}

/** Machines that a slot has to leave to others of the same plan, by their EC2 ids. */
export interface LeftToOthers {
  /** The slot is free there and takes devices of another one that the plan has there. */
  readonly spoiled: readonly string[];
  /** The slot is free there, and the plan needs the room for others. */
  readonly crowded: readonly string[];
}

/**
 * What each slot of a plan has to leave to the others, by its first device, so that whichever machines ECS chooses, in
 * whatever order, each slot still has every machine that the plan has it on. Nothing else is left out.
 *
 * @param assigned The replicas of one shape: slots of one size.
 * @param hosts The machines of that shape.
 */
export function leaveToOthers(
  assigned: readonly PlacedSlot[],
  hosts: readonly Host[],
): ReadonlyMap<number, LeftToOthers> {
  const slots = new Map(assigned.map(({ slot }) => [slot[0]!, slot]));
  const left = new Map([...slots.keys()].map((first) => [first, { spoiled: [] as string[], crowded: [] as string[] }]));
  const planned = new Map<string, Set<number>>();
  for (const { slot, host } of assigned) planned.set(host.id, (planned.get(host.id) ?? new Set()).add(slot[0]!));
  for (const host of hosts) {
    // Where the plan has nobody, nobody is in the way.
    const own = planned.get(host.id);
    if (own === undefined || host.instance === undefined) continue;
    const { ec2InstanceId } = host.instance;
    const used = new Set([...own].flatMap((first) => slots.get(first)!));
    const visitors = [...slots.values()].filter((slot) => !own.has(slot[0]!) && isFree(slot, host));
    const [spoiling, others] = [
      visitors.filter((slot) => meets(slot, used)),
      visitors.filter((slot) => !meets(slot, used)),
    ];
    for (const slot of spoiling) left.get(slot[0]!)!.spoiled.push(ec2InstanceId);
    // As many visitors as there is room for besides harm nobody.
    for (const slot of others.slice(Math.max(0, host.room - own.size))) left.get(slot[0]!)!.crowded.push(ec2InstanceId);
  }
  return left;
}

function isFree(slot: Slot, { taken }: Host): boolean {
  return !meets(slot, taken);
}

function meets(slot: Slot, devices: ReadonlySet<number>): boolean {
  return slot.some((device) => devices.has(device));
}
