import type { Task } from "../ecs-api/api.ts";
import type { ClusterSnapshot } from "./snapshot.ts";

/** The tasks that have an instance and are not STOPPED. */
export function placedTasks({ tasks }: ClusterSnapshot): readonly (Task & { readonly containerInstanceArn: string })[] {
  return tasks.filter(
    (task): task is Task & { readonly containerInstanceArn: string } =>
      task.containerInstanceArn !== undefined && task.lastStatus !== "STOPPED",
  );
}
