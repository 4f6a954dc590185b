import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Service } from "../core/ecs/service-api.ts";
import { defaultsFor, readSettings } from "./ecs/service-settings.ts";
import { lastPart } from "./model/clusters.ts";
import type { ClusterRecord, DeploymentRecord, DeploymentStrategy, Raw, ServiceRecord, ServiceSettings } from "./model/records.ts";
import { wake } from "./model/scheduler.ts";
import { closeServiceDeployment, ongoingOf, openServiceDeployment } from "./model/service-deployments.ts";
import type { World } from "./model/world.ts";

/** Makes the services of a snapshot, each with its deployments as they were; their tasks are seeded after. */
export function seedServices(world: World, cluster: ClusterRecord, { services = [], taskDefinitions }: ClusterSnapshot): void {
  for (const service of services) {
    const settings = settingsOf(service);
    const deployments = deploymentsOf(world, cluster, service, settings, taskDefinitions);
    const primary = deployments.find(({ status }) => status === "PRIMARY");
    if (primary === undefined) continue;
    const { serviceArn: arn, serviceName: name, schedulingStrategy, tags = [] } = service;
    const record: ServiceRecord = {
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
      history: [],
      lastCompleted: deployments.find(({ rolloutState }) => rolloutState === "COMPLETED"),
      steady: deployments.length === 1,
      retryMs: 0,
      nextLook: undefined,
      failedStarts: 0,
      notBefore: 0,
    };
    cluster.services.set(name, record);
    openServiceDeployment(world, record, primary, deployments.filter((each) => each !== primary));
  }
}

/** The deployments as they were; one beside others begins its rollout anew. */
function deploymentsOf(world: World, cluster: ClusterRecord, service: Service, settings: ServiceSettings, definitions: ClusterSnapshot["taskDefinitions"]): DeploymentRecord[] {
  const done = service.deployments.length === 1;
  const rolloutState = done ? "COMPLETED" : "IN_PROGRESS";
  return service.deployments.flatMap(({ id, status, taskDefinition, createdAt = world.now() }): readonly DeploymentRecord[] => {
    const definition = definitions[taskDefinition];
    if (definition === undefined || (status !== "PRIMARY" && status !== "ACTIVE")) return [];
    const revision = { arn: world.arn(`service-revision/${cluster.name}/${service.serviceName}/${lastPart(id)}`), definition, settings, createdAt };
    const keeps = status === "PRIMARY" || settings.strategy === "ROLLING" ? undefined : settings.desiredCount;
    return [{ id, status, definition, createdAt, updatedAt: createdAt, failedTasks: 0, rolloutState, rolloutStateReason: `ECS deployment ${id} ${done ? "completed" : "in progress"}.`, settings, revision, keeps }];
  });
}

/** Lets the scheduler look at the seeded services, once their tasks are there; a rollout that was over is over. */
export function wakeServices(world: World, cluster: ClusterRecord): void {
  for (const service of cluster.services.values()) {
    const current = ongoingOf(service);
    if (current?.target.rolloutState === "COMPLETED") closeServiceDeployment(world, service, current, "SUCCESSFUL");
    wake(world, service);
  }
}

/** The service that a task of this group and definition belongs to, and the deployment. */
export function serviceOf(cluster: ClusterRecord, group: string | undefined, taskDefinitionArn: string): { readonly service: ServiceRecord; readonly deployment: DeploymentRecord } | undefined {
  const service = group?.startsWith("service:") === true ? cluster.services.get(group.slice("service:".length)) : undefined;
  const deployment = service?.deployments.find(({ definition }) => definition.taskDefinitionArn === taskDefinitionArn) ?? service?.deployments[0];
  return service === undefined || deployment === undefined ? undefined : { service, deployment };
}

/** What DescribeServices shows of the settings, as CreateService would have set them. The sandbox plays no lifecycle hooks. */
function settingsOf(service: Service): ServiceSettings {
  const daemon = service.schedulingStrategy === "DAEMON";
  const { deploymentConfiguration: { lifecycleHooks: _, ...deploymentConfiguration } = {}, ...rest } = service as Service & Raw & { readonly deploymentConfiguration?: Raw };
  const defaults = defaultsFor(daemon, service["launchType"] as string | undefined);
  const strategy = (deploymentConfiguration["strategy"] as DeploymentStrategy | undefined) ?? defaults.strategy;
  return { ...readSettings({ ...rest, deploymentConfiguration }, { ...defaults, strategy }, daemon), desiredCount: service.desiredCount };
}
