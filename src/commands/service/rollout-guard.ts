import { present } from "../../core/base/present.ts";
import type { Unplaced } from "../../core/plan/plan.ts";
import type { Context } from "../../context.ts";
import { AiplatError } from "../../errors.ts";
import { warn } from "../../output/note.ts";
import type { OptionSpec } from "../shared/option.ts";

export const allowStallOption = {
  flags: "--allow-stall",
  description: "go on although the rollout guard says that the deployment cannot finish",
} as const satisfies OptionSpec;

/** @throws AiplatError NoCapacity with the arithmetic of each deployment that would stall. */
export async function guard(context: Context, unplaced: readonly Unplaced[], allow: boolean): Promise<void> {
  const stalls = unplaced.flatMap(({ problem }) => problem ?? []);
  if (stalls.length === 0) return;
  if (allow) return warn(context, ...stalls.map(({ message }) => ({ message })));
  const [first, ...others] = stalls;
  const said =
    others.length === 0
      ? { message: first!.message, hint: first!.hint }
      : {
          message: `${stalls.length} services would stall`,
          hint: "details.problems says of each what would fit; --allow-stall deploys all the same.",
        };
  throw new AiplatError("NoCapacity", said.message, {
    ...present({ hint: said.hint }),
    details: { problems: stalls },
  });
}
