import type { OutputStream } from "../context.ts";

/** No line of wrapped text is narrower, however little room an indent leaves. */
const leastWidth = 20;

/** Words that follow an indent of so many characters, on a terminal of `columns`; further lines begin below them. */
export function wrapAfter(indent: number, text: string, columns: number): string {
  return wrap(text, Math.max(columns - indent, leastWidth)).join(`\n${" ".repeat(indent)}`);
}

/** Words in lines of at most `width` characters; a longer word keeps a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapWords(text.split(" "), width);
}

/** The same of words that may hold spaces, as those of a command line in quotes do, with a gap between two of them. */
export function wrapWords(words: readonly string[], width: number, gap = " "): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + gap.length + word.length <= width)
      lines[lines.length - 1] = `${last}${gap}${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Lines that hold a command after two spaces stay whole: they are copied. */
export function wrapLines(text: string, columns: number, indent: string): string {
  if (columns === Number.POSITIVE_INFINITY) return text;
  return text
    .split("\n")
    .map((line) => (line.includes(":  ") ? line : wrap(line, columns - indent.length).join(`\n${indent}`)))
    .join("\n");
}

/** What a line has room for: without end in a pipe, and on a terminal of no size (`script` in a pipe). */
export function columnsOf({ isTTY, columns }: Pick<OutputStream, "isTTY" | "columns">): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}
