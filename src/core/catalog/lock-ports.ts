import type { PortMapping } from "../ecs-api/api.ts";
import { instanceTypes } from "./instance-types/catalog.ts";
import type { Slot } from "./slots.ts";

/**
 * A device's lock port is base + device number. The base is one for a whole cluster: two bases on one machine would
 * let two tasks hold one device, so it is a tag of the cluster (`aiplat:lock-port-base`) and no flag.
 */
export const lockPortBase = 28_700;

/** The most Neuron devices that a type of the catalogue has, and so the length of the lock range. */
export const lockPortCount = Math.max(
  ...instanceTypes.map(({ accelerator }) => (accelerator.kind === "neuron" ? accelerator.count : 0)),
);

/** Below it only root may listen, and Docker with it. */
export const firstLockPort = 1024;

/** Linux takes the ports of its own connections, and ECS those that a task leaves open, from here on. */
export const lockPortsEnd = 32_768;

export const lockPortBaseTag = "aiplat:lock-port-base";

/** Whether a UDP host port is in the lock range. */
export function isLockPort(port: number, base = lockPortBase): boolean {
  return port >= base && port < base + lockPortCount;
}

/**
 * The static UDP host ports that make ECS itself refuse a second claim on a device of the slot: ECS counts host ports
 * per instance (bridge and host mode), whoever placed the tasks. Host port equals container port, as host mode demands.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
export function lockPortMappings(slot: Slot, base = lockPortBase): readonly PortMapping[] {
  return slot.map((device) => ({ containerPort: base + device, hostPort: base + device, protocol: "udp" }));
}
