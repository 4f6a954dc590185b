import type { DrainedTask, DrainPlan } from "../core/plan/plan-drain.ts";
import { deviceLabel } from "../core/plan/task-row.ts";
import { shortId } from "../core/ecs/task-text.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import type { View } from "./print.ts";
import { tabSeparated, type Table } from "./table.ts";

/** What `cluster drain` answers: a line a task, with where it goes. */
export function instanceDrainView(plan: DrainPlan): View {
  const table = tableOf(plan);
  return { kind: "InstanceDrain", document: { ...plan }, table, piped: tabSeparated(table) };
}

function tableOf({ tasks }: DrainPlan): Table {
  return {
    columns: [{ title: "TASK" }, { title: "OF" }, { title: "DEVICES" }, { title: "GOES TO" }],
    rows: tasks.map((task) => [
      shortId(task.taskArn),
      task.service ?? definitionNameOf(task.taskDefinitionArn),
      deviceLabel(task.devices) || gpusOf(task.devices.length),
      whereTo(task),
    ]),
  };
}

function whereTo({ as, target, reason, provider }: DrainedTask): string {
  if (as === "daemon") return "nowhere: a daemon goes with its machine";
  if (as === "runs-to-its-end") return "nowhere: it runs to its end";
  if (target === undefined)
    return provider === undefined ? `no place: ${reason}` : `a new machine, if ${provider} starts one: ${reason}`;
  const { ec2InstanceId, instanceType, devices, gpus } = target;
  return [ec2InstanceId, instanceType, deviceLabel(devices) || gpusOf(gpus)].filter((word) => word !== "").join(" ");
}

function gpusOf(count: number): string {
  return count === 0 ? "" : `${count} ${count === 1 ? "GPU" : "GPUs"}`;
}
