import type { Task } from "../ecs-api/api.ts";
import type { Service } from "../ecs-api/service.ts";
import type { ClusterSnapshot } from "./snapshot.ts";

/** What of a service says how its tasks are to be taken, and where a DAEMON has one. */
export type TaskService = Pick<Service, "serviceName" | "schedulingStrategy" | "tags" | "placementConstraints"> &
  Partial<Pick<Service, "taskDefinition">>;

/** The name of the service that a task is of, by its group; undefined for a task of none. */
export function serviceNameOfTask({ group = "" }: Pick<Task, "group">): string | undefined {
  return group.startsWith("service:") ? group.slice("service:".length) : undefined;
}

/** Finds the service that a task is of, as far as the snapshot has it. */
export function taskServicesOf({
  services = [],
  taskServices = [],
}: Pick<ClusterSnapshot, "services" | "taskServices">): (task: Pick<Task, "group">) => TaskService | undefined {
  const byName = new Map([...taskServices, ...services].map((service) => [service.serviceName, service]));
  return (task) => byName.get(serviceNameOfTask(task) ?? "");
}
