// What EC2 asks for a type, and where it offers it.
import { compare, literal, record } from "./source-text.mjs";

export function pricesFile({ currency, region, source, asOf, prices }, types) {
  const listed = types.map(({ instanceType }) => [instanceType, prices[instanceType]]);
  return `export const priceRegion = ${literal(region)};

export const priceSource = ${literal(source)};

/** The day of the price list (YYYY-MM-DD). */
export const pricesAsOf = ${literal(asOf.slice(0, 10))};

/** ${currency}. A type that the list lacks is sold through Capacity Blocks only, or not in this region. */
export const usdPerHour: Readonly<Record<string, number>> = ${record(listed.filter(([, price]) => price !== null))};
`;
}

export function regionsFile(offerings, families) {
  const regions = Object.keys(offerings).toSorted(compare);
  const offering = (types) =>
    regions.filter((region) => types.some((type) => offerings[region].includes(type.instanceType)));
  return `import type { Family } from "./instance-types/families.ts";

/** Every commercial region that the source knows. */
export const regions: readonly string[] = ${literal(regions)};

/** The regions that offer at least one type of a family; empty where the source does not know the family. */
export const regionsOfFamily: Readonly<Record<Family, readonly string[]>> = ${record(
    [...families].map(([family, types]) => [family, offering(types)]),
  )};
`;
}
