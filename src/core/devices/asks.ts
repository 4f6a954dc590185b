import type { ContainerDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { hostPortsOf } from "../ecs-api/host-ports.ts";
import { isLockPort, lockPortBase } from "../catalog/lock-ports.ts";
import { deviceNumber } from "../catalog/slots.ts";

/** Device numbers in ascending order, or every device of the instance. */
export type DeviceSet = readonly number[] | "all";

/** By what a task definition reaches Neuron devices. */
export type AskSource = "devices" | "lock-port" | "visible-devices" | "bind-mount" | "privileged" | "neuron-device";

/** Which Neuron devices a task definition reaches, and by what. */
export interface DeviceAsk {
  readonly devices: DeviceSet;
  readonly sources: readonly AskSource[];
}

const none: DeviceAsk = { devices: [], sources: [] };

/**
 * Which Neuron devices a task of the definition holds, whatever tool wrote it. ECS on EC2 does not schedule them, so
 * this is read from everything that opens a device to a container; in doubt it is every device.
 */
export function deviceAskOf(definition: TaskDefinition, base = lockPortBase): DeviceAsk {
  const paths = hostPathsOf(definition);
  const locks = hostPortsOf(definition).filter(({ port, protocol }) => protocol === "udp" && isLockPort(port, base));
  return join([
    ask(
      "lock-port",
      locks.map(({ port }) => port - base),
    ),
    ...definition.containerDefinitions.flatMap((container) => [
      ask(
        "devices",
        (container.linuxParameters?.devices ?? []).flatMap(({ hostPath }) => deviceNumber(normalise(hostPath)) ?? []),
      ),
      // A privileged container sees every device of its host. https://docs.docker.com/engine/containers/run/
      container.privileged === true ? ask("privileged", "all") : none,
      ask("bind-mount", mountedDevices(container, paths)),
      ask("visible-devices", visibleDevices(container)),
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances.html: ALL is its only value.
      container.resourceRequirements?.some(({ type }) => type === "NeuronDevice") === true
        ? ask("neuron-device", "all")
        : none,
    ]),
  ]);
}

/** The numbers of the devices on an instance that has `count` of them. */
export function devicesIn(devices: DeviceSet, count: number): readonly number[] {
  return devices === "all"
    ? Array.from({ length: count }, (_, device) => device)
    : devices.filter((device) => device < count);
}

function ask(source: AskSource, devices: DeviceSet): DeviceAsk {
  return devices.length === 0 ? none : { devices, sources: [source] };
}

function join(asks: readonly DeviceAsk[]): DeviceAsk {
  const sources = [...new Set(asks.flatMap((each) => each.sources))];
  if (asks.some((each) => each.devices === "all")) return { devices: "all", sources };
  const devices = new Set(asks.flatMap((each) => each.devices as readonly number[]));
  return { devices: [...devices].sort((one, other) => one - other), sources };
}

/** The host paths of the definition's bind mounts, by the volume's name. */
function hostPathsOf(definition: TaskDefinition): ReadonlyMap<unknown, string> {
  const paths = new Map<unknown, string>();
  for (const volume of definition.volumes ?? []) {
    const { sourcePath } = (volume["host"] ?? {}) as { readonly sourcePath?: string };
    if (typeof sourcePath === "string") paths.set(volume["name"], normalise(sourcePath));
  }
  return paths;
}

function mountedDevices(container: ContainerDefinition, paths: ReadonlyMap<unknown, string>): DeviceSet {
  const mounted = (container.mountPoints ?? []).flatMap((mount) => paths.get(mount["sourceVolume"]) ?? []);
  return mounted.includes("/dev") ? "all" : mounted.flatMap((path) => deviceNumber(path) ?? []);
}

/** https://awsdocs-neuron.readthedocs-hosted.com/en/latest/containers/tutorials/tutorial-oci-hook.html */
function visibleDevices(container: ContainerDefinition): DeviceSet {
  const value = container.environment?.find(({ name }) => name === "AWS_NEURON_VISIBLE_DEVICES")?.value ?? "";
  if (value.trim() === "") return [];
  const devices = value.split(",").map((part) => /^\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?$/.exec(part));
  // ALL, or something the hook may understand and this does not.
  if (devices.includes(null)) return "all";
  return devices.flatMap((range) => {
    const first = Number(range![1]);
    return Array.from({ length: Math.max(0, Number(range![2] ?? first) - first + 1) }, (_, index) => first + index);
  });
}

/** `/dev//neuron0/` and `/dev/./neuron0` are `/dev/neuron0`. */
function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
