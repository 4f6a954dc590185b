/**
 * A workload that is made of several texts: each value with where it was written, so that a problem of the whole is
 * shown where its author can mend it.
 */
import { isRaw, type ListKeys, type Raw } from "../base/merge.ts";
import type { Path, Place, Problem } from "../base/problem.ts";
import { fillInText, refersToEnvironment, type Variables } from "./environment-references.ts";
import type { WordReading } from "./check.ts";
import type { SourceDocument } from "./parse.ts";

/** What wrote a value: it knows where the value stands. */
export interface Writer extends Pick<SourceDocument, "placeOf" | "writtenAt"> {
  /** Whether its texts may be read as what they look like, as those of a command line. */
  readonly isLoose?: boolean;
}

interface Origin {
  readonly writer: Writer;
  /** In the writer's own document. */
  readonly path: Path;
}

type Part = Origin & (MapPart | ListPart | Leaf);

interface MapPart {
  readonly entries: ReadonlyMap<string, Part>;
}

interface ListPart {
  readonly items: readonly Part[];
}

interface Leaf {
  readonly value: unknown;
  /** What the text reads as where no text is wanted: 3 of "3". */
  readonly reading?: unknown;
  /** What is wrong with its references. */
  readonly problems?: readonly Problem[];
}

/** How the lists of a section merge whose fields are not aiplat's. */
export interface RawSection {
  readonly path: Path;
  readonly lists: ListKeys;
}

/** One text, or the merge of several. */
export interface Layer {
  readonly part: Part;
}

/** A text's value as a layer, with what it names of the environment. */
export function layerOf(writer: Writer, value: unknown, { variables, raw, read, at: root = [] }: LayerReading): Layer {
  const plant = (at: unknown, path: Path): Part => {
    const origin = { writer, path };
    if (Array.isArray(at)) return { ...origin, items: at.map((item, index) => plant(item, [...path, index])) };
    if (isRaw(at))
      return {
        ...origin,
        entries: new Map(Object.entries(at).map(([key, each]) => [key, plant(each, [...path, key])])),
      };
    if (typeof at !== "string" || !(writer.isLoose === true || refersToEnvironment(at)))
      return { ...origin, value: at };
    const { text, problems } = fillInText(at, path, variables);
    if (problems.length > 0) return { ...origin, value: at, problems };
    const reading = read(text);
    // In a raw section nobody knows what is wanted: as YAML has it, text in quotes, else what it reads as.
    if (isWithin(path, raw) !== undefined)
      return { ...origin, value: writer.writtenAt(path) === undefined ? text : reading };
    return { ...origin, value: text, reading };
  };
  return { part: plant(value, root) };
}

export interface LayerReading {
  /** Where in the workload the value is to stand; the whole of it where left out. */
  readonly at?: Path;
  readonly variables: Variables;
  readonly raw: readonly RawSection[];
  /** What YAML makes of a word that is not in quotes. */
  readonly read: (text: string) => unknown;
}

/**
 * The merge of a text over those before it: objects merge deeply, keyed lists item by item, placement constraints are
 * added, other lists replace, and null deletes; in a raw section null stays, to delete what aiplat generates.
 */
export function mergeLayers(under: Layer, over: Layer, raw: readonly RawSection[]): Layer {
  return { part: graft(under.part, over.part, [], raw) };
}

/** A layer with what another is made of at one path of it, whatever stood there; null deletes. */
export function setIn(layer: Layer, path: Path, { part }: Layer): Layer {
  return { part: setPart(layer.part, path, part) };
}

/** A merged document as everything else takes it. */
export interface Harvest {
  readonly value: Raw;
  /** What is wrong with references, at the paths of the document. */
  readonly problems: readonly Problem[];
  /** What texts read as where none is wanted. */
  readonly readings: readonly WordReading[];
  placeOf(problem: Pick<Problem, "path" | "about">): Place;
  writtenAt(path: Path): string | undefined;
}

/** The document of a layer whose root is a map. */
export function harvest({ part: root }: Layer): Harvest {
  const problems: Problem[] = [];
  const readings: WordReading[] = [];
  const toPlain = (part: Part, path: Path): unknown => {
    if ("entries" in part)
      return Object.fromEntries([...part.entries].map(([key, each]) => [key, toPlain(each, [...path, key])]));
    if ("items" in part) return part.items.map((each, index) => toPlain(each, [...path, index]));
    for (const each of part.problems ?? []) problems.push({ ...each, path });
    if (part.reading !== undefined && part.reading !== part.value) readings.push({ path, value: part.reading });
    return part.value;
  };
  return {
    value: toPlain(root, []) as Raw,
    problems,
    readings,
    placeOf: ({ path = [], about }) => {
      const { part, rest } = nearest(root, path);
      return part.writer.placeOf({ path: [...part.path, ...rest], ...(about === undefined ? {} : { about }) });
    },
    writtenAt: (path) => {
      const { part, rest } = nearest(root, path);
      const filled = "value" in part && part.reading !== undefined;
      return rest.length > 0 || filled ? undefined : part.writer.writtenAt(part.path);
    },
  };
}

function nearest(root: Part, path: Path): { readonly part: Part; readonly rest: Path } {
  let part = root;
  for (const [index, segment] of path.entries()) {
    const inner = childOf(part, segment);
    if (inner === undefined) return { part, rest: path.slice(index) };
    part = inner;
  }
  return { part, rest: [] };
}

function childOf(part: Part, segment: string | number): Part | undefined {
  if ("entries" in part) return part.entries.get(String(segment));
  return "items" in part ? part.items[Number(segment)] : undefined;
}

function graft(under: Part | undefined, over: Part, path: Path, raw: readonly RawSection[]): Part {
  const section = isWithin(path, raw);
  if ("entries" in over) {
    const entries = new Map(under !== undefined && "entries" in under ? under.entries : []);
    for (const [key, each] of over.entries) {
      const inner = [...path, key];
      if ("value" in each && each.value === null && isWithin(inner, raw) === undefined) entries.delete(key);
      else entries.set(key, graft(entries.get(key), each, inner, raw));
    }
    return { ...originOf(over), entries };
  }
  if (!("items" in over) || under === undefined || !("items" in under)) return over;
  const name = String(path.at(-1));
  if (isAdded(path)) return { ...originOf(over), items: withoutRepeats([...under.items, ...over.items]) };
  const keyOf = (section?.lists ?? workloadLists)[name];
  const isMaps = (items: readonly Part[]) => items.every((item) => "entries" in item);
  if (keyOf === undefined || !isMaps(under.items) || !isMaps(over.items)) return over;
  const items: Part[] = [...under.items];
  // What one text says twice stays twice, for the rules to refuse: each item has one item merged over it.
  const places = new Map(items.map((item, index) => [keyOf(plainOf(item) as Raw), index]));
  for (const item of over.items) {
    const key = keyOf(plainOf(item) as Raw);
    const place = places.get(key);
    places.delete(key);
    if (place === undefined) items.push(graft(undefined, item, [...path, 0], raw));
    else items[place] = graft(items[place], item, [...path, 0], raw);
  }
  return { ...originOf(over), items };
}

function setPart(part: Part, [first, ...rest]: Path, value: Part): Part {
  if (first === undefined) return value;
  const next = setPart(childOf(part, first) ?? emptyMap(value), rest, value);
  const deletes = "value" in next && next.value === null && rest.length === 0;
  if ("items" in part) {
    const at = Number(first);
    return { ...originOf(part), items: deletes ? part.items.toSpliced(at, 1) : part.items.with(at, next) };
  }
  const entries = new Map("entries" in part ? part.entries : []);
  if (deletes) entries.delete(String(first));
  else entries.set(String(first), next);
  return { ...originOf(part), entries };
}

function emptyMap(at: Origin): Part {
  return { ...originOf(at), entries: new Map() };
}

/** The lists of a workload's own words that merge item by item. */
const workloadLists: ListKeys = {
  ports: (item) => `${String(item["container"])}/${String(item["protocol"] ?? "tcp")}`,
  volumes: (item) => String(item["path"]),
  init: (item) => String(item["name"]),
  sidecars: (item) => String(item["name"]),
};

/** Placement constraints are never replaced. */
function isAdded(path: Path): boolean {
  const [last, before] = [path.at(-1), path.at(-2)];
  return last === "placementConstraints" || (last === "constraints" && before === "placement");
}

function withoutRepeats(items: readonly Part[]): readonly Part[] {
  return [...new Map(items.map((item) => [JSON.stringify(plainOf(item)), item])).values()];
}

function plainOf(part: Part): unknown {
  if ("entries" in part) return Object.fromEntries([...part.entries].map(([key, each]) => [key, plainOf(each)]));
  return "items" in part ? part.items.map(plainOf) : part.value;
}

function originOf({ writer, path }: Origin): Origin {
  return { writer, path };
}

function isWithin(path: Path, raw: readonly RawSection[]): RawSection | undefined {
  return raw.find(
    (section) => path.length > section.path.length && section.path.every((each, index) => each === path[index]),
  );
}
