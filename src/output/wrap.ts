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

/** A column of words with less room than this begins at the indent again. */
const leastColumn = 24;

/**
 * A command after a colon and two spaces stays whole, on a line of its own where it has no room: it is copied. What
 * stands after other gaps is a column, and goes on below itself where it has room.
 */
export function wrapLines(text: string, columns: number, indent: string): string {
  if (columns === Number.POSITIVE_INFINITY) return text;
  return text
    .split("\n")
    .map((line) => {
      const room = columns - indent.length;
      const [said, ...command] = line.split(":  ");
      if (command.length > 0)
        return line.length <= room
          ? line
          : [...wrap(`${said}:`, room), `  ${command.join(":  ").trimStart()}`].join(`\n${indent}`);
      const [, before = "", words = ""] = /^(.*\S {2,})(\S.*)$/.exec(line) ?? [];
      const least = Math.max(leastColumn, ...words.split(" ").map(({ length }) => length));
      return before === "" || columns - before.length < least
        ? wrap(line, room).join(`\n${indent}`)
        : before + wrapAfter(before.length, words, columns);
    })
    .join("\n");
}

/** What a line has room for: without end in a pipe, and on a terminal of no size (`script` in a pipe). */
export function columnsOf({ isTTY, columns }: Pick<OutputStream, "isTTY" | "columns">): number {
  return isTTY && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}
