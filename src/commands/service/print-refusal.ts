import type { Context } from "../../context.ts";
import type { RunFailure } from "../../core/plan/run-result.ts";
import type { ServiceStep } from "../../core/plan/service-plan.ts";
import { notReached } from "../../operations/deploy-services.ts";
import { print } from "../../output/print.ts";
import { deploymentView } from "../../output/services.ts";
import type { ServiceTarget } from "./service-target.ts";

/**
 * Prints what a command that is refused before its first change answers (exits 3 and 4): no step is reached.
 *
 * @param failures Why, as far as it is the services' own; the error says the rest.
 */
export async function printRefusal(
  context: Context,
  target: ServiceTarget,
  steps: readonly ServiceStep[],
  failures: readonly RunFailure[] = [],
): Promise<void> {
  await print(context, deploymentView(target, steps.map(notReached), failures));
}
