import { deviceNumber } from "../catalog/slots.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { givenNetworkMode } from "../workload/network-mode.ts";
import type { Workload } from "../workload/schema.ts";

/** The Neuron devices that raw fields list. */
export interface RawDevices {
  /** Ascending, each once. */
  readonly devices: readonly number[];
  /** Whether raw fields reserve a host port for each, in the distance that lock ports have. */
  readonly locked: boolean;
}

/**
 * The Neuron devices that a workload without an accelerator lists in its raw fields, as the definitions that people
 * write by hand do. Where there is an accelerator, raw fields may not list any.
 */
export function rawDevicesOf({ ecs }: Pick<Workload, "ecs">): RawDevices {
  const containers = objectsIn(ecs?.taskDefinition?.["containerDefinitions"]);
  const numbers = containers.flatMap(({ linuxParameters }) =>
    objectsIn(isRaw(linuxParameters) ? linuxParameters["devices"] : undefined).flatMap(
      ({ hostPath }) => deviceNumber(String(hostPath)) ?? [],
    ),
  );
  const devices = [...new Set(numbers)].sort((one, other) => one - other);
  const ports = new Set(
    containers.flatMap(({ portMappings }) =>
      objectsIn(portMappings).flatMap(({ protocol, hostPort }) =>
        protocol === "udp" && typeof hostPort === "number" ? [hostPort] : [],
      ),
    ),
  );
  const first = devices[0];
  return {
    devices,
    locked:
      first !== undefined &&
      ["bridge", "host"].includes(givenNetworkMode({ ecs })?.mode ?? "bridge") &&
      [...ports].some((port) => devices.every((device) => ports.has(port - first + device))),
  };
}

function objectsIn(list: unknown): readonly Raw[] {
  return Array.isArray(list) ? list.filter(isRaw) : [];
}
