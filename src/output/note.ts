import type { Context } from "../context.ts";
import type { LocatedProblem } from "../errors.ts";
import { formatProblems } from "./error.ts";
import { columnsOf, wrapLines } from "./wrap.ts";
import { styleFor } from "./style.ts";

/** Says something on stderr that is not the result, further lines indented; silent under --quiet and for machines. */
export function note(context: Context, text: string): void {
  const { options, stderr } = context;
  if (options.quiet || options.format === "json") return;
  stderr.write(`${wrapLines(text, columnsOf(stderr), "  ")}\n`);
}

/** Warns on stderr; only --quiet silences it. */
export async function warn(
  context: Context,
  ...warnings: readonly Omit<LocatedProblem, "severity" | "code">[]
): Promise<void> {
  if (context.options.quiet || warnings.length === 0) return;
  const style = await styleFor(context.options.color, context.env, context.stderr);
  context.stderr.write(
    formatProblems(
      warnings.map((each) => ({ ...each, severity: "warning" })),
      style,
      columnsOf(context.stderr),
    ),
  );
}
