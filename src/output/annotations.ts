import type { LocatedProblem } from "../errors.ts";

/**
 * Problems as annotations of GitHub Actions.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions#setting-an-error-message
 */
export function githubAnnotations(problems: readonly LocatedProblem[]): string {
  return problems
    .map(({ severity, message, hint, file, line, column, flag }) => {
      const properties = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { col: column }) };
      const where = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
      const text = `${flag === undefined ? "" : `${flag}: `}${message}${hint === undefined ? "" : `\n${hint}`}`;
      return `::${severity}${where.length === 0 ? "" : ` ${where.join(",")}`}::${escapeData(text)}\n`;
    })
    .join("");
}

function escapeData(text: string): string {
  return text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
}
