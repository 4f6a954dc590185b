import type { ContainerInstance } from "../cluster/snapshot.ts";
import { devicesIn, type DeviceSet } from "../catalog/device-set.ts";
import { isCountedByEcs, type Claim } from "./claims.ts";
import { holdsSuccessors } from "./hand-over.ts";

/**
 * Whether a newcomer may have a device, and who keeps it off:
 *
 * - `free`: nobody holds it.
 * - `kept-off-by-ecs`: the device's lock port is reserved, and ECS places nothing there that reserves it too; or both
 *   leave the devices to ECS, which counts them.
 * - `kept-off-by-agent`: its holder is stopping. ECS has freed the lock port, and the agent holds the newcomer back
 *   until the holder has stopped: the device is to be had.
 * - `to-be-excluded`: somebody holds it, and neither ECS nor the agent sees that. aiplat itself must keep the newcomer
 *   away.
 * - `unknown`: what is missing to say it is named.
 * - `absent`: the instance has no such device.
 */
export type Availability = "free" | "kept-off-by-ecs" | "kept-off-by-agent" | "to-be-excluded" | "unknown" | "absent";

/** One device that a newcomer wants. */
export interface DeviceAvailability {
  readonly device: number;
  readonly availability: Availability;
  /** Who holds it and is not handed over by the agent. */
  readonly holders: readonly Claim[];
  /** Whether the newcomer's lock port of the device is in use on the instance, whoever uses it. */
  readonly lockTaken: boolean;
  /** What is not known, for `unknown`. */
  readonly missing?: string;
}

/** An instance as far as its Neuron devices go. */
export interface DeviceHost {
  readonly instance: ContainerInstance;
  readonly claims: readonly Claim[];
  /** How many Neuron devices it has; undefined where the catalogue does not know its type. */
  readonly neuronDevices: number | undefined;
  /** The UDP host ports in use. */
  readonly udpPorts: readonly number[];
}

/** A task that wants devices. */
export interface Newcomer {
  readonly devices: DeviceSet;
  /** The lock ports that it reserves; none in awsvpc mode. */
  readonly locks: readonly { readonly device: number; readonly port: number }[];
  /** Whether ECS hands out the devices itself. */
  readonly leavesNeuronToEcs?: boolean;
}

/**
 * The one answer to "is it free, and who keeps a newcomer off", device by device: runs, services, plans, explanations
 * and doctor ask here.
 */
export function availabilityOf(host: DeviceHost, newcomer: Newcomer): readonly DeviceAvailability[] {
  const { devices, locks } = newcomer;
  // Of an instance of unknown type nobody can say how many devices "all" are: those that are spoken of count.
  const count = host.neuronDevices ?? spokenOf(host.claims, locks);
  const wanted = devices === "all" ? devicesIn("all", count) : devices;
  const found: DeviceAvailability[] = [];
  for (const device of wanted) {
    const lock = locks.find((each) => each.device === device);
    found.push(deviceAvailability(host, device, lock?.port, newcomer));
  }
  for (const lock of locks) if (!wanted.includes(lock.device)) found.push(lockAvailability(host, lock));
  return found;
}

/** Whether the newcomer may have every one of the devices. */
export function areAvailable(devices: readonly DeviceAvailability[]): boolean {
  return devices.every(({ availability }) => availability === "free" || availability === "kept-off-by-agent");
}

/** Whether the newcomer has to be kept off the instance, since ECS might place it there beside a holder. */
export function mustBeExcluded(devices: readonly DeviceAvailability[]): boolean {
  return devices.some(
    ({ availability, holders }) =>
      availability === "to-be-excluded" || (availability === "unknown" && holders.length > 0),
  );
}

/** Whether nothing but the end of tasks that are stopping already is waited for. */
export function isLeaving({ holders, lockTaken }: DeviceAvailability): boolean {
  return !lockTaken && holders.length > 0 && holders.every(({ state }) => state === "stopping");
}

function deviceAvailability(
  host: DeviceHost,
  device: number,
  lockPort: number | undefined,
  { leavesNeuronToEcs = false }: Newcomer,
): DeviceAvailability {
  const { neuronDevices, udpPorts } = host;
  const lockTaken = lockPort !== undefined && udpPorts.includes(lockPort);
  if (neuronDevices !== undefined && device >= neuronDevices)
    return { device, availability: "absent", holders: [], lockTaken };
  const all = host.claims.filter(({ devices }) => devices === "all" || devices.includes(device));
  if (all.length === 0) return unheld(host, device, lockTaken);
  const keeper = (claim: Claim) =>
    leavesNeuronToEcs && claim.state === "held" && isCountedByEcs(claim)
      ? "ecs"
      : keeperOf(claim, lockPort, host.instance);
  const holders = all.filter((claim) => keeper(claim) !== "agent");
  const known = { device, holders, lockTaken };
  const untracked = holders.filter((claim) => keeper(claim) === undefined);
  if (untracked.some(({ sources }) => !sources.includes("unknown")))
    return { ...known, availability: "to-be-excluded" };
  if (untracked.length > 0)
    return { ...known, availability: "unknown", missing: `the task definition of ${untracked[0]!.taskArn}` };
  return { ...known, availability: lockTaken || holders.length > 0 ? "kept-off-by-ecs" : "kept-off-by-agent" };
}

/** Of a device that no claim is for. */
function unheld({ instance, neuronDevices }: DeviceHost, device: number, lockTaken: boolean): DeviceAvailability {
  const known = { device, holders: [], lockTaken };
  if (lockTaken) return { ...known, availability: "kept-off-by-ecs" };
  return neuronDevices === undefined
    ? { ...known, availability: "unknown", missing: `the Neuron devices of ${instance.ec2InstanceId}` }
    : { ...known, availability: "free" };
}

/**
 * Who keeps a newcomer that reserves the lock port off the device that the claim holds: ECS, where the claim reserves
 * the port too; the agent, where the claim's task is stopping, so that ECS has freed its ports; else nobody.
 */
function keeperOf(
  claim: Claim,
  lockPort: number | undefined,
  instance: ContainerInstance,
): "ecs" | "agent" | undefined {
  if (lockPort === undefined || !claim.hostPorts.includes(`${lockPort}/udp`)) return undefined;
  if (claim.state === "held") return "ecs";
  return holdsSuccessors(instance) ? "agent" : undefined;
}

/**
 * Of a lock port without its device, as a task that takes all devices may have on a smaller machine: ECS counts it all
 * the same.
 */
function lockAvailability({ udpPorts }: DeviceHost, { device, port }: Newcomer["locks"][number]): DeviceAvailability {
  const lockTaken = udpPorts.includes(port);
  return { device, availability: lockTaken ? "kept-off-by-ecs" : "free", holders: [], lockTaken };
}

/** How many devices the claims and locks speak of. */
function spokenOf(claims: readonly Claim[], locks: Newcomer["locks"]): number {
  return Math.max(
    0,
    ...locks.map(({ device }) => device + 1),
    ...claims.flatMap(({ devices }) => (devices === "all" ? [1] : devices.map((device) => device + 1))),
  );
}
