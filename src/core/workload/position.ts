import { isAlias, isMap, isScalar, isSeq, type Document, type Pair, type YAMLMap } from "yaml";
import type { Path } from "../base/problem.ts";

/** A step into a document: the pair (or list item) that the path names, through aliases and merge keys. */
interface Step {
  readonly key: unknown;
  readonly value: unknown;
}

/**
 * The offset of the value at a path, or of its key. For a value that is not there: the key of the nearest one around
 * it, since that is where the missing one belongs.
 */
export function nodeAt(document: Document, path: Path, about?: "key"): number {
  const steps = stepsTo(document, path);
  const last = steps.at(-1);
  if (last === undefined) return startOf(document.contents) ?? 0;
  const found = steps.length === path.length;
  // `health:` with nothing after it has a value without a place of its own.
  const preferred = found && about !== "key" && !isEmpty(last.value) ? last.value : (last.key ?? last.value);
  return startOf(preferred) ?? startOf(last.value) ?? 0;
}

/** A single value as it is written, without quotes. */
export function textOf(document: Document, path: Path, text: string): string | undefined {
  const steps = stepsTo(document, path);
  const value = resolve(document, steps.at(-1)?.value);
  if (steps.length !== path.length || !isScalar(value) || value.range === undefined || value.range === null)
    return undefined;
  return value.type === "PLAIN" ? text.slice(value.range[0], value.range[1]) : undefined;
}

function stepsTo(document: Document, path: Path): readonly Step[] {
  const steps: Step[] = [];
  let node: unknown = document.contents;
  for (const segment of path) {
    const step = stepInto(document, resolve(document, node), segment);
    if (step === undefined) break;
    steps.push(step);
    node = step.value;
  }
  return steps;
}

function stepInto(document: Document, node: unknown, segment: string | number): Step | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)];
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  if (!isMap(node)) return undefined;
  // A key of the map itself wins over a merged one, and a later merge key's source over an earlier one's.
  const own = node.items.findLast((pair) => keyText(pair) === String(segment) && !isMergeKey(pair));
  if (own !== undefined) return { key: own.key, value: own.value };
  return mergedInto(document, node, segment);
}

function mergedInto(document: Document, map: YAMLMap, segment: string | number): Step | undefined {
  for (const pair of map.items.filter(isMergeKey)) {
    const value = resolve(document, pair.value);
    for (const source of isSeq(value) ? value.items : [value]) {
      const step = stepInto(document, resolve(document, source), segment);
      if (step !== undefined) return step;
    }
  }
  return undefined;
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

function keyText({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value ?? "") : undefined;
}

function resolve(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.source === "" && node.type === "PLAIN");
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
