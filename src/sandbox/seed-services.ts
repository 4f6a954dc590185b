import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import type { Service } from "../core/ecs-api/service.ts";
import { isPlayed } from "./ecs/check-hooks.ts";
import { defaultsFor, readSettings } from "./ecs/service-settings.ts";
import type {
  ClusterRecord,
  DeploymentRecord,
  DeploymentStrategy,
  RawRecord,
  ServiceRecord,
  ServiceSettingsRecord,
} from "./model/records.ts";
import { wake } from "./model/scheduler.ts";
import { closeServiceDeployment, ongoingOf, openServiceDeployment } from "./model/service-deployments.ts";
import { markCompleted, newDeployment, newService } from "./model/service-records.ts";
import type { World } from "./model/world.ts";

/** Makes the services of a snapshot, each with its deployments as they were; their tasks are seeded after. */
export function seedServices(
  world: World,
  cluster: ClusterRecord,
  { services = [], taskDefinitions }: ClusterSnapshot,
): void {
  for (const service of services) {
    const settings = settingsOf(service);
    const { serviceArn: arn, serviceName: name, schedulingStrategy, tags = [] } = service;
    const record = newService(world, {
      arn,
      name,
      cluster,
      schedulingStrategy: schedulingStrategy === "DAEMON" ? "DAEMON" : "REPLICA",
      request: "",
      clientToken: undefined,
      tags,
      settings,
    });
    record.deployments = deploymentsOf(world, record, service, taskDefinitions);
    const primary = record.deployments.find(({ status }) => status === "PRIMARY");
    if (primary === undefined) continue;
    record.lastCompleted = record.deployments.find(({ rolloutState }) => rolloutState === "COMPLETED");
    record.steady = record.deployments.length === 1;
    cluster.services.set(name, record);
    openServiceDeployment(
      world,
      record,
      primary,
      record.deployments.filter((each) => each !== primary),
    );
  }
}

/** The deployments as they were; one beside others begins its rollout anew. */
function deploymentsOf(
  world: World,
  record: ServiceRecord,
  service: Service,
  definitions: ClusterSnapshot["taskDefinitions"],
): DeploymentRecord[] {
  const { settings } = record;
  return service.deployments.flatMap(({ id, status, taskDefinition, createdAt }): readonly DeploymentRecord[] => {
    const definition = definitions[taskDefinition];
    if (definition === undefined || (status !== "PRIMARY" && status !== "ACTIVE")) return [];
    const deployment = newDeployment(world, record, id, definition, settings, createdAt);
    deployment.status = status;
    if (status === "ACTIVE" && settings.strategy !== "ROLLING") deployment.keeps = settings.desiredCount;
    if (service.deployments.length === 1) markCompleted(deployment);
    return [deployment];
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
export function serviceOf(
  cluster: ClusterRecord,
  group: string | undefined,
  taskDefinitionArn: string,
): { readonly service: ServiceRecord; readonly deployment: DeploymentRecord } | undefined {
  const service =
    group?.startsWith("service:") === true ? cluster.services.get(group.slice("service:".length)) : undefined;
  const deployment =
    service?.deployments.find(({ definition }) => definition.taskDefinitionArn === taskDefinitionArn) ??
    service?.deployments[0];
  return service === undefined || deployment === undefined ? undefined : { service, deployment };
}

/**
 * What DescribeServices shows of the settings, as CreateService would have set them.
 * Hooks that the sandbox does not play are left out.
 */
function settingsOf(service: Service): ServiceSettingsRecord {
  const daemon = service.schedulingStrategy === "DAEMON";
  const { deploymentConfiguration: { lifecycleHooks = [], ...deploymentConfiguration } = {}, ...rest } =
    service as Service & RawRecord & { readonly deploymentConfiguration?: RawRecord };
  const defaults = defaultsFor(daemon, service["launchType"] as string | undefined);
  const strategy = (deploymentConfiguration["strategy"] as DeploymentStrategy | undefined) ?? defaults.strategy;
  const played = (lifecycleHooks as ServiceSettingsRecord["lifecycleHooks"]).filter((hook) => isPlayed(hook, strategy));
  return {
    ...readSettings(
      { ...rest, deploymentConfiguration: { ...deploymentConfiguration, lifecycleHooks: played } },
      { ...defaults, strategy },
      daemon,
    ),
    desiredCount: service.desiredCount,
  };
}
