import { deviceNumber } from "../catalog/slots.ts";
import { problem, type Problem } from "../base/problem.ts";
import { isRaw, type Raw } from "../base/merge.ts";
import type { ContainerDefinition, Device, PortMapping, TaskDefinition } from "../ecs-api/api.ts";

const path = ["ecs", "taskDefinition", "containerDefinitions"];

/**
 * What the raw fields may not do: take a device or a lock of the slot away, or claim a Neuron device beyond it. A
 * workload that asks for no accelerator has no slot: there the raw fields may list devices as its author sees fit.
 *
 * @param generated The workload's own container before the merge, with the slot's devices.
 * @param locks The port mappings that lock them.
 */
export function checkMerged(
  generated: ContainerDefinition,
  locks: readonly PortMapping[],
  merged: TaskDefinition,
  { accelerated, partial }: { readonly accelerated: boolean; readonly partial: boolean },
): readonly Problem[] {
  const containers = Array.isArray(merged.containerDefinitions) ? merged.containerDefinitions.filter(isRaw) : [];
  const ours = containers.find((each) => each["name"] === generated.name) as ContainerDefinition | undefined;
  if (ours === undefined) {
    return [
      problem(
        "container-removed",
        path,
        `the container ${generated.name} cannot be merged away: it is the workload`,
        "Remove the null.",
      ),
    ];
  }
  return [
    ...removedDevices(generated, ours),
    ...removedLocks(locks, ours),
    ...(partial ? privilegedContainers(containers) : []),
    ...containers.flatMap((each) =>
      !accelerated ? [] : foreignDevices(generated, each as unknown as ContainerDefinition, each === (ours as unknown)),
    ),
  ];
}

/** A privileged container could open its neighbours' devices. */
function privilegedContainers(containers: readonly Raw[]): readonly Problem[] {
  return containers
    .filter(({ privileged }) => privileged === true)
    .map(({ name }) =>
      problem(
        "privileged-slot",
        path,
        `the container ${String(name)} is privileged, and the replica has a part of its machine: it could open the devices of others there`,
        "Remove privileged, or let a replica have every device of its instance.",
      ),
    );
}

/** The devices a container lists; none where raw fields made something else of them. */
export function devicesOf(container: ContainerDefinition): readonly Device[] {
  const devices = isRaw(container.linuxParameters) ? container.linuxParameters["devices"] : undefined;
  return Array.isArray(devices) ? (devices as readonly Device[]) : [];
}

function removedDevices(generated: ContainerDefinition, ours: ContainerDefinition): readonly Problem[] {
  const held = devicesOf(ours);
  const kept = (device: Device) =>
    held.some(
      (each) =>
        each.hostPath === device.hostPath &&
        each.containerPath === device.containerPath &&
        device.permissions?.every((one) => each.permissions?.includes(one)),
    );
  return devicesOf(generated)
    .filter((device) => !kept(device))
    .map(({ hostPath }) =>
      problem(
        "device-removed",
        path,
        `the device ${hostPath} is the slot's: raw fields cannot remove it or change it`,
        "Set accelerator.devicesPerReplica for fewer devices.",
      ),
    );
}

function removedLocks(locks: readonly PortMapping[], ours: ContainerDefinition): readonly Problem[] {
  const ports = Array.isArray(ours.portMappings) ? ours.portMappings : [];
  return locks
    .filter(
      (lock) =>
        !ports.some(
          (port) =>
            port.containerPort === lock.containerPort &&
            port.protocol === lock.protocol &&
            port.hostPort === lock.hostPort,
        ),
    )
    .map(({ containerPort }) =>
      problem(
        "lock-removed",
        path,
        `UDP port ${containerPort} is the lock of a device: raw fields cannot remove it or change it`,
        "Leave it out of ecs.taskDefinition.",
      ),
    );
}

function foreignDevices(
  generated: ContainerDefinition,
  container: ContainerDefinition,
  isOurs: boolean,
): readonly Problem[] {
  const owned = devicesOf(generated).map((device) => device.hostPath);
  const beyond = devicesOf(container)
    .map((device) => device.hostPath)
    .filter((hostPath) => deviceNumber(hostPath) !== undefined && !(isOurs && owned.includes(hostPath)));
  const problems = beyond.map((hostPath) =>
    problem(
      "device-beyond-slot",
      path,
      `the device ${hostPath} of container ${container.name} is not one of the slot's`,
      `Only ${generated.name} holds Neuron devices; accelerator.devicesPerReplica says how many.`,
    ),
  );
  const asksNeuron =
    Array.isArray(container.resourceRequirements) &&
    container.resourceRequirements.some((each) => each.type === "NeuronDevice");
  if (asksNeuron && owned.some((hostPath) => deviceNumber(hostPath) !== undefined)) {
    problems.push(
      problem(
        "devices-mixed",
        path,
        "NeuronDevice and linuxParameters.devices are never mixed in one task definition",
        "Set ecs.capacity: managed-instances to run by NeuronDevice.",
      ),
    );
  }
  return problems;
}
