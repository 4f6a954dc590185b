import type { LintReport, ReportedFinding } from "../core/ecs/lint/report.ts";
import { githubAnnotation } from "./annotations.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";

/** What lint found: a block a finding on a terminal, a line each in a pipe, annotations on GitHub. */
export function lintReportView({ files, findings, fixed }: LintReport): View {
  return {
    kind: "LintReport",
    document: { files, findings, ...(fixed === undefined ? {} : { fixed }) },
    table: {
      columns: [
        { title: "PLACE" },
        { title: "SEVERITY", mark: (text, style) => colour(text, style)(text) },
        { title: "RULE" },
        { title: "PATH" },
        { title: "MESSAGE" },
        { title: "FIX" },
      ],
      rows: findings.map((finding) => [
        placeOf(finding),
        finding.severity,
        finding.rule,
        finding.path,
        finding.message,
        finding.fix,
      ]),
    },
    text: (style) => findings.map((finding) => block(finding, style)).join("\n"),
    github: findings.map(annotation).join(""),
  };
}

/**
 * `2 errors and 1 warning in 3 task definitions.`, after fixes `Fixed 2 problems; 1 error left in 3 task definitions.`
 */
export function lintSummary({ files, fixed = [] }: LintReport): string {
  const sum = (count: (file: LintReport["files"][number]) => number) =>
    files.reduce((total, file) => total + count(file), 0);
  const [definitions, errors, warnings] = [
    sum((file) => file.taskDefinitions),
    sum((file) => file.errors),
    sum((file) => file.warnings),
  ];
  const found = [
    ...(errors === 0 ? [] : [plural(errors, "error")]),
    ...(warnings === 0 ? [] : [plural(warnings, "warning")]),
  ];
  const where = `in ${plural(definitions, "task definition")}.`;
  if (fixed.length === 0) return `${found.length === 0 ? "No problems" : found.join(" and ")} ${where}`;
  return `Fixed ${plural(fixed.length, "problem")}; ${found.length === 0 ? "none" : found.join(" and ")} left ${where}`;
}

/** A line for each finding that was fixed. */
export function fixLines({ fixed = [] }: LintReport): readonly string[] {
  return fixed.map(
    ({ file, path, message, rule }) => `fixed ${file}: ${path === "" ? "" : `${path}: `}${message} [${rule}]`,
  );
}

function block(finding: ReportedFinding, style: Style): string {
  const { severity, rule, path, message, fix } = finding;
  const where = path === "" ? "" : `${style.dim(path)}\n  `;
  return (
    `${style.bold(placeOf(finding))}: ${colour(severity, style)(`${severity}:`)} ${message}\n` +
    `  ${where}${fix} ${style.dim(`[${rule}]`)}\n`
  );
}

function colour(severity: string, style: Style): (text: string) => string {
  return severity === "error" ? style.red : style.yellow;
}

function placeOf({ file, line, column }: ReportedFinding): string {
  return [file, line, column].filter((each) => each !== undefined).join(":");
}

function annotation({ severity, rule, file, line, column, message, fix }: ReportedFinding): string {
  // Standard input is no file of the repository.
  const place = file.startsWith("<") ? {} : { file, line, col: column };
  return githubAnnotation(severity, { ...place, title: rule }, `${message}\n${fix}`);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
