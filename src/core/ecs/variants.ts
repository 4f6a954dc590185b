import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { isPacked, legalSlots, slotName, type Slot } from "../catalog/slots.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";

/** One (instance type, slot) of a workload: on ECS each is a task definition. */
export interface Variant {
  /** Family and service name. */
  readonly name: string;
  readonly shape: Shape;
  /** The devices of the slot; undefined where ECS chooses them (GPU, none). */
  readonly slot?: Slot;
}

/**
 * Every variant that may ever be placed, by every legal slot. The name says the instance type where there is more than
 * one variant, and the slot wherever the type has more than one of that size, so that no two variants share a family.
 */
export function everyVariantOf(workload: ResolvedWorkload): readonly Variant[] {
  const shaped = workload.shapes.map((shape) => ({ shape, slots: slotsOf(shape) }));
  const alone = shaped.length === 1 && shaped[0]!.slots.length === 1;
  return shaped.flatMap(({ shape, slots }) =>
    slots.map((slot): Variant => {
      const type = shape.instanceTypes[0];
      const parts = [
        workload.name,
        ...(type === undefined ? [] : [type.instanceType.replace(/\./g, "-")]),
        ...(slot === undefined || slots.length === 1 ? [] : [slotName(slot)]),
      ];
      return { name: alone ? workload.name : parts.join("-"), shape, ...present({ slot }) };
    }),
  );
}

/** The variants on empty instances: for a part of a Neuron instance, the disjoint slots that fill one. */
export function variantsOf(workload: ResolvedWorkload): readonly Variant[] {
  return everyVariantOf(workload).filter(({ slot }) => slot === undefined || isPacked(slot));
}

/** Every legal slot of the shape; one that is undefined where ECS chooses the devices. */
function slotsOf({ instanceTypes, request }: Shape): readonly (Slot | undefined)[] {
  const type: InstanceType | undefined = instanceTypes[0];
  return type === undefined || request.kind !== "neuron" ? [undefined] : legalSlots(type, request.devices);
}
