import { present } from "../../core/base/present.ts";
import type { ServicePlan } from "../../core/plan/service-plan.ts";
import type { Context } from "../../context.ts";
import { AiplatError } from "../../errors.ts";
import { warn } from "../../output/note.ts";
import type { OptionSpec } from "../shared/option.ts";
import { printRefusal } from "./print-refusal.ts";
import type { ServiceTarget } from "./service-target.ts";

export const allowStallOption = {
  flags: "--allow-stall",
  description: "go on although the rollout guard says that the deployment cannot finish",
} as const satisfies OptionSpec;

/** @throws AiplatError NoCapacity with the arithmetic of each deployment that would stall; the result is printed then. */
export async function guard(
  context: Context,
  target: ServiceTarget,
  { steps, unplaced }: Pick<ServicePlan, "steps" | "unplaced">,
  allow: boolean,
): Promise<void> {
  const stalling = unplaced.filter(({ problem }) => problem !== undefined);
  const stalls = stalling.flatMap(({ problem }) => problem ?? []);
  if (stalls.length === 0) return;
  if (allow) return warn(context, ...stalls.map(({ message }) => ({ message })));
  await printRefusal(
    context,
    target,
    steps,
    stalling.map(({ reason, detail, hint }) => ({ reason, hint, ...present({ detail }) })),
  );
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
