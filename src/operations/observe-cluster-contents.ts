import type { ClusterContents } from "../core/capacity/capacity-use.ts";
import type { ClusterDescription, EcsPort } from "../ports.ts";

/**
 * Reads what there is in a cluster. Its tasks are listed as a whole: of those that wait for a machine nothing else
 * tells.
 */
export async function observeClusterContents(
  ecs: EcsPort,
  { name, capacityProviders }: Pick<ClusterDescription, "name" | "capacityProviders">,
): Promise<ClusterContents> {
  const [instances, services, { tasks }] = await Promise.all([
    ecs.listContainerInstances(name).then((arns) => ecs.describeContainerInstances(name, arns)),
    ecs.listServices(name).then((arns) => ecs.describeServices(name, arns)),
    ecs.listTasks(name, {}).then((arns) => ecs.describeTasks(name, arns)),
  ]);
  return { capacityProviders, instances, services, tasks };
}
