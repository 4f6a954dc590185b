import type { Task } from "../core/ecs-api/api.ts";

/** Why aiplat stops what it has just started: by these, such tasks count for nothing when a run is repeated. */
export const giveBackReasons = {
  allOrNothing: "aiplat --all-or-nothing: not every task could be placed",
  conflict: "aiplat: another task holds the device",
} as const;

/** Whether aiplat started the task and took it back at once: it is as if it had never been. */
export function isGivenBack({ desiredStatus, stoppedReason }: Task): boolean {
  return desiredStatus === "STOPPED" && Object.values<string | undefined>(giveBackReasons).includes(stoppedReason);
}
