import type { Context } from "../../context.ts";
import type { LogGroupStep } from "../../core/plan/log-groups.ts";
import { createLogGroups } from "../../operations/log-groups.ts";
import { note, warn } from "../../output/note.ts";

/** Makes the log groups of a plan; says what was made, and what the caller has no right to. */
export async function makeLogGroups(context: Context, steps: readonly LogGroupStep[] = []): Promise<void> {
  await createLogGroups(
    (region) => context.aws.logs(region),
    steps,
    async ({ done, ...outcome }) => (done ? note(context, outcome.message) : warn(context, outcome)),
  );
}
