import { nameOfArn } from "../core/ecs-api/arn.ts";
import type { CapacityProviderStrategyItem, Task } from "../core/ecs-api/api.ts";
import { primaryOf, type Service } from "../core/ecs-api/service.ts";
import { serviceNameOfTask } from "../core/cluster/task-services.ts";
import type { EcsPort } from "../ports.ts";

/** Who would lose by it if a capacity went. */
export interface CapacityUse {
  /** On its machines; those of DAEMON services go with the machines. */
  readonly tasks: readonly Task[];
  /** Services that name its provider, whether they have tasks or none. */
  readonly services: readonly string[];
}

/**
 * What runs on a capacity's machines, and what would start there.
 *
 * @param instanceIds The EC2 instances of its group: once the provider is out of the cluster, nothing else says which
 * container instances are its own.
 */
export async function findCapacityUse(
  ecs: EcsPort,
  cluster: string,
  provider: string,
  instanceIds: readonly string[],
): Promise<CapacityUse> {
  const own = new Set(instanceIds);
  const [instances, services] = await Promise.all([
    ecs.listContainerInstances(cluster).then((arns) => ecs.describeContainerInstances(cluster, arns)),
    ecs.listServices(cluster).then((arns) => ecs.describeServices(cluster, arns)),
  ]);
  const busy = instances.filter(
    ({ capacityProvider, ec2InstanceId, runningTasksCount = 0, pendingTasksCount = 0 }) =>
      (capacityProvider === provider || own.has(ec2InstanceId)) && runningTasksCount + pendingTasksCount > 0,
  );
  const lists = await Promise.all(busy.map(({ arn }) => ecs.listTasks(cluster, { containerInstance: nameOfArn(arn) })));
  const { tasks } = await ecs.describeTasks(cluster, lists.flat());
  const daemons = new Set(
    services.flatMap(({ serviceName, schedulingStrategy }) => (schedulingStrategy === "DAEMON" ? [serviceName] : [])),
  );
  return {
    tasks: tasks.filter((task) => task.lastStatus !== "STOPPED" && !daemons.has(serviceNameOfTask(task) ?? "")),
    services: services
      .filter((service) => service.status === "ACTIVE" && startsOn(service, provider))
      .map(({ serviceName }) => serviceName),
  };
}

function startsOn(service: Service, provider: string): boolean {
  const strategies = [service, primaryOf(service)].map(
    (each) => (each as { readonly capacityProviderStrategy?: unknown } | undefined)?.capacityProviderStrategy,
  );
  return strategies.some(
    (strategy) =>
      Array.isArray(strategy) &&
      (strategy as readonly CapacityProviderStrategyItem[]).some(
        ({ capacityProvider }) => capacityProvider === provider,
      ),
  );
}
