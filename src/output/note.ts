import type { Context } from "../context.ts";
import type { LocatedProblem } from "../errors.ts";
import { formatProblems, widthOf } from "./error.ts";
import { styleFor } from "./style.ts";

/** Says something on stderr that is not the result: silent under --quiet and where the output is for machines. */
export function note(context: Context, text: string): void {
  if (!context.options.quiet && context.options.format !== "json") context.stderr.write(`${text}\n`);
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
      widthOf(context.stderr),
    ),
  );
}
