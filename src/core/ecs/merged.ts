import type { RefusalCode } from "../base/codes/problem-codes.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import { problem, type Path, type Problem } from "../base/problem.ts";
import { deviceNumber } from "../catalog/slots.ts";
import type { ContainerDefinition, Device, PortMapping, TaskDefinition } from "../ecs-api/api.ts";
import type { DeviceRequest, ResolvedWorkload } from "../workload/resolved.ts";
import type { Variant } from "./variants.ts";
import { writtenPath } from "./written-path.ts";

interface Merged {
  /** The workload's own container before the merge, with the slot's devices. */
  readonly generated: ContainerDefinition;
  /** The port mappings that lock them. */
  readonly locks: readonly PortMapping[];
  readonly definition: TaskDefinition;
}

/** Whether a container may open the slot's devices beside the workload's own. */
function sharesDevices({ sidecars }: Pick<ResolvedWorkload, "sidecars">, container: Raw): boolean {
  return sidecars.some((each) => each.name === container["name"] && each.sharesDevices);
}

type Refuse = (code: RefusalCode, path: Path, message: string, hint: string) => Problem;

/**
 * What the raw fields may not do: take a device or a lock of the slot away, or claim a Neuron device beyond it. A
 * workload that asks for no accelerator has no slot: there the raw fields may list devices as its author sees fit.
 */
export function checkMerged(
  workload: ResolvedWorkload,
  { shape: { request } }: Pick<Variant, "shape">,
  { generated, locks, definition }: Merged,
): readonly Problem[] {
  const containers: readonly unknown[] = Array.isArray(definition.containerDefinitions)
    ? definition.containerDefinitions
    : [];
  const refuse: Refuse = (code, path, message, hint) =>
    problem(code, writtenPath(workload, definition, ["containerDefinitions", ...path]), message, hint);
  const found = containers.flatMap((each, index) => (isRaw(each) ? [{ container: each, index }] : []));
  const ours = found.find(({ container }) => container["name"] === generated.name);
  if (ours === undefined)
    return [
      refuse(
        "container-removed",
        [],
        `the container ${generated.name} cannot be merged away: it is the workload`,
        "Remove the null.",
      ),
    ];
  return [
    ...removedDevices(generated, ours, refuse),
    ...removedLocks(locks, ours, refuse),
    ...(isPart(request) ? found.flatMap((each) => privileged(each, refuse)) : []),
    ...(request.kind === "none"
      ? []
      : found.flatMap((each) => foreignDevices(generated, each, sharesDevices(workload, each.container), refuse))),
  ];
}

interface Found {
  readonly container: Raw;
  readonly index: number;
}

/** Whether a replica shares its machine's devices, or one of them, with others. */
function isPart(request: DeviceRequest): boolean {
  return request.kind === "nvidia-mps" || ((request.kind === "neuron" || request.kind === "nvidia") && !request.whole);
}

/** A privileged container could open its neighbours' devices. */
function privileged({ container, index }: Found, refuse: Refuse): readonly Problem[] {
  if (container["privileged"] !== true) return [];
  return [
    refuse(
      "privileged-slot",
      [index, "privileged"],
      `the container ${String(container["name"])} is privileged, and the replica has a part of its machine: it could open the devices of others there`,
      "Remove privileged, or let a replica have every device of its instance.",
    ),
  ];
}

/** The devices a container lists; none where raw fields made something else of them. */
export function devicesOf(container: ContainerDefinition | Raw): readonly Device[] {
  return listIn(container["linuxParameters"], "devices").filter(isDevice);
}

/** Whether a container lists what is no device: the linter says so. */
export function hasOddDevices(container: ContainerDefinition | Raw): boolean {
  const { linuxParameters } = container;
  const devices = isRaw(linuxParameters) ? linuxParameters["devices"] : undefined;
  return devices !== undefined && (!Array.isArray(devices) || !devices.every(isDevice));
}

function isDevice(value: unknown): value is Device {
  return isRaw(value) && typeof value["hostPath"] === "string";
}

function listIn(object: unknown, name: string): readonly unknown[] {
  const list = isRaw(object) ? object[name] : undefined;
  return Array.isArray(list) ? list : [];
}

function removedDevices(generated: ContainerDefinition, { container, index }: Found, refuse: Refuse) {
  const held = devicesOf(container);
  const kept = (device: Device) =>
    held.some(
      (each) =>
        each.hostPath === device.hostPath &&
        each.containerPath === device.containerPath &&
        device.permissions?.every((one) => listIn(each, "permissions").includes(one)),
    );
  return devicesOf(generated)
    .filter((device) => !kept(device))
    .map(({ hostPath }) => {
      const at = held.findIndex((each) => each.hostPath === hostPath);
      return refuse(
        "device-removed",
        [index, "linuxParameters", "devices", ...(at < 0 ? [] : [at])],
        `the device ${hostPath} is the slot's: raw fields cannot remove it or change it`,
        "Set accelerator.devicesPerReplica for fewer devices.",
      );
    });
}

function removedLocks(locks: readonly PortMapping[], { container, index }: Found, refuse: Refuse) {
  const ports = listIn(container, "portMappings");
  const isSame = (lock: PortMapping, port: unknown, names: readonly (keyof PortMapping)[]) =>
    isRaw(port) && names.every((name) => port[name] === lock[name]);
  return locks
    .filter((lock) => !ports.some((port) => isSame(lock, port, ["containerPort", "protocol", "hostPort"])))
    .map((lock) => {
      const at = ports.findIndex((port) => isSame(lock, port, ["containerPort", "protocol"]));
      return refuse(
        "lock-removed",
        [index, "portMappings", ...(at < 0 ? [] : [at])],
        `UDP port ${lock.containerPort} is the lock of a device: raw fields cannot remove it or change it`,
        "Leave it out of ecs.taskDefinition.",
      );
    });
}

function foreignDevices(generated: ContainerDefinition, { container, index }: Found, shares: boolean, refuse: Refuse) {
  const owned = devicesOf(generated).map(({ hostPath }) => hostPath);
  const isOurs = container["name"] === generated.name;
  const problems = devicesOf(container).flatMap(({ hostPath }, at) =>
    deviceNumber(hostPath) === undefined || ((isOurs || shares) && owned.includes(hostPath))
      ? []
      : [
          refuse(
            "device-beyond-slot",
            [index, "linuxParameters", "devices", at],
            `the device ${hostPath} of container ${String(container["name"])} is not one of the slot's`,
            `Only ${generated.name} holds Neuron devices; accelerator.devicesPerReplica says how many.`,
          ),
        ],
  );
  const asksNeuron = listIn(container, "resourceRequirements").findIndex(
    (each) => isRaw(each) && each["type"] === "NeuronDevice",
  );
  if (asksNeuron < 0 || !owned.some((hostPath) => deviceNumber(hostPath) !== undefined)) return problems;
  return [
    ...problems,
    refuse(
      "devices-mixed",
      [index, "resourceRequirements", asksNeuron],
      "NeuronDevice and linuxParameters.devices are never mixed in one task definition",
      "Set ecs.capacity: managed-instances to run by NeuronDevice.",
    ),
  ];
}
