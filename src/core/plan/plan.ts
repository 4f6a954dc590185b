import type { Problem } from "../base/problem.ts";
import type { Cost } from "../catalog/instance-types/cost.ts";
import type { LogGroupStep } from "./log-groups.ts";
import type { Registration } from "./registrations.ts";
import type { RunFailure } from "./run-result.ts";

/** What has no place, or a deployment that could not finish. */
export interface Unplaced extends RunFailure {
  /** Of a deployment: what the rollout guard says. */
  readonly problem?: Problem;
}

/**
 * What a command would do, as data: `plan` prints it, `--dry-run` shows its requests, and run-task, deploy, scale and
 * rollback carry it out.
 */
export interface Plan<Inputs, Step> {
  /** What it was made for and from: carrying it out later needs it, and it tells whether the world has moved since. */
  readonly inputs: Inputs;
  readonly registrations: readonly Registration[];
  /** In the order in which they are carried out. */
  readonly steps: readonly Step[];
  /** Log groups that are not there: they are made before the first task starts. */
  readonly logGroups?: readonly LogGroupStep[];
  readonly unplaced: readonly Unplaced[];
  /** What the tasks cost once it is carried out, by their shares of machines; left out where nobody can say. */
  readonly cost?: Cost;
  /** What the state that it was made from does not say, and what nobody has said, each in a sentence. */
  readonly warnings: readonly string[];
}

/** Whether carrying out the plan registers, creates, updates or deletes something; where tasks run does not count. */
export function changesAnything({
  registrations,
  steps,
  logGroups = [],
}: Pick<Plan<unknown, object>, "registrations" | "steps" | "logGroups">): boolean {
  return (
    logGroups.some(({ action }) => action === "create") ||
    registrations.some(({ action }) => action === "register") ||
    steps.some((step) => "action" in step && step.action !== "keep")
  );
}
