import { present } from "../../base/present.ts";
import { pathText, Refusal, type Problem } from "../../base/problem.ts";
import { fixText } from "./fix.ts";
import { lintTaskDefinition } from "./lint.ts";
import type { Finding, Severity } from "./rule.ts";
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
  /** How many findings were fixed; undefined where nothing was to be. */
  readonly fixed?: number;
}

/** What lint says of some files. */
export interface LintReport {
  readonly files: readonly LintedFile[];
  /** In the order of the files, from the top of each; after fixes, what is left. */
  readonly findings: readonly ReportedFinding[];
  /**
   * What was fixed, in the order in which it was; without line and column, which fixes
   * move. Undefined where nothing was to be.
   */
  readonly fixed?: readonly ReportedFinding[];
}

/** A file to lint. */
export interface LintInput {
  readonly name: string;
  readonly text: string;
}

/**
 * Lints every task definition of some files in JSON or YAML.
 *
 * @throws Refusal with the problems of every file that cannot be read as task definitions.
 */
export function lintFiles(files: readonly LintInput[]): LintReport {
  const linted = files.map(({ name, text }) => attempt(() => lintFile(readTaskDefinitions(text, name), name)));
  refuseAll(linted);
  return { files: linted.map(({ value }) => value!.file), findings: linted.flatMap(({ value }) => value!.findings) };
}

/**
 * Fixes what has one right answer in some files, and lints what comes of it.
 *
 * @returns The report, and each file's text as it should be now.
 * @throws Refusal with the problems of every file that cannot be read as task definitions.
 */
export function fixFiles(files: readonly LintInput[]): {
  readonly report: LintReport;
  readonly texts: readonly string[];
} {
  const fixed = files.map(({ name, text }) =>
    attempt(() => {
      const result = fixText(text, name);
      return {
        text: result.text,
        fixed: result.fixed.map((each) => reported(each, each.source, name)),
        left: lintFile(result.sources, name),
      };
    }),
  );
  refuseAll(fixed);
  const done = fixed.map(({ value }) => value!);
  return {
    texts: done.map(({ text }) => text),
    report: {
      files: done.map((each) => ({ ...each.left.file, fixed: each.fixed.length })),
      findings: done.flatMap(({ left }) => left.findings),
      fixed: done.flatMap((each) => each.fixed),
    },
  };
}

type Attempt<T> =
  | { readonly value: T; readonly problems?: never }
  | { readonly value?: never; readonly problems: readonly Problem[] };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problems: error.problems };
  }
}

function refuseAll(attempts: readonly Attempt<unknown>[]): void {
  const problems = attempts.flatMap((each) => each.problems ?? []);
  if (problems.length > 0) throw new Refusal(problems);
}

function lintFile(
  sources: readonly DefinitionSource[],
  name: string,
): { readonly file: LintedFile; readonly findings: readonly ReportedFinding[] } {
  const findings = sources.flatMap((source) => findingsOf(source, name)).sort(byPlace);
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length;
  return {
    file: { file: name, taskDefinitions: sources.length, errors: count("error"), warnings: count("warning") },
    findings,
  };
}

function findingsOf(source: DefinitionSource, file: string): readonly ReportedFinding[] {
  return lintTaskDefinition(source.definition).map((finding) => {
    const { line, column } = source.placeOf(finding.path);
    return {
      ...reported(finding, source, file),
      ...present({ line, column }),
    };
  });
}

function reported(
  { rule, severity, path, message, fix }: Finding,
  { definition: { family }, prefix }: DefinitionSource,
  file: string,
): ReportedFinding {
  return {
    rule,
    severity,
    file,
    ...(typeof family === "string" ? { family } : {}),
    path: pathText([...prefix, ...path]),
    message,
    fix,
  };
}

function byPlace(one: ReportedFinding, other: ReportedFinding): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}
