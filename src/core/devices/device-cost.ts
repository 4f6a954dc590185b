import { present } from "../base/present.ts";
import { shareUsd, sumUsd, type Cost } from "../catalog/instance-types/cost.ts";
import { priceList, priceOf } from "../catalog/instance-types/price.ts";
import type { MappedInstance } from "./device-map.ts";

/** What one machine costs an hour, and what of that its idle devices are. */
export interface InstanceCost {
  readonly pricePerHour: number;
  readonly idlePerHour: number;
}

/** What the accelerated machines of a cluster cost an hour, at the list's on-demand prices. */
export interface DevicesCost extends Omit<Cost, "perHour" | "parts"> {
  /** Of all of them; left out where no price is known. */
  readonly perHour?: number;
  /** Of the devices that are idle, each with its part of its machine. */
  readonly idlePerHour?: number;
  readonly idleDevices: number;
}

/** Undefined where the list has no price of the type. */
export function costOfInstance(
  instance: Pick<MappedInstance, "instanceType" | "devices" | "missing">,
): InstanceCost | undefined {
  const price = priceOf(instance)?.usdPerHour;
  const count = instance.devices.length + (instance.missing?.count ?? 0);
  return price === undefined || count === 0
    ? undefined
    : { pricePerHour: price, idlePerHour: shareUsd(price, idleIn(instance) / count) };
}

/**
 * What the instances cost together.
 *
 * @param region Where they are, as far as that is known.
 */
export function costOfInstances(instances: readonly MappedInstance[], region: string | undefined): DevicesCost {
  const unpriced = instances.filter(({ pricePerHour }) => pricePerHour === undefined);
  const known = instances.length > unpriced.length;
  return {
    ...priceList,
    ...present({
      machinesIn: region === priceList.region ? undefined : region,
      perHour: known ? sumUsd(instances.flatMap(({ pricePerHour }) => pricePerHour ?? [])) : undefined,
      idlePerHour: known ? sumUsd(instances.flatMap(({ idlePerHour }) => idlePerHour ?? [])) : undefined,
      unpriced: unpriced.length === 0 ? undefined : [...new Set(unpriced.map(({ instanceType }) => instanceType))],
    }),
    idleDevices: instances.reduce((sum, each) => sum + idleIn(each), 0),
  };
}

/** Devices that nobody holds, and GPUs that nobody can have since the agent did not register them. */
function idleIn({ devices, missing }: Pick<MappedInstance, "devices" | "missing">): number {
  return devices.filter(({ state }) => state === "free").length + (missing?.count ?? 0);
}
