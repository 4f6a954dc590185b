import type { Table } from "../table.ts";

/** One self-contained page: it loads nothing, so that it can be mailed, attached and opened anywhere. */
export interface Page {
  readonly title: string;
  /** Markup; every text in it is escaped already. */
  readonly body: string;
  readonly style: string;
  readonly script?: string;
}

const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** The whole document. The policy keeps it from loading or sending anything, whatever the body holds. */
export function renderPage({ title, body, style, script }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${style}</style>
</head>
<body>
${body}${script === undefined ? "" : `<script>\n${script}</script>\n`}</body>
</html>
`;
}

/** The page of a result that is a table. */
export function tablePage(kind: string, table: Table, below?: string): Page {
  const said = below === undefined ? "" : `<p>${escapeHtml(below)}</p>\n`;
  return { title: `aiplat ${kind}`, body: `<h1>${kind}</h1>\n${htmlTable(table)}${said}`, style: tableStyle };
}

const tableStyle = `:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td {
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent);
  padding: .35rem .75rem;
  text-align: left;
}
td { font-variant-numeric: tabular-nums; }
.number { text-align: right; }
.name { white-space: nowrap; }
`;

/** What is one word is not broken at its dashes, as ids are copied; a longer one would widen the page. */
const longestName = 40;

function htmlTable(table: Table): string {
  const row = (tag: "th" | "td", cells: readonly string[]) => {
    const written = cells.map((cell, index) => {
      const isName = tag === "td" && cell.length <= longestName && !/\s/.test(cell);
      const classes = [
        ...(table.columns[index]?.align === "right" ? ["number"] : []),
        ...(isName && cell.includes("-") ? ["name"] : []),
      ];
      const attributes = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
      return `<${tag}${attributes}>${escapeHtml(cell)}</${tag}>`;
    });
    return `<tr>${written.join("")}</tr>\n`;
  };
  return `<table>\n<thead>\n${row(
    "th",
    table.columns.map((column) => column.title),
  )}</thead>\n<tbody>\n${table.rows.map((cells) => row("td", cells)).join("")}</tbody>\n</table>\n`;
}

/** Text as it stands in markup, in attributes too. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character]!,
  );
}
