import { isLockPort, lockPortBase } from "../catalog/lock-ports.ts";
import { deviceNumber } from "../catalog/slots.ts";
import type { ContainerDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { hostPortsOf } from "../ecs-api/host-ports.ts";
import { joinDeviceSets, parseDeviceSet, taggedDevices, type DeviceSet } from "../catalog/device-set.ts";

/** By what a task definition says that it uses Neuron devices. */
export type ClaimSource = "tag" | "devices" | "lock-port" | "visible-devices" | "neuron-device";

/** Which Neuron devices a task definition uses, and by what. */
export interface ClaimedDevices {
  readonly devices: DeviceSet;
  readonly sources: readonly ClaimSource[];
}

export interface ClaimReading {
  /** The cluster's; the usual one where left out. */
  readonly lockPortBase?: number;
  /** Whether the machine's image gives a container the devices that its environment names. In doubt it does. */
  readonly hasOciHook?: boolean;
}

/**
 * Which Neuron devices a task of the definition uses, whatever tool wrote it: what its tag says, else what it lists,
 * locks, asks ECS for, or has the runtime's hook give it. A mount reaches nothing: Docker's device cgroup keeps every
 * device closed that is neither listed nor opened by `privileged`.
 * https://docs.docker.com/engine/containers/run/
 */
export function claimedDevicesOf(definition: TaskDefinition, reading: ClaimReading = {}): ClaimedDevices {
  const tagged = taggedDevices(definition.tags);
  if (tagged !== undefined) return { devices: tagged, sources: ["tag"] };
  const { lockPortBase: base = lockPortBase, hasOciHook = true } = reading;
  const locks = hostPortsOf(definition).filter(({ port, protocol }) => protocol === "udp" && isLockPort(port, base));
  return join([
    claim(
      "lock-port",
      locks.map(({ port }) => port - base),
    ),
    ...definition.containerDefinitions.flatMap((container) => [
      claim("devices", listedDevices(container)),
      claim("visible-devices", hasOciHook ? visibleDevices(container) : []),
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances.html: ALL is its only value.
      claim("neuron-device", asksForNeuron(container) ? "all" : []),
    ]),
  ]);
}

/**
 * Whether a task could open every device of its host though it says nothing of them.
 * https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
 */
export function reachesDevices({ containerDefinitions }: Pick<TaskDefinition, "containerDefinitions">): boolean {
  return containerDefinitions.some(({ privileged }) => privileged === true);
}

function claim(source: ClaimSource, devices: DeviceSet): ClaimedDevices {
  return devices.length === 0 ? { devices: [], sources: [] } : { devices, sources: [source] };
}

function join(claims: readonly ClaimedDevices[]): ClaimedDevices {
  return {
    devices: joinDeviceSets(claims.map(({ devices }) => devices)),
    sources: [...new Set(claims.flatMap(({ sources }) => sources))],
  };
}

function listedDevices({ linuxParameters }: ContainerDefinition): readonly number[] {
  return (linuxParameters?.devices ?? []).flatMap(({ hostPath }) => deviceNumber(normalise(hostPath)) ?? []);
}

/**
 * Whether ECS itself hands out the instance's Neuron devices to a task of the definition, and counts them: on Managed
 * Instances. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
 */
export function leavesNeuronToEcs({ containerDefinitions }: Pick<TaskDefinition, "containerDefinitions">): boolean {
  return containerDefinitions.some(asksForNeuron);
}

function asksForNeuron({ resourceRequirements }: ContainerDefinition): boolean {
  return resourceRequirements?.some(({ type }) => type === "NeuronDevice") === true;
}

/** https://awsdocs-neuron.readthedocs-hosted.com/en/latest/deploy/tutorials/oci-hook.html */
function visibleDevices({ environment }: ContainerDefinition): DeviceSet {
  const value = environment?.find(({ name }) => name === "AWS_NEURON_VISIBLE_DEVICES")?.value ?? "";
  // What the hook may understand and this does not is every device.
  return value.trim() === "" ? [] : (parseDeviceSet(value) ?? "all");
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
