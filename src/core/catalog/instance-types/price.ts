import { priceRegion, pricesAsOf, priceSource, usdPerHour } from "../prices.ts";
import type { InstanceType } from "./instance-type.ts";

export interface Price {
  readonly usdPerHour: number;
  readonly region: string;
  /** The day of the price list (YYYY-MM-DD). */
  readonly asOf: string;
  readonly source: string;
  /** `6.49063 USD/hour on demand in us-east-1, 2026-07-20`. */
  readonly text: string;
}

/** Where and when the prices are from, as documents say it. */
export const priceList = { currency: "USD", region: priceRegion, asOf: pricesAsOf, source: priceSource } as const;

/** The on-demand list price of a type; undefined where the list has none. */
export function priceOf({ instanceType }: Pick<InstanceType, "instanceType">): Price | undefined {
  const price = usdPerHour[instanceType];
  return price === undefined
    ? undefined
    : {
        usdPerHour: price,
        region: priceRegion,
        asOf: pricesAsOf,
        source: priceSource,
        text: `${price} USD/hour on demand in ${priceRegion}, ${pricesAsOf}`,
      };
}
