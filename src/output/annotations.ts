import type { LocatedProblem } from "../errors.ts";
import { harmless } from "./harmless.ts";

/** Where an annotation stands, and its heading. */
export interface AnnotationProperties {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly col?: number | undefined;
  readonly title?: string | undefined;
}

/**
 * An annotation of GitHub Actions.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
 */
export function githubAnnotation(
  level: "error" | "warning" | "notice",
  { file, line, col, title }: AnnotationProperties,
  text: string,
): string {
  const given = Object.entries({ file, line, col, title }).filter(([, value]) => value !== undefined);
  const properties = given.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(",");
  return `::${level}${properties === "" ? "" : ` ${properties}`}::${escapeData(text)}\n`;
}

/** Problems as annotations. */
export function githubAnnotations(problems: readonly LocatedProblem[]): string {
  return problems
    .map(({ severity, message, hint, file, line, column, flag }) =>
      githubAnnotation(
        severity,
        { file, line, col: column },
        `${flag === undefined ? "" : `${flag}: `}${message}${hint === undefined ? "" : `\n${hint}`}`,
      ),
    )
    .join("");
}

function escapeData(text: string): string {
  return harmless(text).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}
