import type { Service } from "../core/ecs-api/service.ts";
import { countHealth, type HealthCounts } from "../core/ecs/task-health.ts";
import type { EcsPort } from "../ports.ts";

/** How the running tasks of services stand, by service name; services of which nothing is known are left out. */
export async function findHealth(
  ecs: Pick<EcsPort, "listTasks" | "describeTasks">,
  cluster: string,
  services: readonly Service[],
  now: number,
): Promise<ReadonlyMap<string, HealthCounts>> {
  const found = await Promise.all(
    services.map(async (service) => {
      const arns = await ecs.listTasks(cluster, { serviceName: service.serviceName });
      const { tasks } = arns.length === 0 ? { tasks: [] } : await ecs.describeTasks(cluster, arns);
      return [service.serviceName, countHealth(tasks, service, now)] as const;
    }),
  );
  return new Map(found.flatMap(([name, counts]) => (counts === undefined ? [] : [[name, counts] as const])));
}
