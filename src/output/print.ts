import type { Context } from "../context.ts";
import { toJson } from "./harmless.ts";
import type { Page } from "./html/page.ts";
import { styleFor, type Style } from "./style.ts";
import { columnsOf } from "./wrap.ts";
import type { Table } from "./table.ts";

/**
 * One result in every form a command offers. A renderer file per result kind makes it; a missing form is not offered.
 */
export interface View {
  /** The kind of the document, e.g. `AmiList`. */
  readonly kind: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly table?: Table;
  /** A sentence about the figures of the table, below it where people read it. */
  readonly below?: string;
  /** Instead of the aligned table on a terminal of so many columns. */
  readonly text?: (style: Style, columns: number) => string | Promise<string>;
  /** Instead of tab-separated lines when piped; what people read has colour where FORCE_COLOR asks for it. */
  readonly piped?: string | ((style: Style) => string);
  /** Shell assignments. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lines for GitHub Actions: `name=value` for $GITHUB_OUTPUT, or `::error ...` annotations. */
  readonly github?: string;
  /** A page of its own instead of the table's. */
  readonly page?: () => Promise<Page>;
}

/** Writes a result to stdout in the format the user chose. */
export async function print(context: Context, view: View): Promise<void> {
  const text = await render(context, view);
  // The one format that is commands: each escapes what it carries.
  if (context.options.format === "github") context.stdout.writeAsIs(text);
  else context.stdout.write(text);
}

async function render(context: Context, view: View): Promise<string> {
  const { options, stdout, env } = context;
  const style = () => styleFor(options.color, env, stdout);
  const table = view.table ?? { columns: [], rows: [] };
  const columns = columnsOf(stdout);
  const below = view.below === undefined ? "" : `\n${view.below}\n`;
  // Not loaded where an artefact is printed, or a document.
  const tables = () => import("./table.ts");
  const inLine = async (shown = table) => (await tables()).alignedTable(shown, await style(), columns);
  switch (options.format) {
    case "json":
      return `${toJson(documentOf(view), 2)}\n`;
    case "yaml":
      return toYaml(documentOf(view));
    case "table":
      return `${await inLine()}${below}`;
    case "markdown":
      return `${(await tables()).markdownTable(table)}${below}`;
    case "env":
      return Object.entries(view.env ?? {})
        .map(([name, value]) => `${name}=${shellWord(value)}\n`)
        .join("");
    case "github":
      return view.github ?? "";
    case "html":
      return htmlPage(view, table);
    case "text": {
      if (!stdout.isTTY && view.piped !== undefined)
        return typeof view.piped === "string" ? view.piped : view.piped(await style());
      if (stdout.isTTY || view.table === undefined) {
        if (view.text !== undefined) return view.text(await style(), columns);
        // Titles of nothing say nothing: a note does.
        return inLine((await tables()).filledColumns(table));
      }
      return (await tables()).tabSeparated(table);
    }
  }
}

/** The document of a result, as scripts rely on it. */
function documentOf(view: View): Readonly<Record<string, unknown>> {
  return { apiVersion: "aiplat/v1", kind: view.kind, ...view.document };
}

/** Prints an artefact (a task definition, a manifest): raw, to pipe straight into aws or kubectl. */
export async function printArtefact(context: Context, artefact: unknown): Promise<void> {
  context.stdout.write(await artefactText(context, artefact));
}

/** An artefact as printed: YAML or JSON as it was asked for, else as its kind is usually written. */
export async function artefactText(
  context: Context,
  artefact: unknown,
  usual: "json" | "yaml" = "json",
): Promise<string> {
  const { format } = context.options;
  return format === "yaml" || (usual === "yaml" && format !== "json") ? toYaml(artefact) : `${toJson(artefact, 2)}\n`;
}

async function toYaml(value: unknown): Promise<string> {
  // Through a module of ours: esbuild gives import() of a CommonJS package no named exports.
  const { formatYaml } = await import("./yaml.ts");
  return formatYaml(value);
}

/** The value as one word of a shell. */
export function shellWord(value: string): string {
  return /^[A-Za-z0-9_./:@-]*$/.test(value) ? value : `'${value.replace(/'/g, "'\\''")}'`;
}

async function htmlPage(view: View, table: Table): Promise<string> {
  const { renderPage, tablePage } = await import("./html/page.ts");
  return renderPage(view.page === undefined ? tablePage(view.kind, table, view.below) : await view.page());
}
