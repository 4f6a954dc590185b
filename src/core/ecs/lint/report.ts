import { pathText, Refusal, type Problem } from "../../problem.ts";
import { lintTaskDefinition } from "./lint.ts";
import type { Severity } from "./rule.ts";
import { readTaskDefinitions, type DefinitionSource } from "./source.ts";

/** A finding with its place, as scripts read it. */
export interface ReportedFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly family?: string;
  /** From the root of the file: `[1].containerDefinitions[0].memory`. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export interface LintedFile {
  readonly file: string;
  readonly taskDefinitions: number;
  readonly errors: number;
  readonly warnings: number;
}

/** What lint says of some files. */
export interface LintReport {
  readonly files: readonly LintedFile[];
  /** In the order of the files, from the top of each. */
  readonly findings: readonly ReportedFinding[];
}

/**
 * Lints every task definition of some files in JSON or YAML.
 *
 * @throws Refusal with the problems of every file that cannot be read as task definitions.
 */
export function lintFiles(files: readonly { readonly name: string; readonly text: string }[]): LintReport {
  const problems: Problem[] = [];
  const linted = files.map(({ name, text }) => {
    try {
      const sources = readTaskDefinitions(text, name);
      return { name, definitions: sources.length, findings: sources.flatMap((source) => findingsOf(source, name)).sort(byPlace) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(...error.problems);
      return { name, definitions: 0, findings: [] };
    }
  });
  if (problems.length > 0) throw new Refusal(problems);
  const count = (findings: readonly ReportedFinding[], severity: Severity) => findings.filter((each) => each.severity === severity).length;
  return {
    files: linted.map(({ name, definitions, findings }) => ({ file: name, taskDefinitions: definitions, errors: count(findings, "error"), warnings: count(findings, "warning") })),
    findings: linted.flatMap(({ findings }) => findings),
  };
}

function findingsOf({ definition, prefix, placeOf }: DefinitionSource, file: string): readonly ReportedFinding[] {
  const { family } = definition;
  return lintTaskDefinition(definition).map(({ rule, severity, path, message, fix }) => {
    const { line, column } = placeOf(path);
    return {
      rule,
      severity,
      file,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      ...(typeof family === "string" ? { family } : {}),
      path: pathText([...prefix, ...path]),
      message,
      fix,
    };
  });
}

function byPlace(one: ReportedFinding, other: ReportedFinding): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
