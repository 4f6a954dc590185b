import { present } from "../../base/present.ts";
import { devicePath } from "../slots.ts";
import { priceOf, type Price } from "./price.ts";
import type { InstanceType } from "./instance-type.ts";

/** An instance type with what a list shows of it. */
export interface InstanceTypeSummary {
  readonly type: InstanceType;
  /** The Neuron devices on the host, ascending; none for an accelerator that the orchestrator hands out. */
  readonly devicePaths: readonly string[];
  readonly price?: Price;
}

export function summariseInstanceType(type: InstanceType): InstanceTypeSummary {
  const { kind, count } = type.accelerator;
  const price = priceOf(type);
  return {
    type,
    devicePaths: kind === "neuron" ? Array.from({ length: count }, (_, device) => devicePath(device)) : [],
    ...present({ price }),
  };
}
