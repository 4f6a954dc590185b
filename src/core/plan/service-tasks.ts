import type { Task } from "../ecs-api/api.ts";
import { groupOfService, workloadTag } from "../ecs-api/service.ts";

/** Whether a task is of one of the ECS services that make up the workload of this name. */
export function isOfService({ group = "", tags = [] }: Task, workload: string): boolean {
  return (
    group.startsWith("service:") &&
    (group === groupOfService(workload) || tags.some(({ key, value }) => key === workloadTag && value === workload))
  );
}
