import type { FailureReason } from "../base/codes/reason-codes.ts";
import { counted } from "../base/counted.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { barredGrowth, heldOn, waysToGrow } from "../placement/barred-growth.ts";
import type { InstanceState } from "../placement/instance-state.ts";
import { instancesToExclude } from "./exclusion.ts";
import { mayStart, providersOf, type RunSettings } from "./run-request.ts";
import type { RunFailure } from "./run-result.ts";

/**
 * What keeps a provider from starting a machine for the rest: somebody whom ECS does not see, on a machine that it has.
 *
 * @param variants What a task needs, in each of the ways in which it may be placed.
 */
export function cannotGrow(
  variants: readonly Requirements[],
  settings: RunSettings,
  instanceStates: readonly InstanceState[],
  missing: number,
): RunFailure | undefined {
  if (mayStart(settings) === 0) return undefined;
  const exposed = variants.map((requirements) => ({
    requirements,
    instanceStates: instancesToExclude(requirements, instanceStates),
  }));
  const first = exposed.find((each) => each.instanceStates.length > 0);
  if (first === undefined || exposed.some((each) => each.instanceStates.length === 0)) return undefined;
  const held = heldOn(first.requirements, first.instanceStates[0]!);
  return {
    reason: "DEVICES" satisfies FailureReason,
    detail: `${missing} of ${counted(settings.count, "task")}: ${barredGrowth(held, providersOf(settings))}`,
    hint: waysToGrow,
  };
}
