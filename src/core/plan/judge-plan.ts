import { listOr, type Problem } from "../base/problem.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { judgeRollouts, type Rollout, type RolloutVerdict } from "../deployment/rollout.ts";
import { rolloutProblem } from "../deployment/rollout-text.ts";
import type { ServiceStep } from "./service-plan.ts";

/** How the deployments of a plan go. */
export interface JudgedPlan {
  /** In the order of the deployments. */
  readonly verdicts: readonly RolloutVerdict[];
  /** Those that would stall, in words. */
  readonly stalls: readonly Problem[];
}

/**
 * Plays the deployments of a plan: what is deleted first has left its room, and what is deleted once its successors
 * are steady stays in its own until then.
 */
export function judgePlan(
  snapshot: ClusterSnapshot,
  deployments: readonly Rollout[],
  steps: readonly Pick<ServiceStep, "service" | "action" | "after">[],
): JudgedPlan {
  const deleted = steps.filter(({ action }) => action === "delete");
  const [first, staying] = [deleted.filter((step) => !staysUntil(step)), deleted.filter(staysUntil)];
  const verdicts = judgeRollouts(
    snapshot,
    deployments,
    first.map(({ service }) => service),
  );
  return {
    verdicts,
    stalls: verdicts.flatMap((verdict, index) =>
      verdict.finishes
        ? []
        : [
            besideThem(
              rolloutProblem(verdict, deployments[index]!),
              staying.map(({ service }) => service),
            ),
          ],
    ),
  };
}

/** Whether the service is deleted only after others. */
export function staysUntil({ action, after = [] }: Pick<ServiceStep, "action" | "after">): boolean {
  return action === "delete" && after.length > 0;
}

/** What stays holds room that the deployment would have without it: said, with the way that takes it away first. */
function besideThem(stall: Problem, staying: readonly string[]): Problem {
  if (staying.length === 0) return stall;
  const names = listOr(staying, "and");
  const [stays, its] = staying.length === 1 ? ["stays", "its"] : ["stay", "their"];
  return {
    ...stall,
    message: `${stall.message}; ${names} ${stays} until ${its} successors are steady`,
    hint: `${stall.hint} --recreate deletes ${names} first, and nothing serves until the new ones do.`,
  };
}
