import { isCollection, isMap, isSeq, visit, type Node, type YAMLSeq } from "yaml";
import type { TextReplacement } from "./edit-text.ts";
import type { Entry } from "./flow-text.ts";
import { blockLines, dashed, endOf, inline, keyed, startOf, type Collection, type TextStyle } from "./text-style.ts";

/** Adds to a collection in block style, below its last item. */
export function addToBlock(
  collection: Collection,
  entries: readonly Entry[],
  text: string,
  style: TextStyle,
): TextReplacement {
  const margin = " ".repeat(columnOf(isSeq(collection) ? collection.range![0] : startOf(collection.items[0]), text));
  const dash = isSeq(collection) ? text.slice(collection.range![0], startOf(collection.items[0])) : "- ";
  const indentLists = listsAreIndented(collection, text);
  const flowItems =
    collection.items.length > 0 &&
    (collection.items as readonly unknown[]).every((item) => isCollection(item) && item.flow === true);
  const lines = entries.flatMap(({ key, value }) => {
    if (key !== undefined) return keyed(key, value, style, indentLists);
    // A comment or a line may stand between the dash and what it is for.
    return dashed(
      flowItems ? [inline(value, style)] : blockLines(value, style, indentLists),
      /^-[ \t]+$/.test(dash) ? dash : "- ",
    );
  });
  const written = lines.map((line) => margin + line);
  const end = lineEndAfter(endOf(collection.items.at(-1)), text);
  if (text[end - 1] === "\n") return { start: end, end, text: written.map((line) => line + style.lineEnd).join("") };
  return { start: end, end, text: written.map((line) => style.lineEnd + line).join("") };
}

/** Takes one of several items away with its lines. A comment above it stays. */
export function removeFromBlock(collection: Collection, index: number, text: string): TextReplacement {
  const begin = beginOf(collection, index, text);
  const lineStart = text.lastIndexOf("\n", begin - 1) + 1;
  // The first key of a list's item shares its line with the dash.
  if (text.slice(lineStart, begin).trim() !== "") {
    const isLast = index === collection.items.length - 1;
    return {
      start: begin,
      end: isLast ? endOf(collection.items[index]) : beginOf(collection, index + 1, text),
      text: "",
    };
  }
  const end = lineEndAfter(endOf(collection.items[index]), text);
  if (text[end - 1] === "\n") return { start: lineStart, end, text: "" };
  const lineEnd = /^\r?\n/.exec(text.slice(end, end + 2))?.[0] ?? "";
  return { start: lineStart, end: end + lineEnd.length, text: "" };
}

/** Where an item begins: of a list, at its dash. */
function beginOf(collection: Collection, index: number, text: string): number {
  const start = startOf(collection.items[index]);
  return isSeq(collection) ? dashBefore(start, text) : start;
}

/**
 * The items in another order, or fewer of them, each with the comments on its lines and right above it; undefined where
 * an empty line sets some apart.
 */
export function arrangeBlock(list: YAMLSeq, order: readonly number[], text: string): TextReplacement | undefined {
  const start = list.range![0];
  const ends = list.items.map((item) => lineEndAfter(endOf(item), text));
  const chunks = ends.map((end, index) => text.slice(index === 0 ? start : ends[index - 1]!, end));
  // Every chunk but the first begins with the end of the line before it and the margin.
  const margin = /^\r?\n[ \t]*/.exec(chunks[1] ?? "")?.[0] ?? "";
  if (chunks.slice(1).some((chunk) => !chunk.startsWith(margin))) return undefined;
  const bare = chunks.map((chunk, index) => (index === 0 ? chunk : chunk.slice(margin.length)));
  return { start, end: ends.at(-1)!, text: order.map((each) => bare[each]!).join(margin) };
}

/** Where the line that holds the offset ends; the offset itself where it begins a line. */
function lineEndAfter(offset: number, text: string): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}

function dashBefore(offset: number, text: string): number {
  return text.lastIndexOf("-", offset - 1);
}

function columnOf(offset: number, text: string): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

/** Whether lists below a key are indented: as one near says, else as most people write it. */
function listsAreIndented(collection: Collection, text: string): boolean {
  let found: boolean | undefined;
  visit(collection as Node, {
    Pair: (_, { key, value }) => {
      if (!isSeq(value) || value.flow === true || value.items.length === 0 || isMap(key)) return undefined;
      found = columnOf(value.range![0], text) > columnOf(startOf(key), text);
      return visit.BREAK;
    },
  });
  return found ?? !/\n([ ]*)[\w-]+:[ ]*\n\1- /.test(text);
}
