// src/core/catalog/instance-types/: the families' rows and what stands beside them.
import { compare, identifier, key, literal } from "./source-text.mjs";
import { kinds } from "./instance-types.mjs";

/** The order of a row's fields. */
const fields = [
  "instanceType",
  "family",
  "architecture",
  "vcpus",
  "memoryMiB",
  "accelerator",
  "topology",
  "efaInterfaces",
  "networkCards",
  "maxNetworkInterfaces",
  "maxPods",
  "localNvmeGB",
  "status",
  "retiredOn",
  "note",
  "source",
];

export function familyFile(family, types) {
  const [source] = types.map((type) => type.source);
  const ordered = (type) => Object.fromEntries(fields.map((field) => [field, type[field]]));
  const line = (type) => `  ${literal(ordered(type)).replace(`source: ${JSON.stringify(source)} }`, "source }")},\n`;
  return `import type { InstanceType } from "../instance-type.ts";

const source = ${JSON.stringify(source)};

export const ${identifier(family)} = [
${types.map(line).join("")}] satisfies readonly InstanceType[];
`;
}

export function familiesFile(names) {
  const entry = (name) => (key(name) === name ? `  ${name},\n` : `  ${key(name)}: ${identifier(name)},\n`);
  return `import type { InstanceType } from "./instance-type.ts";
${names
  .map((name) => `import { ${identifier(name)} } from "./families/${name}.ts";\n`)
  .toSorted(compare)
  .join("")}
const rows = {
${names.map(entry).join("")}} satisfies Readonly<Record<string, readonly InstanceType[]>>;

export type Family = keyof typeof rows;

/**
 * Every family in catalogue order (${kinds.join(", ")}; then by name), its types
 * from the smallest to the largest.
 */
export const families: Readonly<Record<Family, readonly InstanceType[]>> = rows;
`;
}
