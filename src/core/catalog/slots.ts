import type { InstanceType } from "./instance-types/instance-type.ts";
import { topologyOf } from "./topology.ts";

/** A legal set of Neuron devices on one instance, owned by one replica: device numbers in ascending order. */
export type Slot = readonly number[];

/** How many devices one replica may hold on the type, ascending. A Neuron type only. */
export function legalSizes(type: InstanceType): readonly number[] {
  return topologyOf(type)?.sizes ?? Array.from({ length: type.accelerator.count }, (_, index) => index + 1);
}

/** Every legal slot of `size` devices on the type, in ascending order of the first device; none for an illegal size. */
export function legalSlots(type: InstanceType, size: number): readonly Slot[] {
  if (!legalSizes(type).includes(size)) return [];
  const step = topologyOf(type)?.slots === "rows" ? size : 1;
  const slots: Slot[] = [];
  for (let first = 0; first + size <= type.accelerator.count; first += step) slots.push(slotAt(first, size));
  return slots;
}

/**
 * The disjoint slots that fill an empty instance, from device 0 on: what a reviewer sees before any cluster is read.
 */
export function packedSlots(type: InstanceType, size: number): readonly Slot[] {
  return legalSlots(type, size).filter(isPacked);
}

/** Whether the slot is one of those that fill an empty instance from device 0 on. */
export function isPacked(slot: Slot): boolean {
  return slot[0]! % slot.length === 0;
}

/** How many devices form one row of a type whose slots are aligned rows; undefined for other wirings. */
export function rowLengthOf(type: InstanceType): number | undefined {
  return topologyOf(type)?.slots === "rows" ? legalSizes(type).find((size) => size > 1) : undefined;
}

/** Whether the devices are a legal slot of the type. */
export function isLegalSlot(type: InstanceType, devices: readonly number[]): boolean {
  return legalSlots(type, devices.length).some((slot) => slot.every((device, index) => device === devices[index]));
}

/** `n0-3`: the slot's first and last device, as families, tags and tables name it. */
export function slotName(slot: Slot): string {
  return `n${slot[0]}-${slot[slot.length - 1]}`;
}

/** The host's path of a Neuron device. */
export function devicePath(device: number): string {
  return `/dev/neuron${device}`;
}

/** The number of a Neuron device from its path; undefined for any other path. */
export function deviceNumber(path: string): number | undefined {
  const match = /^\/dev\/neuron(0|[1-9]\d*)$/.exec(path);
  return match === null ? undefined : Number(match[1]);
}

function slotAt(first: number, size: number): Slot {
  return Array.from({ length: size }, (_, index) => first + index);
}
