import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { isTrunked, trunkAttribute } from "./interfaces-left.ts";
import type { Room } from "./room.ts";

/** The attribute that awsvpc mode needs. */
export const interfaceAttribute = "ecs.capability.task-eni";

export function checkInterfaces(needs: Requirements, room: Room): readonly string[] {
  const unsupported = checkInterfaceSupport(needs, room);
  if (unsupported.length > 0 || needs.networkMode !== "awsvpc" || (room.interfacesLeft ?? 1) > 0) return unsupported;
  const most = findInstanceType(room.instanceType ?? "")!.maxNetworkInterfaces!;
  return [
    `awsvpc mode needs a network interface, and none of the ${most} that ${room.instanceType} can have is left: one is its own, and each task in awsvpc mode takes one`,
  ];
}

/** What of awsvpc mode the instance does not have at all, however empty it is. */
export function checkInterfaceSupport({ networkMode }: Requirements, { instance }: Room): readonly string[] {
  if (networkMode !== "awsvpc" || Object.hasOwn(instance.attributes, interfaceAttribute)) return [];
  return [`awsvpc mode needs an instance with the attribute ${interfaceAttribute}`];
}

/** Why the interfaces of the instance are not counted, where the task needs one. */
export function uncountedInterfaces({ networkMode }: Requirements, room: Room): string | undefined {
  if (networkMode !== "awsvpc" || room.interfacesLeft !== undefined) return undefined;
  return isTrunked(room.instance)
    ? `its network interfaces are not counted: it has ENI trunking (${trunkAttribute})`
    : `its network interfaces are not counted: the catalogue does not know how many ${room.instanceType ?? "it"} can have`;
}
