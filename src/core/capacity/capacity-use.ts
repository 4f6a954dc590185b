import { isFargate } from "../ecs-api/fargate.ts";
import { serviceNameOfTask } from "../cluster/task-services.ts";
import type { ContainerInstance } from "../cluster/snapshot.ts";
import type { CapacityProviderStrategyItem, Task } from "../ecs-api/api.ts";
import { primaryOf, type Service } from "../ecs-api/service.ts";

/** What there is in a cluster. */
export interface ClusterContents {
  readonly capacityProviders: readonly string[];
  readonly instances: readonly ContainerInstance[];
  readonly services: readonly Service[];
  readonly tasks: readonly Task[];
}

/** A capacity by its provider, and by its group: without the provider nothing else says which machines are its own. */
export interface GroupedMachines {
  readonly name: string;
  /** The EC2 instances of its group. */
  readonly instances: readonly string[];
}

/** Who would lose by it if a capacity went. */
export interface CapacityUse {
  /** On its machines or waiting for one; those of DAEMON services go with the machines. */
  readonly tasks: readonly Task[];
  /** Services that name its provider, whether they have tasks or none. */
  readonly services: readonly string[];
}

/** What runs on a capacity's machines, and what starts there or would. */
export function usersOf({ instances, services, tasks }: ClusterContents, capacity: GroupedMachines): CapacityUse {
  const machines = new Set(instances.filter((instance) => isOf(instance, capacity)).map(({ arn }) => arn));
  const daemons = new Set(
    services.flatMap(({ serviceName, schedulingStrategy }) => (schedulingStrategy === "DAEMON" ? [serviceName] : [])),
  );
  return {
    tasks: tasks.filter(
      (task) =>
        (machines.has(task.containerInstanceArn ?? "") || task.capacityProviderName === capacity.name) &&
        task.lastStatus !== "STOPPED" &&
        !daemons.has(serviceNameOfTask(task) ?? ""),
    ),
    services: namesOf(services, (service) => startsOn(service, capacity.name)),
  };
}

/** What keeps a cluster from being deleted, and who would lose it. */
export interface ClusterOthers {
  readonly services: readonly string[];
  /** EC2 instances. */
  readonly machines: readonly string[];
  /** On no machine of the cluster, and of no service. */
  readonly tasks: readonly Task[];
  readonly providers: readonly string[];
}

/**
 * What is in a cluster and of none of the capacities.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
 */
export function othersThan(
  capacities: readonly GroupedMachines[],
  { capacityProviders, instances, services, tasks }: ClusterContents,
): ClusterOthers {
  const names = new Set(capacities.map(({ name }) => name));
  // A machine that was ended stays registered for a while, and is of no group by then.
  const mayLinger = capacities.some(({ name }) => !capacityProviders.includes(name));
  return {
    services: namesOf(services, (service) => ![...names].some((name) => startsOn(service, name))),
    machines: instances
      .filter((instance) => !capacities.some((capacity) => isOf(instance, capacity)))
      .filter(({ agentConnected }) => agentConnected || !mayLinger)
      .map(({ ec2InstanceId }) => ec2InstanceId),
    tasks: tasks.filter(
      (task) =>
        task.containerInstanceArn === undefined &&
        task.lastStatus !== "STOPPED" &&
        !names.has(task.capacityProviderName ?? "") &&
        serviceNameOfTask(task) === undefined,
    ),
    providers: capacityProviders.filter((name) => !names.has(name) && !isFargate(name)),
  };
}

function isOf({ capacityProvider, ec2InstanceId }: ContainerInstance, { name, instances }: GroupedMachines): boolean {
  return capacityProvider === name || instances.includes(ec2InstanceId);
}

function namesOf(services: readonly Service[], wanted: (service: Service) => boolean): readonly string[] {
  return services
    .filter((service) => service.status === "ACTIVE" && wanted(service))
    .map(({ serviceName }) => serviceName);
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
