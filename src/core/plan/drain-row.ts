import { counted } from "../base/counted.ts";
import { definitionNameOf } from "../ecs-api/arn.ts";
import { shortId } from "../ecs/task-text.ts";
import type { DrainedTask } from "./plan-drain.ts";
import { deviceLabel } from "./task-row.ts";

/** A task that is drained in the words of a table. */
export interface DrainRow {
  readonly id: string;
  /** Its service, else its definition. */
  readonly of: string;
  readonly devices: string;
  readonly goesTo: string;
}

export function drainRow(task: DrainedTask): DrainRow {
  return {
    id: shortId(task.taskArn),
    of: task.service ?? definitionNameOf(task.taskDefinitionArn),
    devices: deviceLabel(task.devices) || gpuLabel(task.devices.length),
    goesTo: whereTo(task),
  };
}

function whereTo({ as, target, reason, provider }: DrainedTask): string {
  if (as === "daemon") return "nowhere: a daemon goes with its machine";
  if (as === "runs-to-its-end") return "nowhere: it runs to its end";
  if (target === undefined)
    return provider === undefined ? `no place: ${reason}` : `a new machine, if ${provider} starts one: ${reason}`;
  const { ec2InstanceId, instanceType, devices, gpus } = target;
  return [ec2InstanceId, instanceType, deviceLabel(devices) || gpuLabel(gpus)].filter((word) => word !== "").join(" ");
}

function gpuLabel(count: number): string {
  return count === 0 ? "" : counted(count, "GPU");
}
