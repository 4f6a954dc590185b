#!/usr/bin/env node
// Writes the generated part of src/core/catalog from a folder of published facts:
//
//   node scripts/build-catalog.mjs FACTS_DIR
//
//   accelerated-instance-types.json            a dump of EC2 DescribeInstanceTypes
//   gap-rows.json                              types that the dump lacks, each with its source
//   prices.json                                on-demand list prices
//   moto-accelerated-offerings-by-region.json  a dump of EC2 DescribeInstanceTypeOfferings
//   neuron-images.json                         Deep Learning Container accounts, repositories and tags
//
// The output depends on nothing but these files and the tables below, so a refresh leaves a clean diff.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The order of kinds in the catalogue; within a kind, families go by name. */
const kinds = ["neuron", "nvidia", "amd", "habana", "qualcomm", "media", "fpga"];

/**
 * What the sources get wrong or leave open: which types, what is set instead, and why. Every one must still apply, or
 * the script stops: a source that has been put right needs its correction removed. `note` is what users see.
 */
const corrections = [
  {
    of: ["trn2.3xlarge", "trn2.48xlarge"],
    accelerator: { memoryMiBPerDevice: 98_304 },
    why: "EC2's API says 524,288 MiB a chip; the chip has 96 GiB (aws-neuron/aws-neuron-sdk about-neuron/arch/neuron-hardware/trn2-arch.rst)",
  },
  {
    of: ["trn2.3xlarge", "trn2.48xlarge", "trn2u.48xlarge"],
    note: "the 8 physical NeuronCores of a chip are 4 logical ones at the default LNC=2",
    why: "frameworks see logical cores (aws-neuron/aws-neuron-sdk about-neuron/arch/neuron-features/logical-neuroncore-config.rst)",
  },
  {
    of: ["trn2u.48xlarge"],
    note: "runs only as a node of a Trn2 UltraServer (4 x trn2u.48xlarge), through Capacity Blocks; the number of EFA interfaces is inferred: one a chip",
    why: "the source lists the type without prices or offerings of its own",
  },
  {
    of: ["dl1.24xlarge"],
    note: "sources disagree on the number of EFA interfaces; this is EC2's API",
    why: "AWS's pages and its API give different numbers",
  },
  {
    of: ["p6e-gb200.36xlarge"],
    note: "runs only in a P6e-GB200 UltraServer (9 or 18 instances), through Capacity Blocks; it has EFA, but no source counts the interfaces; device memory is a page's 185 GiB, not an API's figure",
    why: "no row of EC2's API is public",
  },
  {
    of: ["p3.2xlarge", "p3.8xlarge", "p3.16xlarge", "f1.2xlarge", "f1.4xlarge", "f1.16xlarge"],
    retiredOn: "2025-12-20",
    why: 'aws/amazon-vpc-cni-k8s scripts/gen_vpc_ip_limits.go: "f1 and p3 instances were retired on Dec 20, 2025"',
  },
  {
    of: ["p3dn.24xlarge"],
    note: "the p3 family was retired on 2025-12-20; EC2's API still lists p3dn",
    why: "the retirement names p3 only, and the dump of offerings has p3dn in four regions",
  },
  {
    of: ["f1.2xlarge", "f1.4xlarge", "f1.16xlarge"],
    note: "number, name and memory of the FPGAs are not verified",
    why: "the row's sources give CPU and memory only",
  },
  {
    of: ["g3.4xlarge", "g3.8xlarge", "g3.16xlarge"],
    note: "previous generation; AWS still lists it",
    why: "the row's status",
  },
  {
    of: ["p2.xlarge", "p2.8xlarge", "p2.16xlarge", "g3s.xlarge"],
    note: "previous generation; whether EC2 still offers it is not verified",
    why: "absent from the dump and from Karpenter's current list",
  },
  {
    of: ["g2.2xlarge"],
    vcpus: 8,
    memoryMiB: 15_360,
    networkCards: 1,
    note: "the day of its retirement is not known",
    source:
      "vantage-sh/ec2instances.info scraper/aws/ec2/gpu_data.go @4ef36cd; vCPU and memory: kubernetes/autoscaler cluster-autoscaler/cloudprovider/aws/ec2_instance_types.go @01c0d41",
    why: "the row's source gives the GPU only",
  },
  {
    of: ["g2.8xlarge"],
    vcpus: 32,
    memoryMiB: 61_440,
    networkCards: 1,
    note: "the day of its retirement is not known",
    source:
      "vantage-sh/ec2instances.info scraper/aws/ec2/gpu_data.go @4ef36cd; vCPU and memory: kubernetes/autoscaler cluster-autoscaler/cloudprovider/aws/ec2_instance_types.go @01c0d41",
    why: "the row's source gives the GPU only",
  },
];

/** What the words of a gap row's status mean. Anything else stops the script. */
const statuses = [
  [/^retired/, "retired"],
  [/^current/, "current"],
  [/^previous generation, still listed/, "current"],
  [/^previous generation \/ not in/, "unverified"],
];

/** The instance families behind the chip generations of an image's list. Trn3 has no public EC2 type name. */
const generations = { inf1: ["inf1"], inf2: ["inf2"], trn1: ["trn1", "trn1n"], trn2: ["trn2", "trn2u"], trn3: [] };

/** The first Neuron SDK release that an image was no longer published for. */
const lastReleases = [
  {
    repository: "pytorch-training-neuronx",
    endedWithSdk: "2.31.0",
    says: "pytorch-training-neuronx no longer published from SDK 2.31.0",
  },
  {
    repository: "pytorch-inference-neuronx",
    endedWithSdk: "2.32.0",
    says: "pytorch-inference-neuronx and vLLM 0.16 images (the last ones for trn1/inf2) no longer published from SDK 2.32.0",
  },
];

/** The public origin of each file's data; the rows of families/ name their own. */
const origins = {
  "prices.ts": "Karpenter's copy of the AWS price list",
  "max-pods.ts": "the network interfaces in moto 5.2.1's dump of EC2 DescribeInstanceTypes and the rows that it lacks",
  "regions.ts": "moto 5.2.1's dump of EC2 DescribeInstanceTypeOfferings",
  "image-data.ts":
    "aws-neuron/deep-learning-containers README.md @2be9ed1 and aws/deep-learning-containers docs @e0ecede",
};

const folder = process.argv[2];
if (folder === undefined || process.argv.length > 3) {
  process.stderr.write("usage: node scripts/build-catalog.mjs FACTS_DIR\n");
  process.exit(2);
}
const catalog = join(dirname(fileURLToPath(import.meta.url)), "../src/core/catalog");
const read = async (name) => JSON.parse(await readFile(join(folder, name), "utf8"));

const facts = [...(await read("accelerated-instance-types.json")), ...(await read("gap-rows.json"))].filter(
  (row) => row.instanceType !== null,
);
const types = applyCorrections(facts.map(toInstanceType));
for (const type of types) checkRow(type);
const families = groupFamilies(types);

await rm(join(catalog, "families"), { recursive: true, force: true });
await mkdir(join(catalog, "families"));
for (const [family, rows] of families) await write(`families/${family}.ts`, familyFile(family, rows));
await write("families.ts", familiesFile([...families.keys()]));
await write("prices.ts", pricesFile(await read("prices.json"), [...families.values()].flat()));
await write("regions.ts", regionsFile(await read("moto-accelerated-offerings-by-region.json"), families));
await write("max-pods.ts", maxPodsFile(facts, [...families.values()].flat()));
await write("image-data.ts", imageFile(await read("neuron-images.json")));

/** A row of DescribeInstanceTypes, or a gap row, as the catalogue has it. */
function toInstanceType(row) {
  const { accelerator } = row;
  // g6f and gr6f carry a part of one GPU: the API counts 0, the logical count is 1.
  const fraction =
    accelerator.partitionSize === undefined || accelerator.partitionSize === 1 ? undefined : accelerator.partitionSize;
  return {
    instanceType: row.instanceType,
    family: row.family,
    architecture: row.architecture,
    vcpus: row.vcpus,
    memoryMiB: row.memoryMiB,
    accelerator: {
      kind: kindOf(accelerator),
      name: accelerator.name,
      manufacturer: accelerator.manufacturer,
      count: fraction === undefined ? accelerator.count : accelerator.logicalCount,
      coresPerDevice: accelerator.coresPerDevice,
      memoryMiBPerDevice: accelerator.memoryMiBPerDevice,
      fraction,
    },
    efaInterfaces: row.efaInterfaces,
    networkCards: row.networkCards,
    status: statusOf(row),
    retiredOn: undefined,
    note: undefined,
    source: row.source,
  };
}

function kindOf({ kind, manufacturer }) {
  if (kind === "gpu") return manufacturer.toLowerCase();
  return kind === "xilinx-media" ? "media" : kind;
}

function statusOf(row) {
  // The dump has no status: what DescribeInstanceTypes answers can be launched.
  if (row.status === undefined) return "current";
  const match = statuses.find(([pattern]) => pattern.test(row.status));
  if (match === undefined) throw new Error(`${row.instanceType}: unknown status "${row.status}"`);
  return match[1];
}

function applyCorrections(rows) {
  const byName = new Map(rows.map((row) => [row.instanceType, row]));
  for (const { of, why, accelerator, note, ...fields } of corrections) {
    for (const name of of) {
      const row = byName.get(name);
      if (row === undefined) throw new Error(`correction of ${name}: no such row (${why})`);
      const changes = [
        ...Object.entries(fields).map((entry) => [row, ...entry]),
        ...Object.entries(accelerator ?? {}).map((entry) => [row.accelerator, ...entry]),
      ];
      for (const [target, key, value] of changes) {
        if (target[key] === value) throw new Error(`correction of ${name}: ${key} is ${value} already (${why})`);
        target[key] = value;
      }
      if (note !== undefined) row.note = row.note === undefined ? note : `${row.note}; ${note}`;
    }
  }
  return rows;
}

function checkRow(type) {
  const { accelerator, instanceType } = type;
  if (!kinds.includes(accelerator.kind))
    throw new Error(`${instanceType}: unknown accelerator kind ${accelerator.kind}`);
  const numbers = {
    vcpus: type.vcpus,
    memoryMiB: type.memoryMiB,
    networkCards: type.networkCards,
    count: accelerator.count,
    memoryMiBPerDevice: accelerator.memoryMiBPerDevice,
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0)) throw new Error(`${instanceType}: ${name} is ${value}; add a correction with its source`);
  }
}

/** Families in catalogue order, each with its types from the smallest to the largest. */
function groupFamilies(rows) {
  const order = (row) => `${kinds.indexOf(row.accelerator.kind)} ${row.family}`;
  const bySize = (a, b) => a.vcpus - b.vcpus || a.memoryMiB - b.memoryMiB || compare(a.instanceType, b.instanceType);
  const groups = new Map();
  for (const row of rows.toSorted((a, b) => compare(order(a), order(b)) || bySize(a, b)))
    groups.set(row.family, [...(groups.get(row.family) ?? []), row]);
  return groups;
}

function familyFile(family, rows) {
  const [source] = rows.map((row) => row.source);
  const line = (row) => `  ${literal(row).replace(`source: ${JSON.stringify(source)}`, "source")},\n`;
  return `import type { InstanceType } from "../instance-type.ts";

const source = ${JSON.stringify(source)};

export const ${identifier(family)} = [
${rows.map(line).join("")}] satisfies readonly InstanceType[];
`;
}

function familiesFile(names) {
  const entry = (name) =>
    identifier(name) === name ? `  ${name},\n` : `  ${JSON.stringify(name)}: ${identifier(name)},\n`;
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

function pricesFile({ currency, usEast1, prices }, ordered) {
  const byName = new Map(prices.map((each) => [each.instanceType, each.usEast1]));
  for (const { instanceType } of ordered)
    if (!byName.has(instanceType)) throw new Error(`${instanceType}: no row in prices.json`);
  const lines = ordered
    .map(({ instanceType }) => [instanceType, byName.get(instanceType)])
    .filter(([, price]) => price !== null);
  return `export const priceRegion = "us-east-1";

export const priceSource = ${JSON.stringify(usEast1.source)};

/** The day of the price list (YYYY-MM-DD). */
export const pricesAsOf = ${JSON.stringify(usEast1.asOf.slice(0, 10))};

/** ${currency}. A type that the list lacks is sold through Capacity Blocks only, or not in this region. */
export const usdPerHour: Readonly<Record<string, number>> = {
${lines.map(([name, price]) => `  ${JSON.stringify(name)}: ${price},\n`).join("")}};
`;
}

function regionsFile(offerings, grouped) {
  const regions = Object.keys(offerings).toSorted(compare);
  const offering = (rows) =>
    regions.filter((region) => rows.some((row) => offerings[region].includes(row.instanceType)));
  const lines = [...grouped].map(([family, rows]) => `  ${key(family)}: ${list(offering(rows))},\n`);
  return `import type { Family } from "./families.ts";

/** Every commercial region that the source knows. */
export const regions: readonly string[] = [
${regions.map((region) => `  ${JSON.stringify(region)},\n`).join("")}];

/** The regions that offer at least one type of a family; empty where the source does not know the family. */
export const regionsOfFamily: Readonly<Record<Family, readonly string[]>> = {
${lines.join("")}};
`;
}

/** As nodeadm computes it: the interfaces of the first network card, their addresses without the interfaces' own, and two pods of the host's network. */
function maxPodsFile(rows, ordered) {
  const byName = new Map(
    rows
      .filter((row) => row.eniPerNetworkCard && row.ipv4PerENI)
      .map((row) => [row.instanceType, row.eniPerNetworkCard[0] * (row.ipv4PerENI - 1) + 2]),
  );
  return `/**
 * The most pods that a node of the type runs, as kubelet is told on EKS's AMIs (awslabs/amazon-eks-ami @81fec2e,
 * nodeadm/internal/kubelet/eni_max_pods.go); a type whose network interfaces no source gives is not in it.
 */
export const maxPods: Readonly<Record<string, number>> = {
${ordered
  .filter(({ instanceType }) => byName.has(instanceType))
  .map(({ instanceType }) => `  ${JSON.stringify(instanceType)}: ${byName.get(instanceType)},\n`)
  .join("")}};
`;
}

function imageFile({ asOf, dlcAccountByRegion, publicNeuron, privateNeuron, gpu, lifecycle }) {
  for (const { says } of lastReleases)
    if (!lifecycle.some((line) => line.startsWith(says)))
      throw new Error(`neuron-images.json no longer says "${says}"`);
  const accounts = Object.entries(dlcAccountByRegion).toSorted(([a], [b]) => compare(a, b));
  const names = [
    ...new Set([...publicNeuron, ...privateNeuron].map(({ repository }) => lastComponent(repository))),
  ].toSorted(compare);
  const repositories = names.map((repository) => {
    const published = publicNeuron.find((each) => lastComponent(each.repository) === repository);
    return {
      repository,
      newestTag: published?.newest.tag ?? privateNeuron.find((each) => each.repository === repository).newestTag,
      endedWithSdk: lastReleases.find((each) => each.repository === repository)?.endedWithSdk,
      images: (published?.newestPerFramework ?? []).map(({ tag, instances }) => ({
        tag,
        families: instances.flatMap((each) => generations[each]).toSorted(compare),
      })),
    };
  });
  const gpuRepositories = [...new Set(gpu.map((each) => each.repository))].toSorted(compare);
  const repositoryBlock = ({ images, ...rest }) =>
    `  {\n${Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `    ${name}: ${JSON.stringify(value)},\n`)
      .join(
        "",
      )}    images: [${images.length === 0 ? "" : `\n${images.map((image) => `      ${literal(image)},\n`).join("")}    `}],\n  },\n`;
  return `/** The day the lists were read (YYYY-MM-DD). */
export const imagesAsOf = ${JSON.stringify(asOf)};

/** The account that holds AWS's Deep Learning Containers in each region. */
export const dlcAccountByRegion: Readonly<Record<string, string>> = {
${accounts.map(([region, account]) => `  ${key(region)}: ${JSON.stringify(account)},\n`).join("")}};

/** A repository of AWS's Neuron images, in public.ecr.aws/neuron or in the Deep Learning Container accounts. */
export interface NeuronRepository {
  readonly repository: string;
  readonly newestTag: string;
  /** The first Neuron SDK release that it has no image of. */
  readonly endedWithSdk?: string;
  /** The newest image of each framework version, and the instance families AWS lists for it. */
  readonly images: readonly { readonly tag: string; readonly families: readonly string[] }[];
}

export const neuronRepositories: readonly NeuronRepository[] = [
${repositories.map(repositoryBlock).join("")}];

/** The repositories of AWS's GPU images, in the Deep Learning Container accounts; some hold CPU images too. */
export const gpuRepositories: readonly string[] = [
${gpuRepositories.map((name) => `  ${JSON.stringify(name)},\n`).join("")}];
`;
}

async function write(name, text) {
  const from = origins[name] === undefined ? "" : ` from ${origins[name]}`;
  await writeFile(join(catalog, name), `// Generated by scripts/build-catalog.mjs${from}. Do not edit.\n${text}`);
}

/** A value as a TypeScript literal on one line; what is undefined is left out. */
function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${entries.map(([name, each]) => `${key(name)}: ${literal(each)}`).join(", ")} }`;
}

function list(items) {
  return `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
}

function key(name) {
  return identifier(name) === name ? name : JSON.stringify(name);
}

/** `p6-b200` as `p6B200`. */
function identifier(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

function lastComponent(repository) {
  return repository.slice(repository.lastIndexOf("/") + 1);
}

/** Plain code unit order: the same on every machine. */
function compare(a, b) {
  return Number(a > b) - Number(a < b);
}
