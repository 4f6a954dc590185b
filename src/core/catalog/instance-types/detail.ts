import { present } from "../../base/present.ts";
import { legalSizes, legalSlots, type Slot } from "../slots.ts";
import { amiFamiliesFor } from "../machine-images/amis.ts";
import type { InstanceType, Topology } from "./instance-type.ts";
import { summariseInstanceType, type InstanceTypeSummary } from "./summary.ts";
import { topologyOf } from "../topology.ts";

/** Everything that the catalogue knows of one instance type. */
export interface InstanceTypeDetail extends InstanceTypeSummary {
  /**
   * The sets of Neuron devices that one replica may hold, by size; none for an
   * accelerator that the orchestrator hands out.
   */
  readonly legalSlots: readonly { readonly devices: number; readonly slots: readonly Slot[] }[];
  readonly topology?: Topology;
  readonly amiFamilies: readonly string[];
}

export function describeInstanceType(type: InstanceType): InstanceTypeDetail {
  const topology = topologyOf(type);
  return {
    ...summariseInstanceType(type),
    legalSlots:
      topology === undefined ? [] : legalSizes(type).map((devices) => ({ devices, slots: legalSlots(type, devices) })),
    ...present({ topology }),
    amiFamilies: amiFamiliesFor(type),
  };
}
