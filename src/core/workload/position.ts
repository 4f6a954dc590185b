import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import type { Path } from "../base/problem.ts";

/** A step into a document: the pair (or list item) that the path names, through aliases and merge keys. */
interface Step {
  readonly key: unknown;
  readonly value: unknown;
}

/** What an alias stands for; undefined for one that refers to no anchor before it. */
export type AliasTargets = ReadonlyMap<Alias, Node | undefined>;

/** Finds what every alias of a document stands for, in one walk: the parser walks for each. */
export function aliasTargets(document: Document): AliasTargets {
  const targets = new Map<Alias, Node | undefined>();
  const anchors = new Map<string, Node>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** Finds the parts of a document that is not changed, each in the same time however large its map is. */
export class NodeFinder {
  private readonly document: Document;
  private readonly targets: AliasTargets;
  private readonly pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(document: Document, targets: AliasTargets = aliasTargets(document)) {
    this.document = document;
    this.targets = targets;
  }

  /**
   * The offset of the value at a path, or of its key. For a value that is not there: the key of the nearest one around
   * it, since that is where the missing one belongs.
   */
  offsetOf(path: Path, about?: "key"): number {
    const steps = this.stepsTo(path);
    const last = steps.at(-1);
    if (last === undefined) return startOf(this.document.contents) ?? 0;
    const found = steps.length === path.length;
    // `health:` with nothing after it has a value without a place of its own.
    const preferred = found && about !== "key" && !isEmpty(last.value) ? last.value : (last.key ?? last.value);
    return startOf(preferred) ?? startOf(last.value) ?? 0;
  }

  /** A single value as it is written in the document's text, without quotes. */
  writtenAt(path: Path, text: string): string | undefined {
    const steps = this.stepsTo(path);
    const value = this.resolve(steps.at(-1)?.value);
    if (steps.length !== path.length || !isScalar(value) || value.range === undefined || value.range === null)
      return undefined;
    return value.type === "PLAIN" ? text.slice(value.range[0], value.range[1]) : undefined;
  }

  private stepsTo(path: Path): readonly Step[] {
    const steps: Step[] = [];
    let node: unknown = this.document.contents;
    for (const segment of path) {
      const step = this.stepInto(this.resolve(node), segment);
      if (step === undefined) break;
      steps.push(step);
      node = step.value;
    }
    return steps;
  }

  private stepInto(node: unknown, segment: string | number): Step | undefined {
    if (isSeq(node)) {
      const item = node.items[Number(segment)];
      return item === undefined ? undefined : { key: undefined, value: item };
    }
    if (!isMap(node)) return undefined;
    // A key of the map itself wins over a merged one, and a later merge key's source over an earlier one's.
    const own = this.pairsOf(node).get(String(segment));
    if (own !== undefined) return { key: own.key, value: own.value };
    return this.mergedInto(node, segment);
  }

  private mergedInto(map: YAMLMap, segment: string | number): Step | undefined {
    for (const pair of map.items.filter(isMergeKey)) {
      const value = this.resolve(pair.value);
      for (const source of isSeq(value) ? value.items : [value]) {
        const step = this.stepInto(this.resolve(source), segment);
        if (step !== undefined) return step;
      }
    }
    return undefined;
  }

  /** The pairs of a map by key: of one that is written twice the last. */
  private pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.pairs.get(map);
    if (known !== undefined) return known;
    const pairs = new Map(
      map.items.flatMap((pair) =>
        isScalar(pair.key) && !isMergeKey(pair) ? [[String(pair.key.value ?? ""), pair] as const] : [],
      ),
    );
    this.pairs.set(map, pairs);
    return pairs;
  }

  private resolve(node: unknown): unknown {
    return isAlias(node) ? this.targets.get(node) : node;
  }
}

export function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.source === "" && node.type === "PLAIN");
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
