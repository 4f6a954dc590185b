import type { Context, Output } from "../context.ts";
import type { Place } from "../core/base/problem.ts";
import type { AiplatError, LocatedProblem } from "../errors.ts";
import { toJson } from "./harmless.ts";
import { plain as plainStyle, styleFor, type Style } from "./style.ts";
import { columnsOf, wrapLines } from "./wrap.ts";

interface Reporting {
  readonly argv: readonly string[];
  readonly env: Context["env"];
  readonly stderr: Output;
}

/**
 * Prints an error on stderr: for people, or under `-o json` as one compact document on the last line. Reads argv
 * itself, since the mistake may be in the options.
 */
export async function reportError(error: AiplatError, { argv, env, stderr }: Reporting): Promise<void> {
  if (argv.includes("--debug"))
    stderr.write(
      `${error.stack ?? error.message}\n${error.cause instanceof Error ? `caused by ${error.cause.stack}\n` : ""}`,
    );
  if (wantsJson(argv)) {
    const { code, message, hint, details } = error;
    const advice = hint === undefined ? {} : { hint };
    const document = { apiVersion: "aiplat/v1", kind: "Error", code, message, ...advice, details };
    stderr.write(`${toJson(document)}\n`);
    return;
  }
  const style = await styleFor(!argv.includes("--no-color"), env, stderr);
  const { message, hint } = error;
  const found = error.details["problems"];
  const problems =
    Array.isArray(found) && found.length > 0
      ? (found as LocatedProblem[])
      : [{ severity: "error" as const, message, ...(hint === undefined ? {} : { hint }) }];
  stderr.write(formatProblems(problems, style, columnsOf(stderr)));
}

/**
 * One block a problem: `file:line:column: error: what is wrong` and what to write instead beneath it, wrapped at words.
 */
export function formatProblems(
  problems: readonly Omit<LocatedProblem, "code">[],
  style: Style,
  columns = Number.POSITIVE_INFINITY,
): string {
  return problems
    .map((each) => {
      const severity = `${each.severity}:`;
      const marked = each.severity === "error" ? style.red(severity) : style.yellow(severity);
      const hint = each.hint === undefined ? "" : `${indented(each.hint, columns)}\n`;
      const plain = `${place(each, plainStyle)}${severity} `;
      const text = wrapLines(`${plain}${each.message}`, columns, "  ");
      return `${text.startsWith(plain) ? `${place(each, style)}${marked} ${text.slice(plain.length)}` : text}\n${hint}`;
    })
    .join("");
}

function place(each: Place, style: Style): string {
  if (each.flag !== undefined) return `${style.bold(each.flag)}: `;
  if (each.file === undefined) return "";
  const position = each.line === undefined ? "" : `:${each.line}${each.column === undefined ? "" : `:${each.column}`}`;
  return `${style.bold(`${each.file}${position}`)}: `;
}

function indented(text: string, columns: number): string {
  return `  ${wrapLines(text, columns - 2, "").replaceAll("\n", "\n  ")}`;
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.some(
    (word, index) =>
      word === "-ojson" ||
      word === "--output=json" ||
      ((word === "-o" || word === "--output") && words[index + 1] === "json"),
  );
}
