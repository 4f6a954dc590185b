import { devicesIn } from "../devices/asks.ts";
import type { Claim } from "../devices/claims.ts";
import { guardOf } from "../devices/occupancy.ts";
import { devicePath } from "../catalog/slots.ts";
import { taskIdOf } from "../ecs-api/arn.ts";
import { listOr } from "../base/problem.ts";
import type { Requirements } from "./requirements.ts";
import type { Room } from "./room.ts";

/** Why the Neuron devices of the task are not to be had: the instance lacks them, or other tasks hold them. */
export function checkDevices(needs: Requirements, room: Room): readonly string[] {
  const { devices } = needs;
  const missing = devices === "all" ? [] : devices.filter((device) => device >= room.neuronDevices);
  const blockers = blockersOf(needs, room);
  const placed = devicesIn(devices, room.neuronDevices).filter((device) => room.placedDevices.has(device));
  // A lock that ECS counts as taken although no task of the snapshot holds the device.
  const locked = needs.locks.filter(
    ({ device, port }) =>
      room.udpPorts.has(port) && !placed.includes(device) && !blockers.some((each) => each.devices.includes(device)),
  );
  return [
    ...(missing.length === 0
      ? []
      : [
          `${room.instanceType ?? "the instance, which does not say its type,"} has ${room.neuronDevices === 0 ? "no Neuron devices" : `no ${listOr(missing.map(devicePath), "and")}`}`,
        ]),
    ...blockers.map(
      ({ claim, devices: taken }) =>
        `${pathsOf(taken)} ${taken.length === 1 ? "is" : "are"} held by task ${describe(claim)}`,
    ),
    ...(placed.length === 0
      ? []
      : [`${pathsOf(placed)} ${placed.length === 1 ? "goes" : "go"} to another task of this run`]),
    ...locked.map(({ device, port }) => `UDP host port ${port}, the lock of ${devicePath(device)}, is taken`),
  ];
}

export interface Blocker {
  readonly claim: Claim;
  /** The devices that both want. */
  readonly devices: readonly number[];
}

/** The claims that stand in the task's way. One that is stopping does not, where the agent holds the task back for it. */
export function blockersOf(needs: Requirements, room: Room): readonly Blocker[] {
  return room.claims.flatMap((claim) => {
    const devices = sharedDevices(needs, claim, room.neuronDevices).filter(
      (device) => guardOf(claim, lockOf(needs, device), room.instance) !== "agent",
    );
    return devices.length === 0 ? [] : [{ claim, devices }];
  });
}

/**
 * Whether somebody holds one of the task's devices and neither ECS nor the agent keeps the task away.
 *
 * @param count How many devices the instance has, or may have.
 */
export function isHeldUnseen(needs: Requirements, { claims, instance }: Room, count: number): boolean {
  return claims.some((claim) =>
    sharedDevices(needs, claim, count).some((device) => guardOf(claim, lockOf(needs, device), instance) === undefined),
  );
}

function sharedDevices({ devices }: Requirements, claim: Claim, count: number): readonly number[] {
  return devicesIn(devices, count).filter((device) => claim.devices === "all" || claim.devices.includes(device));
}

function lockOf({ locks }: Requirements, device: number): number | undefined {
  return locks.find((lock) => lock.device === device)?.port;
}

function describe({ taskArn, sources, state }: Claim): string {
  const by = sources.includes("privileged")
    ? " (privileged)"
    : sources.includes("unknown")
      ? " (its definition is not known)"
      : "";
  return `${taskIdOf(taskArn)}${by}${state === "stopping" ? ", which is stopping" : ""}`;
}

/** `/dev/neuron0`, or `/dev/neuron0-3` for a run of them. */
function pathsOf(devices: readonly number[]): string {
  const runs: number[][] = [];
  for (const device of devices) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === device - 1) run.push(device);
    else runs.push([device]);
  }
  return listOr(
    runs.map((run) => (run.length === 1 ? devicePath(run[0]!) : `${devicePath(run[0]!)}-${run.at(-1)}`)),
    "and",
  );
}
