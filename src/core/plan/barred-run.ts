import type { FailureReason } from "../base/codes/reason-codes.ts";
import { counted } from "../base/counted.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { barredGrowth, heldOn, waysToGrow } from "../placement/barred-growth.ts";
import type { Room } from "../placement/room.ts";
import { providersOf, type RunSettings } from "./run-request.ts";
import type { RunFailure } from "./run-result.ts";

/** Why no machine is started for the tasks of a run that have no place: somebody whom ECS does not see is on these. */
export function barredRun(
  needs: Requirements,
  exposed: readonly Room[],
  settings: RunSettings,
  missing: number,
): RunFailure {
  const held = heldOn(needs, exposed[0]!);
  return {
    reason: "DEVICES" satisfies FailureReason,
    detail: `${missing} of ${counted(settings.count, "task")}: ${barredGrowth(held, providersOf(settings))}`,
    hint: waysToGrow,
  };
}
