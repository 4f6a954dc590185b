import { problem, type Path, type Problem } from "../base/problem.ts";

/** Where values come from that a file only names. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface FilledText {
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Whether a text names a variable of the environment. */
export function refersToEnvironment(text: string): boolean {
  return text.includes("${env:");
}

/**
 * Fills in `${env:VAR}` and `${env:VAR:-default}`, which counts where the variable is not set or empty, as in a shell.
 * Every other `$` is the container's own and stays.
 */
export function fillInText(text: string, path: Path, variables: Variables): FilledText {
  const problems: Problem[] = [];
  const filled = text.replace(/\$\{env:([^}]*)(\}?)/g, (whole: string, inner: string, end: string) => {
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(inner) ?? [];
    if (name === undefined || end === "") {
      problems.push(
        problem(
          "environment-reference",
          path,
          `${end === "" ? shortened(whole) : whole} names no variable of the environment`,
          "Write ${env:NAME} or ${env:NAME:-default}.",
        ),
      );
      return whole;
    }
    const value = variables[name];
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value === undefined)
      problems.push(
        problem(
          "environment-unset",
          path,
          `\${env:${name}}: ${name} is not set`,
          `Set it, or write \${env:${name}:-default}.`,
        ),
      );
    return value ?? whole;
  });
  return { text: filled, problems };
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
