import type { Style } from "./style.ts";

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

/** Columns in line under a header, cut to nothing: long values wrap in the terminal rather than get lost. */
export async function alignedTable(table: Table, style: Style): Promise<string> {
  const { default: stringWidth } = await import("string-width");
  const cells = [table.columns.map((column) => column.title), ...table.rows];
  const widths = table.columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index] ?? ""))));
  const line = (row: readonly string[], header: boolean) =>
    table.columns
      .map((column, index) => {
        const text = row[index] ?? "";
        const padding = " ".repeat(widths[index]! - stringWidth(text));
        const marked = header ? style.bold(text) : (column.mark?.(text, style) ?? text);
        if (column.align === "right") return padding + marked;
        return index === table.columns.length - 1 ? marked : marked + padding;
      })
      .join("  ")
      .trimEnd();
  return cells.map((row, index) => `${line(row, index === 0)}\n`).join("");
}

/** Tab-separated lines without a header, for cut and awk. */
export function tabSeparated(table: Table): string {
  return table.rows.map((row) => `${row.map((cell) => cell.replace(/[\t\n]/g, " ")).join("\t")}\n`).join("");
}

export function markdownTable(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, "\\|").replace(/\n/g, "<br>")).join(" | ")} |\n`;
  return line(table.columns.map((column) => column.title)) + line(table.columns.map((column) => (column.align === "right" ? "---:" : "---"))) + table.rows.map(line).join("");
}

export function htmlTable(table: Table): string {
  const row = (tag: "th" | "td", cells: readonly string[]) =>
    `<tr>${cells.map((cell, index) => `<${tag}${table.columns[index]?.align === "right" ? ' class="number"' : ""}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>\n`;
  return `<table>\n<thead>\n${row("th", table.columns.map((column) => column.title))}</thead>\n<tbody>\n${table.rows.map((cells) => row("td", cells)).join("")}</tbody>\n</table>\n`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character]!);
}
