import type { Context, Output } from "../context.ts";
import type { Place } from "../core/base/problem.ts";
import type { AiplatError, LocatedProblem } from "../errors.ts";
import { toJson } from "./harmless.ts";
import { styleFor, type Style } from "./style.ts";

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
  const problems = error.details["problems"];
  if (Array.isArray(problems) && problems.length > 0) {
    stderr.write(formatProblems(problems as LocatedProblem[], style));
    return;
  }
  stderr.write(`${style.red("error:")} ${error.message}\n${error.hint === undefined ? "" : `${indent(error.hint)}\n`}`);
}

/** One block a problem: `file:line:column: error: what is wrong` and what to write instead beneath it. */
export function formatProblems(problems: readonly Omit<LocatedProblem, "code">[], style: Style): string {
  return problems
    .map((each) => {
      const severity = each.severity === "error" ? style.red("error:") : style.yellow("warning:");
      const hint = each.hint === undefined ? "" : `${indent(each.hint)}\n`;
      return `${place(each, style)}${severity} ${each.message}\n${hint}`;
    })
    .join("");
}

function place(each: Place, style: Style): string {
  if (each.flag !== undefined) return `${style.bold(each.flag)}: `;
  if (each.file === undefined) return "";
  const position = each.line === undefined ? "" : `:${each.line}${each.column === undefined ? "" : `:${each.column}`}`;
  return `${style.bold(`${each.file}${position}`)}: `;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
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
