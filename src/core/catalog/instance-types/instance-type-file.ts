/** A file of instance types that are newer than the release: rows as facts/ has them. */
import * as z from "zod/mini";
import { mismatchesOf } from "../../base/document-issues.ts";
import { listOr, pathText, problem, warning, type Path, type Problem } from "../../base/problem.ts";
import { families } from "./families.ts";
import { acceleratorKinds, architectures, type InstanceType, type Topology } from "./instance-type.ts";
import { kindOf, statusWords, toInstanceType, type InstanceTypeFact } from "./instance-type-fact.ts";

const text = z.string().check(z.minLength(1));
const count = z.int().check(z.minimum(1));
const name = z.string().check(z.regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "is no EC2 instance type's name"));
const topology = z.object({
  slots: z.enum(["run", "rows"]),
  sizes: z.optional(z.array(count)),
  wiring: text,
  note: z.optional(text),
  source: text,
});

/** Other fields pass: facts/ has more than the catalogue reads. */
const row = z.looseObject({
  instanceType: name,
  family: z.optional(text),
  architecture: z.enum(architectures),
  vcpus: count,
  memoryMiB: count,
  accelerator: z.looseObject({
    kind: text,
    name: text,
    manufacturer: text,
    count: z.int().check(z.minimum(0)),
    logicalCount: z.optional(count),
    partitionSize: z.optional(z.number().check(z.positive(), z.maximum(1))),
    /** What `instances list -o json` calls it. */
    fraction: z.optional(z.number().check(z.positive(), z.maximum(1))),
    coresPerDevice: z.optional(count),
    memoryMiBPerDevice: count,
  }),
  topology: z.optional(topology),
  efaInterfaces: z.optional(z.nullable(z.int().check(z.minimum(0)))),
  networkCards: z.optional(count),
  maxENI: z.optional(z.nullable(count)),
  eniPerNetworkCard: z.optional(z.array(count)),
  ipv4PerENI: z.optional(count),
  localNvmeTotalGB: z.optional(z.nullable(count)),
  status: z.optional(text),
  source: z.optional(text),
});

type Row = z.infer<typeof row>;

/**
 * "For all instance types, requesting one or all Neuron cores or devices is always valid" (aws-neuron-sdk,
 * deploy/infrastructure/scheduler.rst).
 */
const unknownWiring = (devices: number): Topology => ({
  slots: "rows",
  sizes: [1, devices],
  wiring: "not known",
  note: "one device or all of them: of no other set is it known that it is legal",
  source: "aws-neuron/aws-neuron-sdk @81ce03a deploy/infrastructure/scheduler.rst",
});

const released = Object.values(families).flat();

/** What came of reading a file of instance types. */
export interface ReadTypes {
  /** Those that the release does not know. */
  readonly types: readonly InstanceType[];
  /** Errors, and warnings of what is left out. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the rows of a document: a list, or the document of `instances list -o json`. The release's own rows stand,
 * since they are corrected where EC2's API is wrong.
 *
 * @param file How the types name where they come from.
 */
export function readInstanceTypes(document: unknown, file: string): ReadTypes {
  const items = isObject(document) ? document["items"] : document;
  const base: Path = isObject(document) ? ["items"] : [];
  if (!Array.isArray(items))
    return {
      types: [],
      problems: [
        wrong(
          base,
          `${base.length === 0 ? "this " : ""}is no list of instance types`,
          "Write what aiplat instances list --live -o json prints.",
        ),
      ],
    };
  const seen = new Set<string>();
  const results = items.map((item: unknown, index) => readRow(item, [...base, index], file, seen));
  return {
    types: results.flatMap(({ type }) => type ?? []),
    problems: results.flatMap(({ problems }) => problems),
  };
}

function readRow(
  item: unknown,
  path: Path,
  file: string,
  seen: Set<string>,
): { readonly type?: InstanceType; readonly problems: readonly Problem[] } {
  const name = isObject(item) ? item["instanceType"] : undefined;
  // What facts/ knows of chips whose type has no public name yet.
  if (name === null) return { problems: [] };
  const parsed = row.safeParse(item);
  const known = released.find(({ instanceType }) => instanceType === name);
  if (known !== undefined)
    return { problems: parsed.success ? compareWith(known, toType(parsed.data, file), path) : [] };
  if (!parsed.success) {
    const found = mismatchesOf(parsed.error.issues, item);
    return { problems: found.map((each) => wrong([...path, ...each.path], each.message)) };
  }
  const problems = [...checkRow(parsed.data, path), ...checkTwice(parsed.data, path, seen)];
  return problems.length > 0 ? { problems } : { type: toType(parsed.data, file), problems };
}

function toType(fact: Row, file: string): InstanceType {
  const { partitionSize, fraction, ...accelerator } = fact.accelerator;
  const type = toInstanceType({
    ...fact,
    family: familyOf(fact),
    accelerator: { ...accelerator, partitionSize: partitionSize ?? fraction },
    efaInterfaces: fact.efaInterfaces ?? null,
    networkCards: fact.networkCards ?? 1,
    source: fact.source ?? file,
  } as InstanceTypeFact);
  const { kind, count: devices } = type.accelerator;
  const wired = kind === "neuron" && devices > 1 ? { topology: type.topology ?? unknownWiring(devices) } : {};
  return { ...type, ...wired, note: `newer than this release; from ${file}` };
}

/** What several fields of a row say together, and may not. */
function checkRow(fact: Row, path: Path): readonly Problem[] {
  const { accelerator, status } = fact;
  const kind = kindOf(accelerator);
  const problems: Problem[] = [];
  const add = (key: Path, message: string, hint?: string) => problems.push(wrong([...path, ...key], message, hint));
  if (!(acceleratorKinds as readonly string[]).includes(kind))
    add(
      ["accelerator", "kind"],
      `"${accelerator.kind}" is no kind of accelerator`,
      `Write ${listOr(["gpu", ...acceleratorKinds])}.`,
    );
  if (fact.family !== undefined && fact.family !== familyOf(fact))
    add(["family"], `"${fact.family}" is not the family of ${fact.instanceType}`, `Write ${familyOf(fact)}.`);
  if (status !== undefined && !statusWords.some((pattern) => pattern.test(status)))
    add(["status"], `"${status}" is no status`, "Write current, retired or unverified, or leave it out.");
  const isPart = (accelerator.partitionSize ?? accelerator.fraction ?? 1) < 1;
  if (accelerator.count === 0 && !isPart)
    add(["accelerator", "count"], "0 devices are none", "Write partitionSize where it is a part of one.");
  if (kind !== "neuron") return problems;
  if (accelerator.coresPerDevice === undefined)
    add(["accelerator", "coresPerDevice"], "is missing: a Neuron device has cores");
  const { slots, sizes } = fact.topology ?? {};
  const fills = sizes?.[0] === 1 && sizes.at(-1) === accelerator.count;
  if (slots === "rows" && !(fills && sizes!.every((size, index) => index === 0 || size > sizes![index - 1]!)))
    add(
      ["topology", "sizes"],
      `are not the sizes of rows on ${accelerator.count} devices`,
      `Write them ascending, from 1 to ${accelerator.count}.`,
    );
  return problems;
}

function checkTwice({ instanceType }: Row, path: Path, seen: Set<string>): readonly Problem[] {
  if (seen.has(instanceType)) return [wrong([...path, "instanceType"], `"${instanceType}" is there twice`)];
  seen.add(instanceType);
  return [];
}

function compareWith(known: InstanceType, type: InstanceType, path: Path): readonly Problem[] {
  const figures = (each: InstanceType) => ({
    vcpus: each.vcpus,
    memoryMiB: each.memoryMiB,
    devices: each.accelerator.count,
  });
  const theirs = Object.entries(figures(type));
  const ours = figures(known);
  const differing = theirs.filter(([key, value]) => ours[key as keyof typeof ours] !== value);
  if (differing.length === 0) return [];
  const what = differing.map(([key, value]) => `${key} ${value} for ${ours[key as keyof typeof ours]}`).join(", ");
  return [
    warning(
      "instance-type-known",
      path,
      `${pathText(path)}: the catalogue has ${known.instanceType} with other figures (${what}), and its row stands`,
    ),
  ];
}

function familyOf({ instanceType }: Pick<Row, "instanceType">): string {
  return instanceType.slice(0, instanceType.indexOf("."));
}

function wrong(path: Path, message: string, hint?: string): Problem {
  return problem("instance-type-row", path, [pathText(path), message].filter((part) => part !== "").join(" "), hint);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
