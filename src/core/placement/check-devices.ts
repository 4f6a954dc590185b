import { areAvailable, availabilityOf, type DeviceAvailability } from "../devices/availability.ts";
import type { Claim } from "../devices/claims.ts";
import { devicePath } from "../catalog/slots.ts";
import { taskIdOf } from "../ecs-api/arn.ts";
import { listOr } from "../base/problem.ts";
import type { Requirements } from "../ecs/requirements.ts";
import type { InstanceState } from "./instance-state.ts";

/** Why the Neuron devices of the task are not to be had: the instance lacks them, or other tasks hold them. */
export function checkDevices(requirements: Requirements, instanceState: InstanceState): readonly string[] {
  const devices = availabilityOf(instanceState, requirements);
  const isPlaced = ({ device }: DeviceAvailability) => instanceState.placedDevices.includes(device);
  // A large plan asks mostly where nothing is in the way.
  if (areAvailable(devices) && !devices.some(isPlaced)) return [];
  const placed = devices.filter(isPlaced);
  // A lock that ECS counts as taken although no task of the snapshot holds the device.
  const locked = devices.filter((each) => each.lockTaken && each.holders.length === 0 && !isPlaced(each));
  return [
    ...checkPresence(devices, instanceState),
    ...blockersIn(devices).map(
      ({ claim, devices: taken }) =>
        `${pathsOf(taken)} ${taken.length === 1 ? "is" : "are"} held by task ${describe(claim)}`,
    ),
    ...(placed.length === 0 ? [] : [describePlaced(numbersOf(placed), instanceState)]),
    ...locked.map(
      ({ device }) => `UDP host port ${lockOf(requirements, device)}, the lock of ${devicePath(device)}, is taken`,
    ),
  ];
}

/** Devices of tasks that were placed after the snapshot: those of a deployment may have been there before. */
function describePlaced(devices: readonly number[], { placing }: InstanceState): string {
  const one = devices.length === 1;
  return placing === "run"
    ? `${pathsOf(devices)} ${one ? "goes" : "go"} to another task of this run`
    : `${pathsOf(devices)} ${one ? "is" : "are"} held by a task of this deployment`;
}

/** Devices that the instance does not have, or that nobody knows it to have. */
function checkPresence(
  devices: readonly DeviceAvailability[],
  { instanceType, neuronDevices }: InstanceState,
): readonly string[] {
  const absent = devices.filter(({ availability }) => availability === "absent");
  if (absent.length > 0) {
    const what = neuronDevices === 0 ? "no Neuron devices" : `no ${listOr(numbersOf(absent).map(devicePath), "and")}`;
    return [`${instanceType} has ${what}`];
  }
  if (!devices.some(({ availability, holders }) => availability === "unknown" && holders.length === 0)) return [];
  return [
    instanceType === undefined
      ? "the instance does not say its type, and so nobody knows its Neuron devices"
      : `the catalogue does not know ${instanceType}, and so not its Neuron devices`,
  ];
}

export interface Blocker {
  readonly claim: Claim;
  /** The devices that both want. */
  readonly devices: readonly number[];
}

/**
 * The claims that stand in the task's way. One that is stopping does not, where the agent holds the task back for it.
 */
export function blockersOf(requirements: Requirements, instanceState: InstanceState): readonly Blocker[] {
  return blockersIn(availabilityOf(instanceState, requirements));
}

function blockersIn(devices: readonly DeviceAvailability[]): readonly Blocker[] {
  const blocked = new Map<Claim, number[]>();
  for (const { device, holders } of devices) {
    for (const claim of holders) {
      const held = blocked.get(claim);
      if (held === undefined) blocked.set(claim, [device]);
      else held.push(device);
    }
  }
  return Array.from(blocked, ([claim, held]) => ({ claim, devices: held }));
}

function numbersOf(devices: readonly DeviceAvailability[]): readonly number[] {
  return devices.map(({ device }) => device);
}

function lockOf({ locks }: Requirements, device: number): number | undefined {
  return locks.find((lock) => lock.device === device)?.port;
}

function describe({ taskArn, sources, state }: Claim): string {
  return `${taskIdOf(taskArn)}${howHeld(sources)}${state === "stopping" ? ", which is stopping" : ""}`;
}

function howHeld(sources: Claim["sources"]): string {
  if (sources.includes("reach")) return " (privileged: it could open every device)";
  return sources.includes("unknown") ? " (its definition is not known)" : "";
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
