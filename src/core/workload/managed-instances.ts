import type { Workload } from "./schema.ts";

/** Whether the workload, as the file has it or resolved, runs on ECS Managed Instances. */
export function onManagedInstances({ ecs }: Pick<Workload, "ecs">): boolean {
  const capacity = ecs?.capacity;
  return capacity === "managed-instances" || (typeof capacity === "object" && "managedInstances" in capacity);
}
