import type { Task } from "../ecs-api/api.ts";
import type { TaskHealth } from "./task-health.ts";
import { shortIdLength, taskIdOf } from "../ecs-api/arn.ts";

/** The first part of a task's id: enough for the eye. */
export function shortId(task: string): string {
  return taskIdOf(task).slice(0, shortIdLength);
}

/** One line for a task that has moved on: `1a2b3c4d  STOPPED  Essential container in task exited`. */
export function changeLine({ taskArn, lastStatus, stoppedReason }: Task, health: TaskHealth = "unknown"): string {
  const line = `${shortId(taskArn)}  ${lastStatus}`;
  if (lastStatus === "STOPPED") return stoppedReason === undefined ? line : `${line}  ${stoppedReason}`;
  const failing = failingTexts[health];
  return lastStatus === "RUNNING" && failing !== undefined ? `${line}  ${failing}` : line;
}

const failingTexts: Partial<Record<TaskHealth, string>> = {
  starting: "starting: its health check fails, and its service waits until the grace period is over",
  unhealthy: "unhealthy: its health check fails",
};

/** `2 RUNNING, 3 STOPPED`, in the order of a task's life. */
export function countStatuses(tasks: readonly Task[]): string {
  const counts = new Map<string, number>(lifecycle.map((status) => [status, 0]));
  for (const { lastStatus } of tasks) counts.set(lastStatus, (counts.get(lastStatus) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
const lifecycle = [
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
  "RUNNING",
  "DEACTIVATING",
  "STOPPING",
  "DEPROVISIONING",
  "STOPPED",
  "DELETED",
];
