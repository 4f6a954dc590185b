import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { deploymentSettingsOf, type Service } from "../core/ecs/service-api.ts";
import type { ClusterRecord, DeploymentRecord, Raw, ServiceRecord, ServiceSettings } from "./model/records.ts";
import { wake } from "./model/scheduler.ts";
import type { World } from "./model/world.ts";

/** Makes the services of a snapshot, each with its deployments as they were; their tasks are seeded after. */
export function seedServices(world: World, cluster: ClusterRecord, { services = [], taskDefinitions }: ClusterSnapshot): void {
  for (const service of services) {
    const settings = settingsOf(service);
    const deployments = service.deployments
      .filter(({ status }) => status === "PRIMARY" || status === "ACTIVE")
      .flatMap(({ id, status, taskDefinition, createdAt = world.now() }): readonly DeploymentRecord[] => {
        const definition = taskDefinitions[taskDefinition];
        if (definition === undefined) return [];
        const done = service.deployments.length === 1;
        const rolloutState = done ? "COMPLETED" : "IN_PROGRESS";
        return [{ id, status: status as "PRIMARY" | "ACTIVE", definition, createdAt, updatedAt: createdAt, failedTasks: 0, rolloutState, rolloutStateReason: `ECS deployment ${id} ${done ? "completed" : "in progress"}.`, settings }];
      });
    if (!deployments.some(({ status }) => status === "PRIMARY")) continue;
    const { serviceArn: arn, serviceName: name, schedulingStrategy, tags = [] } = service;
    cluster.services.set(name, {
      arn,
      name,
      cluster,
      schedulingStrategy: schedulingStrategy === "DAEMON" ? "DAEMON" : "REPLICA",
      createdAt: world.now(),
      request: "",
      clientToken: undefined,
      status: "ACTIVE",
      tags,
      settings,
      deployments,
      events: [],
      lastCompleted: deployments.find(({ rolloutState }) => rolloutState === "COMPLETED"),
      steady: deployments.length === 1,
      retryMs: 0,
      nextLook: undefined,
      failedStarts: 0,
      notBefore: 0,
    });
  }
}

/** Lets the scheduler look at the seeded services, once their tasks are there. */
export function wakeServices(world: World, cluster: ClusterRecord): void {
  for (const service of cluster.services.values()) wake(world, service);
}

/** The service that a task of this group and definition belongs to, and the deployment. */
export function serviceOf(cluster: ClusterRecord, group: string | undefined, taskDefinitionArn: string): { readonly service: ServiceRecord; readonly deployment: DeploymentRecord } | undefined {
  const service = group?.startsWith("service:") === true ? cluster.services.get(group.slice("service:".length)) : undefined;
  const deployment = service?.deployments.find(({ definition }) => definition.taskDefinitionArn === taskDefinitionArn) ?? service?.deployments[0];
  return service === undefined || deployment === undefined ? undefined : { service, deployment };
}

/** What DescribeServices shows of the settings, as CreateService would have set them. */
function settingsOf(service: Service): ServiceSettings {
  const { minimumHealthyPercent, maximumPercent } = deploymentSettingsOf(service);
  const list = (name: string) => (service[name] ?? []) as readonly Raw[];
  return {
    launchType: service["launchType"] as string | undefined,
    capacityProviderStrategy: list("capacityProviderStrategy"),
    placementConstraints: service.placementConstraints ?? [],
    placementStrategy: list("placementStrategy") as unknown as ServiceSettings["placementStrategy"],
    networkConfiguration: service["networkConfiguration"] as Raw | undefined,
    loadBalancers: list("loadBalancers"),
    serviceRegistries: list("serviceRegistries"),
    minimumHealthyPercent,
    maximumPercent,
    circuitBreaker: service.deploymentConfiguration?.deploymentCircuitBreaker ?? { enable: false, rollback: false },
    healthCheckGracePeriodSeconds: service["healthCheckGracePeriodSeconds"] as number | undefined,
    enableExecuteCommand: service["enableExecuteCommand"] === true,
    enableEcsManagedTags: service["enableECSManagedTags"] === true,
    propagateTags: service["propagateTags"] as string | undefined,
    availabilityZoneRebalancing: service["availabilityZoneRebalancing"] === "ENABLED" ? "ENABLED" : "DISABLED",
    desiredCount: service.desiredCount,
  };
}
