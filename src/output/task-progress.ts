import type { Context } from "../context.ts";
import { formatDuration } from "../core/duration.ts";
import { taskIdOf } from "../core/ecs/arn.ts";
import type { Task } from "../core/ecs/api.ts";
import { note } from "./note.ts";
import { startProgress } from "./progress.ts";

/** Shows a wait as it goes on. */
export interface TaskProgress {
  readonly onChange: (change: { readonly task: Task; readonly from?: string }) => void;
  readonly onPoll: (tasks: readonly Task[]) => void;
  readonly stop: () => void;
}

/**
 * One live line with counts on a terminal, else a line for each change of a task; nothing under --quiet and -o json.
 * `live: false` where other output (logs) would fight with the live line.
 */
export async function startTaskProgress(context: Context, count: number, { live = true } = {}): Promise<TaskProgress> {
  if (!live || !context.stderr.isTTY) {
    return {
      onChange: ({ task }) => note(context, `${shortId(task.taskArn)}  ${task.lastStatus}${task.lastStatus === "STOPPED" && task.stoppedReason !== undefined ? `  ${task.stoppedReason}` : ""}`),
      onPoll: () => undefined,
      stop: () => undefined,
    };
  }
  const startedAt = context.now();
  const progress = await startProgress(context, `waiting for ${count} ${count === 1 ? "task" : "tasks"}`);
  return {
    onChange: () => undefined,
    onPoll: (tasks) => {
      progress.update(`${countStatuses(tasks)}  ${formatDuration(context.now() - startedAt)}`);
    },
    stop: progress.stop,
  };
}

/** The first part of a task's id: enough for the eye. */
export function shortId(task: string): string {
  return taskIdOf(task).slice(0, 8);
}

/** `2 RUNNING, 3 STOPPED`, in the order of a task's life. */
function countStatuses(tasks: readonly Task[]): string {
  const counts = new Map<string, number>(lifecycle.map((status) => [status, 0]));
  for (const { lastStatus } of tasks) counts.set(lastStatus, (counts.get(lastStatus) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
const lifecycle = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", "DELETED"];
