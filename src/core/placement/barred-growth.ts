import { listOr } from "../base/problem.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { checkDevices } from "./check-devices.ts";
import type { InstanceState } from "./instance-state.ts";

/** Who holds devices of the task on the machine, in a sentence without its full stop. */
export function heldOn(requirements: Requirements, instanceState: InstanceState): string {
  return `${instanceState.instance.ec2InstanceId}: ${checkDevices(requirements, instanceState).join("; ")}, which ECS does not see`;
}

/**
 * Why capacity providers start no machines for tasks that have to be kept off one that there is: managed scaling looks
 * at constraints, and ids in one may stop it.
 *
 * @param held What heldOn says.
 */
export function barredGrowth(held: string, providers: readonly string[]): string {
  return `${held}; to keep a task off that machine a constraint has to name it, and then ${listOr(providers)} starts no machines`;
}

/** What a user can do about it. */
export const waysToGrow =
  "Run that task with aiplat, whose tasks lock their devices, or stop it; say with the tag aiplat:devices what it uses; or move it to machines of no capacity provider.";

/** ` (managed scaling of asg is off)`: what keeps providers from starting more; nothing where that is not known. */
export function because(limit: string | undefined): string {
  return limit === undefined ? "" : ` (${limit})`;
}
