import { isAlias, isCollection, isMap, isScalar, isSeq, type Document, type Node, type YAMLMap } from "yaml";
import type { Path } from "../base/problem.ts";
import { addToBlock, arrangeBlock, removeFromBlock } from "./block-text.ts";
import { removedBy, type Edit } from "./edit.ts";
import { addToFlow, arrangeFlow, removeFromFlow } from "./flow-text.ts";
import { endOf, inline, scalarLike, spread, startOf, type Collection, type TextStyle } from "./text-style.ts";

/** Characters of a text that others stand for: the least that has to change. */
export interface TextReplacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * What an edit comes to in the text of a document, JSON or YAML. Undefined where it cannot be made at that place
 * alone: behind an anchor or an alias it would change other places too. Below a merge key it may come to something
 * else than the edit says: the caller reads the text again.
 */
export function editText(document: Document, text: string, style: TextStyle, edit: Edit): TextReplacement | undefined {
  switch (edit.kind) {
    case "set":
      return set(document, text, style, edit.path, edit.value);
    case "append": {
      const list = nodeAt(document, edit.path);
      if (!isSeq(list) || list.items.length === 0) return set(document, text, style, edit.path, edit.values);
      const entries = edit.values.map((value) => ({ value }));
      return list.flow === true ? addToFlow(list, entries, text, style) : addToBlock(list, entries, text, style);
    }
    case "arrange": {
      const list = nodeAt(document, edit.path);
      if (!isSeq(list)) return undefined;
      return list.flow === true ? arrangeFlow(list, edit.order, text) : arrangeBlock(list, edit.order, text);
    }
    case "rename":
      return rename(document, edit.path, edit.key, style);
    case "remove": {
      const path = removedBy(edit.path, (collection) => sizeOf(nodeAt(document, collection)));
      const parent = nodeAt(document, path.slice(0, -1));
      const index = isCollection(parent) ? indexIn(parent as Collection, path[path.length - 1]!) : -1;
      if (index < 0 || nodeAt(document, path) === undefined) return undefined;
      const collection = parent as Collection;
      if (collection.items.length === 1) return undefined;
      return collection.flow === true ? removeFromFlow(collection, index) : removeFromBlock(collection, index, text);
    }
  }
}

/** The text with some replacements, none of which meets another. */
export function replaceText(text: string, replacements: readonly TextReplacement[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text: put } of replacements.toSorted((one, other) => one.start - other.start)) {
    parts.push(text.slice(from, start), put);
    from = end;
  }
  return parts.join("") + text.slice(from);
}

/** The key alone is written anew; undefined where there is one of the new name, or where it is written elsewhere. */
function rename(document: Document, path: Path, key: string, style: TextStyle): TextReplacement | undefined {
  const holder = nodeAt(document, path.slice(0, -1));
  if (!isMap(holder) || indexIn(holder as Collection, key) >= 0) return undefined;
  const pair = holder.items[indexIn(holder as Collection, path[path.length - 1]!)];
  if (!isScalar(pair?.key)) return undefined;
  const { key: old } = pair;
  return { start: startOf(old), end: endOf(old), text: scalarLike(old, key, style, holder.flow === true) };
}

/** The node that is written at a path; undefined where there is none, or where it is shared with other places. */
function nodeAt(document: Document, path: Path): Node | undefined {
  let node = document.contents as Node | null | undefined;
  for (const key of path) {
    if (!isCollection(node) || isShared(node)) return undefined;
    const item = node.items[indexIn(node as Collection, key)];
    node = (isMap(node) ? (item as YAMLMap["items"][number] | undefined)?.value : item) as Node | null | undefined;
  }
  return node === null || node === undefined || isShared(node) ? undefined : node;
}

function isShared(node: Node): boolean {
  return isAlias(node) || (node as { anchor?: string }).anchor !== undefined;
}

function indexIn(collection: Collection, key: string | number): number {
  if (isSeq(collection)) return Number(key) < collection.items.length ? Number(key) : -1;
  return collection.items.findIndex((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function sizeOf(node: Node | undefined): number {
  return isCollection(node) ? node.items.length : 0;
}

function set(
  document: Document,
  text: string,
  style: TextStyle,
  path: Path,
  value: unknown,
): TextReplacement | undefined {
  const found = nodeAt(document, path);
  if (found !== undefined) return replaceNode(found, value, text, style, inFlow(document, path));
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const [holder, missing] = [nodeAt(document, path.slice(0, depth)), path.slice(depth)];
    if (holder === undefined) continue;
    if (missing.some((key) => typeof key === "number")) return undefined;
    if (!isMap(holder) || holder.items.length === 0)
      return isEmpty(holder)
        ? replaceNode(holder, nested(missing, value), text, style, inFlow(document, path.slice(0, depth)))
        : undefined;
    // What an alias stands for is written elsewhere.
    if (indexIn(holder as Collection, missing[0]!) >= 0) return undefined;
    const entries = [{ key: String(missing[0]), value: nested(missing.slice(1), value) }];
    return holder.flow === true
      ? addToFlow(holder as Collection, entries, text, style)
      : addToBlock(holder as Collection, entries, text, style);
  }
  return undefined;
}

function nested(keys: Path, value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** `null`, nothing at all, `[]` or `{}`. */
function isEmpty(node: Node): boolean {
  return isCollection(node) ? node.items.length === 0 : isScalar(node) && node.value === null;
}

function inFlow(document: Document, path: Path): boolean {
  return path.some(
    (_, depth) => (nodeAt(document, path.slice(0, depth)) as { flow?: boolean } | undefined)?.flow === true,
  );
}

function replaceNode(
  node: Node,
  value: unknown,
  text: string,
  style: TextStyle,
  flow: boolean,
): TextReplacement | undefined {
  // 1.10 is the number 1.1: what it is as text is as it is written, which only its author knows to be meant.
  if (
    isScalar(node) &&
    typeof node.value !== "string" &&
    node.value !== null &&
    typeof value === "string" &&
    node.source !== value
  )
    return undefined;
  const [start, end] = [startOf(node), endOf(node)];
  const put =
    typeof value === "object" && value !== null
      ? collectionAt(start, value, text, style, flow)
      : scalarLike(node, value, style, flow);
  // Nothing at all is right after the colon.
  const before = start === end && !/\s/.test(text[start - 1] ?? " ") ? " " : "";
  // The text of a block scalar has the end of its last line in it.
  const after = end > start && text[end - 1] === "\n" ? style.lineEnd : "";
  return { start, end, text: before + put + after };
}

/** A map or list for a place that had none: over several lines where its neighbours have lines of their own. */
function collectionAt(start: number, value: object, text: string, style: TextStyle, flow: boolean): string {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const indent = /^([ \t]*)(?:(?:"(?:[^"\\]|\\.)*"|[\w-]+)\s*:\s*)?$/.exec(text.slice(lineStart, start))?.[1];
  return flow && lineStart > 0 && indent !== undefined ? spread(value, indent, style) : inline(value, style);
}
