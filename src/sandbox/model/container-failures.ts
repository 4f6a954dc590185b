/** Why a container cannot start, or fails although ECS has placed it. */
import { claimedDevicesOf } from "../../core/devices/claimed-devices.ts";
import { devicesIn } from "../../core/catalog/device-set.ts";
import { deviceNumber, devicePath } from "../../core/catalog/slots.ts";
import { withOverrides } from "../../core/ecs-api/overrides.ts";
import type { ContainerRecord, TaskRecord } from "./records.ts";
import { logStreamOf } from "./task-logs.ts";
import type { World } from "./world.ts";

export interface StartFailure {
  /** Of the container. */
  readonly reason: string;
  /** Of the task. */
  readonly stoppedReason: string;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
export function failureAtStart(world: World, task: TaskRecord, container: ContainerRecord): StartFailure | undefined {
  if (container.behaviour.missingImage) {
    const reason =
      "CannotPullContainerError: pull image manifest has been retried 1 time(s): " +
      `failed to resolve ref ${container.image}: ${container.image}: not found`;
    return { reason, stoppedReason: reason };
  }
  const device = missingDevice(task, container);
  if (device !== undefined)
    return cannotStart(
      `error gathering device information while adding custom device "${device}": no such file or directory`,
    );
  const log = logStreamOf(task, container);
  if (log !== undefined && !log.create && !world.logs.groups.has(log.group)) {
    return cannotStart(
      "failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: " +
        "The specified log group does not exist.",
    );
  }
  return undefined;
}

function cannotStart(why: string): StartFailure {
  return {
    reason: `CannotStartContainerError: Error response from daemon: ${why}`,
    stoppedReason: "Task failed to start",
  };
}

/** The first Neuron device that the container lists and the instance does not have. */
function missingDevice(task: TaskRecord, container: ContainerRecord): string | undefined {
  const count = task.instance!.neuronDevices;
  const devices =
    task.definition.containerDefinitions.find(({ name }) => name === container.name)?.linuxParameters?.devices ?? [];
  return devices.find(({ hostPath }) => (deviceNumber(hostPath) ?? -1) >= count)?.hostPath;
}

export interface ContainerFailure {
  readonly lines: readonly string[];
  readonly exitCode: number;
  readonly afterMs: number;
}

/** A Neuron device belongs to one process: the second container that opens it starts, and then its runtime fails. */
export function failureWhileRunning(
  world: World,
  task: TaskRecord,
  container: ContainerRecord,
): ContainerFailure | undefined {
  const wanted = openedDevices(task, container.name);
  if (wanted.length === 0) return undefined;
  for (const other of task.instance!.tasks) {
    if (other === task || !other.containers.some(({ status }) => status === "RUNNING")) continue;
    const held = new Set(
      other.containers.filter(({ status }) => status === "RUNNING").flatMap(({ name }) => openedDevices(other, name)),
    );
    const taken = wanted.filter((device) => held.has(device));
    if (taken.length > 0) {
      return {
        lines: [
          `sandbox: ${taken.map(devicePath).join(", ")} is held by task ${other.id}`,
          "ERROR NRT:nrt_init Failed to initialize devices, error: Logical Neuron Core(s) not available",
        ],
        exitCode: 1,
        afterMs: 2 * world.timings.pull,
      };
    }
  }
  return undefined;
}

/** The Neuron devices that a container uses. A lock port alone uses none. */
function openedDevices(task: TaskRecord, name: string): readonly number[] {
  const definition = withOverrides(task.definition, task.overrides);
  const containers = definition.containerDefinitions
    .filter((container) => container.name === name)
    .map((container) => ({ ...container, portMappings: [] }));
  // What its author says of it in a tag opens nothing.
  const { tags: _, ...untagged } = definition;
  const { devices } = claimedDevicesOf({ ...untagged, containerDefinitions: containers });
  return devicesIn(devices, task.instance!.neuronDevices);
}
