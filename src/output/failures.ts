import type { Context } from "../context.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import { styleFor } from "./style.ts";
import { formatFailures } from "./tasks.ts";

/** Says on stderr what failed and what to do; under json and yaml the result's document has it. */
export async function printFailures(context: Context, failures: readonly RunFailure[]): Promise<void> {
  const { format, color } = context.options;
  if (failures.length === 0 || format === "json" || format === "yaml") return;
  context.stderr.write(formatFailures(failures, await styleFor(color, context.env, context.stderr)));
}
