import { isCollection, isPair, type YAMLSeq } from "yaml";
import type { TextReplacement } from "./edit-text.ts";
import { endOf, inline, scalar, spread, startOf, type Collection, type TextStyle } from "./text-style.ts";

/** What is added to a collection: with a key to a map, without one to a list. */
export interface Entry {
  readonly key?: string;
  readonly value: unknown;
}

/**
 * Adds to a collection in brackets that has items: on its line, or on lines of their own where its items have theirs.
 */
export function addToFlow(
  collection: Collection,
  entries: readonly Entry[],
  text: string,
  style: TextStyle,
): TextReplacement {
  const last = collection.items.at(-1);
  const begin = startOf(last);
  const indent = /^[ \t]*$/.exec(text.slice(text.lastIndexOf("\n", begin - 1) + 1, begin))?.[0];
  const oneLine = indent === undefined || siblingsOnOneLine(collection, text);
  const written = entries.map(({ key, value }) => {
    const head = key === undefined ? "" : `${scalar(key, style, true)}${style.colon}`;
    return `${head}${oneLine ? inline(value, style) : spread(value, indent, style)}`;
  });
  const separator = indent === undefined ? style.comma : `,${style.lineEnd}${indent}`;
  return at(endOf(last), written.map((each) => separator + each).join(""));
}

/** Whether the maps and lists among the items each stand on one line. */
function siblingsOnOneLine(collection: Collection, text: string): boolean {
  const values = (collection.items as readonly unknown[])
    .map((item) => (isPair(item) ? item.value : item))
    .filter((each) => isCollection(each) && each.items.length > 0);
  return values.length > 0 && values.every((each) => !text.slice(startOf(each), endOf(each)).includes("\n"));
}

/** Takes one of several items away, with the comma that it needs no more. */
export function removeFromFlow({ items }: Collection, index: number): TextReplacement {
  return index === 0
    ? { start: startOf(items[0]), end: startOf(items[1]), text: "" }
    : { start: endOf(items[index - 1]), end: endOf(items[index]), text: "" };
}

/** The items in another order, or fewer of them; what stands between them stays. */
export function arrangeFlow({ items }: YAMLSeq, order: readonly number[], text: string): TextReplacement {
  const chunks = items.map((item) => text.slice(startOf(item), endOf(item)));
  const between = items.slice(1).map((item, index) => text.slice(endOf(items[index]), startOf(item)));
  return {
    start: startOf(items[0]),
    end: endOf(items.at(-1)),
    text: order.map((each, index) => (index === 0 ? "" : between[index - 1]!) + chunks[each]!).join(""),
  };
}

function at(offset: number, text: string): TextReplacement {
  return { start: offset, end: offset, text };
}
