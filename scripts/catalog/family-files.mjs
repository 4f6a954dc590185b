// src/core/catalog/instance-types/: the families' rows and what stands beside them.
import { compare, identifier, key, literal, record } from "./source-text.mjs";
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

/** Every family in catalogue order (${kinds.join(", ")}; then by name), its types from the smallest to the largest. */
export const families: Readonly<Record<Family, readonly InstanceType[]>> = rows;
`;
}

/** As nodeadm computes it: the interfaces of the first network card, their addresses without the interfaces' own, and two pods of the host's network. */
export function maxPodsFile(rows, types) {
  const byName = new Map(
    rows
      .filter((row) => row.eniPerNetworkCard && row.ipv4PerENI)
      .map((row) => [row.instanceType, row.eniPerNetworkCard[0] * (row.ipv4PerENI - 1) + 2]),
  );
  const known = types.filter(({ instanceType }) => byName.has(instanceType));
  return `/**
 * The most pods that a node of the type runs, as kubelet is told on EKS's AMIs (awslabs/amazon-eks-ami @81fec2e,
 * nodeadm/internal/kubelet/eni_max_pods.go); a type whose network interfaces no source gives is not in it.
 */
export const maxPods: Readonly<Record<string, number>> = ${record(
    known.map(({ instanceType }) => [instanceType, byName.get(instanceType)]),
  )};
`;
}

/** EC2's MaximumNetworkInterfaces of each type, over all its network cards. */
export function networkInterfacesFile(rows, types) {
  const byName = new Map(rows.filter((row) => row.maxENI).map((row) => [row.instanceType, row.maxENI]));
  const known = types.filter(({ instanceType }) => byName.has(instanceType));
  return `/**
 * How many network interfaces an instance of the type can have, its primary one included, over all its network cards
 * (EC2's MaximumNetworkInterfaces); a type of which no source says it is not in it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInfo.html
 */
export const maxNetworkInterfaces: Readonly<Record<string, number>> = ${record(
    known.map(({ instanceType }) => [instanceType, byName.get(instanceType)]),
  )};
`;
}
