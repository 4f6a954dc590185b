import type { Context } from "../context.ts";
import { note } from "./note.ts";
import { isLive, startProgress } from "./progress.ts";

/** Shows a wait as it goes on. */
export interface TaskProgress {
  /** A task has moved on. */
  readonly change: (line: string) => void;
  /** How all tasks stand. */
  readonly stand: (text: string) => void;
  readonly stop: () => void;
}

/**
 * One live line with counts on a terminal, else a line for each change of a task; nothing under --quiet and -o json.
 * `live: false` where other output (logs) would fight with the live line.
 */
export async function startTaskProgress(context: Context, count: number, { live = true } = {}): Promise<TaskProgress> {
  if (!live || !isLive(context))
    return { change: (line) => note(context, line), stand: () => undefined, stop: () => undefined };
  const progress = await startProgress(context, `waiting for ${count} ${count === 1 ? "task" : "tasks"}`);
  return { change: () => undefined, stand: progress.update, stop: progress.stop };
}
