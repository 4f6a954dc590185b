import type { Service } from "../core/ecs-api/service.ts";
import type { Task } from "../core/ecs-api/api.ts";
import type { EcsPort } from "../ports.ts";

/** The tasks of services, by service name; `stopped`: those that ECS remembers too. */
export async function findServiceTasks(
  ecs: Pick<EcsPort, "listTasks" | "describeTasks">,
  cluster: string,
  services: readonly Pick<Service, "serviceName">[],
  { stopped = false }: { readonly stopped?: boolean } = {},
): Promise<ReadonlyMap<string, readonly Task[]>> {
  return new Map(
    await Promise.all(
      services.map(async ({ serviceName }) => {
        // One after the other: a task that ends in between is in the second list.
        const running = await ecs.listTasks(cluster, { serviceName });
        const ended = stopped ? await ecs.listTasks(cluster, { serviceName, desiredStatus: "STOPPED" }) : [];
        const arns = [...new Set([...running, ...ended])];
        return [serviceName, arns.length === 0 ? [] : (await ecs.describeTasks(cluster, arns)).tasks] as const;
      }),
    ),
  );
}
