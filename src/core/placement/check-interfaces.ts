import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { isTrunked, trunkAttribute } from "./interfaces-left.ts";
import type { InstanceState } from "./instance-state.ts";

/** The attribute that awsvpc mode needs. */
export const interfaceAttribute = "ecs.capability.task-eni";

export function checkInterfaces(requirements: Requirements, instanceState: InstanceState): readonly string[] {
  const unsupported = checkInterfaceSupport(requirements, instanceState);
  if (unsupported.length > 0 || requirements.networkMode !== "awsvpc" || (instanceState.interfacesLeft ?? 1) > 0)
    return unsupported;
  const most = findInstanceType(instanceState.instanceType ?? "")!.maxNetworkInterfaces!;
  return [
    `awsvpc mode needs a network interface, and none of the ${most} that ${instanceState.instanceType} can have is left: one is its own, and each task in awsvpc mode takes one`,
  ];
}

/** What of awsvpc mode the instance does not have at all, however empty it is. */
export function checkInterfaceSupport({ networkMode }: Requirements, { instance }: InstanceState): readonly string[] {
  if (networkMode !== "awsvpc" || Object.hasOwn(instance.attributes, interfaceAttribute)) return [];
  return [`awsvpc mode needs an instance with the attribute ${interfaceAttribute}`];
}

/** Why the interfaces of the instance are not counted, where the task needs one. */
export function uncountedInterfaces({ networkMode }: Requirements, instanceState: InstanceState): string | undefined {
  if (networkMode !== "awsvpc" || instanceState.interfacesLeft !== undefined) return undefined;
  return isTrunked(instanceState.instance)
    ? `its network interfaces are not counted: it has ENI trunking (${trunkAttribute})`
    : `its network interfaces are not counted: the catalogue does not know how many ${instanceState.instanceType ?? "it"} can have`;
}
