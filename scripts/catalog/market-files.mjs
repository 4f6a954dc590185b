// What EC2 asks for a type, and where it offers it.
import { compare, identifier, key, literal, record } from "./source-text.mjs";

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

/** Types that are offered in the same regions share a list, named after the first of them. */
export function regionsFile({ asOf, regions, offerings }, types) {
  const lists = new Map();
  const listOf = ({ instanceType }) => {
    const offered = offerings[instanceType].toSorted(compare);
    const unknown = offered.filter((region) => !regions.includes(region));
    if (unknown.length > 0) throw new Error(`${instanceType}: ${unknown} not among the regions of the offerings`);
    const text = literal(offered);
    if (!lists.has(text)) lists.set(text, identifier(instanceType));
    return lists.get(text);
  };
  const entries = types.map((type) => `  ${key(type.instanceType)}: ${listOf(type)},\n`);
  const lines = [...lists].map(([text, name]) => `const ${name}: readonly string[] = ${text};\n`);
  return `/** Every commercial region that the source knows. */
export const regions: readonly string[] = ${literal(regions)};

/** The day of the offerings (YYYY-MM-DD). */
export const offeringsAsOf = ${literal(asOf)};

${lines.join("")}
/** The regions that offer each type; none where the source does not know it. */
export const regionsOfType: Readonly<Record<string, readonly string[]>> = {
${entries.join("")}};
`;
}
