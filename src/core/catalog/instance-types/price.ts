import { priceRegion, pricesAsOf, priceSource, usdPerHour } from "../prices.ts";
import type { InstanceType } from "./instance-type.ts";

export interface Price {
  readonly usdPerHour: number;
  readonly region: string;
  /** The day of the price list (YYYY-MM-DD). */
  readonly asOf: string;
  readonly source: string;
}

/** The on-demand list price of a type; undefined where the list has none. */
export function priceOf({ instanceType }: InstanceType): Price | undefined {
  const price = usdPerHour[instanceType];
  return price === undefined
    ? undefined
    : { usdPerHour: price, region: priceRegion, asOf: pricesAsOf, source: priceSource };
}
