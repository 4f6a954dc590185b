import type { ClusterDevices, MappedInstance, MappedTask } from "../core/devices/device-map.ts";
import { devicesCostText } from "./cost.ts";
import type { Style } from "./style.ts";
import { wrapAfter } from "./wrap.ts";

/** How many devices are free and held, and what there is room for. */
export function summarise({ cluster, instances, cost }: ClusterDevices, style: Style, columns: number): string {
  const devices = instances.flatMap((instance) => instance.devices);
  const count = (state: string) => devices.filter((device) => device.state === state).length;
  const missing = instances.reduce((sum, instance) => sum + (instance.missing?.count ?? 0), 0);
  const parts = [
    style.green(`${count("free")} free`),
    `${count("held")} held`,
    ...(count("stopping") > 0 ? [`${count("stopping")} held by stopping tasks`] : []),
    ...(count("hand-over") > 0 ? [style.yellow(`${count("hand-over")} in hand-over`)] : []),
    ...(count("shared") > 0 ? [`${count("shared")} shared by MPS`] : []),
    ...(missing > 0 ? [style.red(`${missing} missing`)] : []),
    ...(count("conflict") > 0 ? [style.red(`${count("conflict")} in conflict`)] : []),
  ];
  const all = devices.length + missing;
  return (
    `cluster ${style.bold(cluster)}: ${all} ${all === 1 ? "device" : "devices"} on ${instances.length} ` +
    `${instances.length === 1 ? "instance" : "instances"}\n${parts.join(", ")}\n${cost === undefined ? "" : `cost: ${wrapAfter("cost: ".length, devicesCostText(cost), columns)}\n`}${rooms(instances)}`
  );
}

/** How many replicas each type has room for, of the sizes that share an instance evenly. */
function rooms(instances: readonly MappedInstance[]): string {
  const types = byType(instances).flatMap(([type, some]) => {
    const room = describeRoom(some);
    return room === undefined ? [] : [[type, room] as const];
  });
  const width = Math.max(0, ...types.map(([type]) => type.length));
  return types.map(([type, room]) => `${type.padEnd(width)}  ${room}\n`).join("");
}

/** What a task runs: the workload of aiplat, or the family of other people's definition. */
export function workloadName({ workload, definition }: MappedTask): string {
  return workload ?? definition.replace(/:\d+$/, "");
}

/** The instances of each type, in the order in which the types come first. */
export function byType(
  instances: readonly MappedInstance[],
): readonly (readonly [string, readonly MappedInstance[]])[] {
  const types = new Map<string, MappedInstance[]>();
  for (const instance of instances) {
    const some = types.get(instance.instanceType);
    if (some === undefined) types.set(instance.instanceType, [instance]);
    else some.push(instance);
  }
  return [...types];
}

/**
 * `room for 5 x 1, 2 x 2 devices` on the instances of one type, of the sizes that share an instance evenly; undefined
 * where no slot is free.
 */
export function describeRoom(instances: readonly MappedInstance[]): string | undefined {
  const free = instances.filter(({ freeSlots }) => Object.keys(freeSlots).length > 0);
  if (free.length === 0) return undefined;
  const count = free[0]!.devices.length;
  const sizes = Array.from({ length: count }, (_, index) => index + 1).filter((size) => count % size === 0);
  const fitting = sizes
    .map((size) => ({ size, replicas: free.reduce((sum, { freeSlots }) => sum + (freeSlots[size] ?? 0), 0) }))
    .filter(({ replicas }) => replicas > 0);
  return (
    `room for ${fitting.map(({ size, replicas }) => `${replicas} x ${size}`).join(", ")} ` +
    `${fitting.at(-1)!.size === 1 ? "device" : "devices"}`
  );
}

/** The id, or the name, that an ARN or a path ends in. */
export function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
