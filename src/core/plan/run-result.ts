import { present } from "../base/present.ts";
import { deviceNumber, devicePath } from "../catalog/slots.ts";
import { assignedDevices } from "../devices/assigned-devices.ts";
import type { RegisteredTaskDefinition, Task } from "../ecs-api/api.ts";
import { serviceNameOfTask } from "../cluster/task-services.ts";
import type { Endpoint } from "../ecs/endpoints.ts";
import { decisiveContainers } from "../ecs/outcome.ts";
import { explainReason } from "../ecs/reasons.ts";

/** The tag by which every task of one run is found again. */
export const runTag = "aiplat:run";

/** One task as run-task, `task list` and `task wait` report it. */
export interface TaskResult {
  readonly taskArn: string;
  readonly taskDefinitionArn: string;
  readonly run?: string;
  /** The service that it is a task of. */
  readonly service?: string;
  readonly containerInstanceArn?: string;
  readonly instanceType?: string;
  /** Paths of the Neuron devices it holds. */
  readonly devices?: readonly string[];
  /** Where it answers, while it runs. */
  readonly endpoints?: readonly Endpoint[];
  readonly lastStatus: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  /** The first code that is not 0, else 0; absent while it runs and when a container never started. */
  readonly exitCode?: number;
  /** ISO 8601. */
  readonly createdAt?: string;
}

/** A task that was asked for and is not there, or one that failed. */
export interface RunFailure {
  readonly reason: string;
  readonly detail?: string;
  readonly hint: string;
}

/** The document `RunTaskResult`. */
export interface RunTaskResult {
  readonly run: string;
  /** How many tasks were asked for. */
  readonly requested: number;
  readonly tasks: readonly TaskResult[];
  readonly failures: readonly RunFailure[];
}

/** A task with what its definition and its instance add. */
export function toTaskResult(
  task: Task,
  known: {
    readonly definition?: RegisteredTaskDefinition;
    readonly instanceType?: string;
    /** Left out where nobody asks where it answers. */
    readonly endpoints?: readonly Endpoint[];
  } = {},
): TaskResult {
  const listed = known.definition === undefined ? [] : neuronDevicePaths(known.definition);
  const devices = listed.length > 0 ? listed : assignedDevices(task).map(devicePath);
  const exitCode = exitCodeOf(task, known.definition);
  const run = runOf(task);
  return {
    taskArn: task.taskArn,
    taskDefinitionArn: task.taskDefinitionArn,
    ...present({
      run,
      service: serviceNameOfTask(task),
      containerInstanceArn: task.containerInstanceArn,
      instanceType: known.instanceType,
    }),
    ...(devices.length === 0 ? {} : { devices }),
    ...((known.endpoints ?? []).length === 0 ? {} : { endpoints: known.endpoints! }),
    lastStatus: task.lastStatus,
    ...present({ stopCode: task.stopCode, stoppedReason: task.stoppedReason, exitCode }),
    ...(task.createdAt === undefined ? {} : { createdAt: new Date(task.createdAt).toISOString() }),
  };
}

/** The run that a task belongs to, by its tag. */
export function runOf(task: Task): string | undefined {
  return task.tags?.find((tag) => tag.key === runTag)?.value;
}

/** A failure with what to do about it. */
export function toRunFailure(reason: string, detail?: string): RunFailure {
  return { reason, ...present({ detail }), hint: explainReason(reason).hint };
}

/**
 * The exit code of a stopped task: the first that is not 0, else 0. Undefined before it has stopped, and where a
 * container never started: ECS leaves its code out, which must not read as success.
 */
export function exitCodeOf(task: Task, definition?: RegisteredTaskDefinition): number | undefined {
  if (task.lastStatus !== "STOPPED") return undefined;
  const codes = decisiveContainers(task, definition).map((container) => container.exitCode);
  const failed = codes.find((code) => code !== undefined && code !== 0);
  return failed ?? (codes.length > 0 && codes.every((code) => code === 0) ? 0 : undefined);
}

function neuronDevicePaths(definition: RegisteredTaskDefinition): readonly string[] {
  const numbers = new Map<number, string>();
  for (const container of definition.containerDefinitions) {
    for (const device of container.linuxParameters?.devices ?? []) {
      const number = deviceNumber(device.hostPath);
      if (number !== undefined) numbers.set(number, device.hostPath);
    }
  }
  return [...numbers].sort(([a], [b]) => a - b).map(([, path]) => path);
}
