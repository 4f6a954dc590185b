import type { Task } from "../core/ecs-api/api.ts";
import { Interrupted, toAiplatError, type AiplatError } from "../errors.ts";
import type { EcsPort } from "../ports.ts";

export interface StopOutcome {
  /** As ECS answered it, or as it was when it had stopped already. */
  readonly task: Task;
  readonly alreadyStopped: boolean;
  /** Why it could not be stopped. */
  readonly error?: AiplatError;
}

/** Stops the tasks at the same time; one that cannot be stopped does not keep the others running. */
export async function stopTasks(
  ecs: EcsPort,
  cluster: string,
  tasks: readonly Task[],
  reason: string,
): Promise<readonly StopOutcome[]> {
  return Promise.all(
    tasks.map(async (task): Promise<StopOutcome> => {
      if (task.lastStatus === "STOPPED") return { task, alreadyStopped: true };
      try {
        return { task: await ecs.stopTask(cluster, task.taskArn, reason), alreadyStopped: false };
      } catch (thrown) {
        const error = toAiplatError(thrown);
        if (error instanceof Interrupted) throw error;
        return { task, alreadyStopped: false, error };
      }
    }),
  );
}
