import { deviceNumber } from "../catalog/slots.ts";
import { formatDuration } from "../base/duration.ts";
import { definitionNameOf, taskIdOf } from "../ecs-api/arn.ts";
import { groupOfService } from "../ecs-api/service.ts";
import { endpointText } from "../ecs/endpoints.ts";
import type { TaskResult } from "./run-result.ts";

/** A task in the words of a table; an empty cell where there is nothing to say. */
export interface TaskRow {
  readonly id: string;
  readonly status: string;
  /** The run, or the service as its task group has it. */
  readonly run: string;
  readonly type: string;
  readonly devices: string;
  readonly definition: string;
  readonly exit: string;
  readonly created: string;
  readonly age: string;
  readonly reason: string;
  /** Where it answers: `10.0.3.7:32768`. */
  readonly answers: string;
}

/** @param now Milliseconds since the epoch, for the age. */
export function taskRow(task: TaskResult, now: number): TaskRow {
  return {
    id: taskIdOf(task.taskArn),
    status: task.lastStatus,
    run: task.run ?? (task.service === undefined ? "" : groupOfService(task.service)),
    type: task.instanceType ?? "",
    devices: deviceLabel(task.devices),
    definition: definitionNameOf(task.taskDefinitionArn),
    exit: task.exitCode === undefined ? "" : String(task.exitCode),
    created: task.createdAt ?? "",
    age: task.createdAt === undefined ? "" : formatDuration(now - Date.parse(task.createdAt)),
    reason: task.stoppedReason ?? task.stopCode ?? "",
    answers: (task.endpoints ?? []).map(endpointText).join(","),
  };
}

/** `neuron0-3`, `neuron1,4`: device paths in short. */
export function deviceLabel(paths: readonly string[] | undefined): string {
  const numbers = (paths ?? []).flatMap((path) => deviceNumber(path) ?? []);
  if (numbers.length === 0) return "";
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return `neuron${runs.map(([first, end]) => (first === end ? `${first}` : `${first}-${end}`)).join(",")}`;
}
