import type { Style } from "./style.ts";
import { harmless, harmlessLine } from "./harmless.ts";
import { wrap } from "./wrap.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Marks a cell on a terminal; never changes its width. */
  readonly mark?: (text: string, style: Style) => string;
}

/** Rows of text under titles: what the text, table, markdown and html formats are made of. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** A terminal is narrow: columns where no row has anything are left out, all of them where there is no row. */
export function filledColumns({ columns, rows }: Table): Table {
  const filled = columns.map((_, index) => rows.some((row) => (row[index] ?? "") !== ""));
  return {
    columns: columns.filter((_, index) => filled[index]),
    rows: rows.map((row) => row.filter((_, index) => filled[index])),
  };
}

/** A last column with less room than this stands under its row instead. */
const leastRoom = 24;

/**
 * Columns in line under a header, cut to nothing. On a terminal of `terminalColumns` the words of the last column wrap
 * below its own title, and where the others leave it no room, below the row.
 */
export async function alignedTable(
  table: Table,
  style: Style,
  terminalColumns = Number.POSITIVE_INFINITY,
): Promise<string> {
  if (table.columns.length === 0) return "";
  const { default: stringWidth } = await import("string-width");
  const cells = [table.columns.map((column) => column.title), ...table.rows.map((row) => row.map(harmlessLine))];
  const widths = table.columns.map((_, index) =>
    cells.reduce((width, row) => Math.max(width, stringWidth(row[index] ?? "")), 0),
  );
  const last = table.columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  const wraps = last > 0 && table.columns[last]!.align === undefined && before + widths[last]! > terminalColumns;
  // A word that has no room beside the others, and has it below, goes there whole: an id is copied.
  const longestWord = wraps ? longestWordIn(cells.map((row) => row[last] ?? "")) : 0;
  const room = terminalColumns - before;
  const isBelow = wraps && (room < leastRoom || room < Math.min(longestWord, terminalColumns - 4));
  const indent = " ".repeat(isBelow ? 4 : before);
  const mark = (text: string, index: number, header: boolean) =>
    header ? style.bold(text) : (table.columns[index]!.mark?.(text, style) ?? text);
  const aligned = (row: readonly string[], header: boolean, end = wraps ? last : undefined) =>
    table.columns.slice(0, end).map(({ align }, index) => {
      const text = row[index] ?? "";
      const padding = " ".repeat(widths[index]! - stringWidth(text));
      return align === "right" ? padding + mark(text, index, header) : mark(text, index, header) + padding;
    });
  const line = (row: readonly string[], header: boolean): readonly string[] => {
    const start = aligned(row, header).join("  ").trimEnd();
    if (!wraps || (row[last] ?? "") === "") return [start];
    const [first, ...rest] = wrap(row[last]!, terminalColumns - indent.length).map((words) =>
      mark(words, last, header),
    );
    const under = (words: string) => indent + words;
    return isBelow
      ? [start, under(first!), ...rest.map(under)]
      : [`${aligned(row, header).join("  ")}  ${first}`, ...rest.map(under)];
  };
  const folded = before + widths[last]! > terminalColumns && !(wraps && before <= terminalColumns);
  const front = folded ? frontOf(widths, terminalColumns) : 0;
  // The same columns stand in the same place of every row, also where a row has nothing in one.
  const below = folded ? linesOf(widths, front, terminalColumns - 4) : [];
  const fold = (row: readonly string[], header: boolean): readonly string[] => {
    const parts = aligned(row, header, table.columns.length);
    return [
      parts.slice(0, front).join("  ").trimEnd(),
      ...below
        .filter((columns) => columns.some((index) => (row[index] ?? "") !== ""))
        .flatMap((columns) =>
          columns.length > 1
            ? [
                columns
                  .map((index) => parts[index])
                  .join("  ")
                  .trimEnd(),
              ]
            : wrap(row[columns[0]!]!, terminalColumns - 4).map((words) => mark(words, columns[0]!, header)),
        )
        .map((text) => `    ${text}`),
    ];
  };
  return cells
    .flatMap((row, index) => (folded ? fold(row, index === 0) : line(row, index === 0)))
    .map((text) => `${text}\n`)
    .join("");
}

function longestWordIn(cells: readonly string[]): number {
  return cells.flatMap((cell) => cell.split(" ")).reduce((longest, { length }) => Math.max(longest, length), 0);
}

/** How many of the first columns fit beside each other; one at least. */
function frontOf(widths: readonly number[], terminalColumns: number): number {
  let [front, width] = [1, widths[0] ?? 0];
  while (front < widths.length && width + 2 + widths[front]! <= terminalColumns) width += 2 + widths[front++]!;
  return front;
}

/** Which columns stand together in a line of so many characters, of their widths. */
function linesOf(widths: readonly number[], from: number, width: number): readonly (readonly number[])[] {
  const lines: number[][] = [];
  let used = 0;
  for (let index = from; index < widths.length; index++) {
    const last = lines.at(-1);
    if (last !== undefined && used + 2 + widths[index]! <= width) {
      last.push(index);
      used += 2 + widths[index]!;
    } else {
      lines.push([index]);
      used = widths[index]!;
    }
  }
  return lines;
}

/** Tab-separated lines without a header, for cut and awk. */
export function tabSeparated(table: Table): string {
  return table.rows.map((row) => `${row.map((cell) => harmlessLine(cell).replace(/\t/g, " ")).join("\t")}\n`).join("");
}

export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(" | ")} |\n`;
  return (
    line(table.columns.map((column) => column.title)) +
    line(table.columns.map((column) => (column.align === "right" ? "---:" : "---"))) +
    table.rows.map(line).join("")
  );
}

/** A cell in which nothing is markup: no HTML, link or image of whoever named a thing. */
function markdownText(cell: string): string {
  return harmless(cell)
    .replace(/[\\`*[\]|]/g, "\\$&")
    .replace(/[<>&]/g, (character) => ({ "<": "&lt;", ">": "&gt;" })[character] ?? "&amp;")
    .replace(/\n/g, "<br>");
}
