import { counted } from "../base/counted.ts";
import { listOr } from "../base/problem.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { checkDevices } from "../placement/check-devices.ts";
import type { Room } from "../placement/room.ts";
import { exposedRooms } from "./exclusion.ts";
import { mayStart, type RunSettings } from "./run-request.ts";
import type { RunFailure } from "./run-result.ts";

/**
 * What keeps a provider from starting a machine for the rest: somebody whom ECS does not see, on a machine that it has.
 *
 * @param variants What a task needs, in each of the ways in which it may be placed.
 */
export function cannotGrow(
  variants: readonly Requirements[],
  settings: RunSettings,
  rooms: readonly Room[],
  missing: number,
): RunFailure | undefined {
  if (mayStart(settings) === 0) return undefined;
  const exposed = variants.map((needs) => ({ needs, rooms: exposedRooms(needs, rooms) }));
  const first = exposed.find((each) => each.rooms.length > 0);
  if (first === undefined || exposed.some((each) => each.rooms.length === 0)) return undefined;
  const [room] = first.rooms;
  const held = checkDevices(first.needs, room!).join("; ");
  return {
    reason: "DEVICES",
    detail: `${missing} of ${counted(settings.count, "task")}: ${room!.instance.ec2InstanceId}: ${held}, which ECS does not see; to keep a task off that machine a constraint would have to name it, and then ${providersOf(settings)} starts no machines`,
    hint: "Run that task with aiplat, whose tasks lock their devices, or stop it; say with the tag aiplat:devices what it uses; or move it to machines of no capacity provider.",
  };
}

function providersOf({ capacityProviderStrategy = [] }: RunSettings): string {
  return listOr(capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider));
}
