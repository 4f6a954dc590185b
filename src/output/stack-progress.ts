import type { Context } from "../context.ts";
import type { StackEvent } from "../core/capacity/stack.ts";
import { note } from "./note.ts";
import { isLive, startProgress } from "./progress.ts";

export interface StackProgress {
  readonly event: (event: StackEvent) => void;
  readonly say: (text: string) => void;
  readonly stop: () => void;
}

/** What CloudFormation does as it goes on: the last event on a terminal's live line, else a line for each. */
export async function startStackProgress(context: Context, doing: string): Promise<StackProgress> {
  const live = isLive(context);
  const progress = await startProgress(context, doing);
  const say = (text: string) => {
    if (live) progress.update(`${doing}: ${text}`);
    else note(context, text);
  };
  const statuses = new Map<string, string>();
  return {
    say,
    event: ({ logicalId, status, reason }) => {
      // A resource is IN_PROGRESS twice: once it is begun, and once it has a name.
      if (statuses.get(logicalId) === status) return;
      statuses.set(logicalId, status);
      say(`${logicalId} ${status}${reason === undefined || !status.endsWith("_FAILED") ? "" : `: ${reason}`}`);
    },
    stop: progress.stop,
  };
}
