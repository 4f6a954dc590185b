/** New services and deployments: as CreateService makes them, and as a snapshot seeds them. */
import type { RegisteredTaskDefinition } from "../../core/ecs-api/api.ts";
import { lastPart } from "./clusters.ts";
import type { DeploymentRecord, ServiceRecord, ServiceSettingsRecord } from "./records.ts";
import type { World } from "./world.ts";

/** A service without a deployment yet. */
export function newService(
  world: World,
  given: Pick<
    ServiceRecord,
    "arn" | "name" | "cluster" | "schedulingStrategy" | "request" | "clientToken" | "tags" | "settings"
  >,
): ServiceRecord {
  return {
    ...given,
    createdAt: world.now(),
    status: "ACTIVE",
    deployments: [],
    events: [],
    history: [],
    lastCompleted: undefined,
    steady: false,
    retryMs: 0,
    nextLook: undefined,
    failedStarts: 0,
    notBefore: 0,
  };
}

/** The service's newest deployment, under way. Its revision has the number of its id. */
export function newDeployment(
  world: World,
  service: Pick<ServiceRecord, "cluster" | "name">,
  id: string,
  definition: RegisteredTaskDefinition,
  settings: ServiceSettingsRecord,
  createdAt = world.now(),
): DeploymentRecord {
  const revision = {
    arn: world.arn(`service-revision/${service.cluster.name}/${service.name}/${lastPart(id)}`),
    definition,
    settings,
    createdAt,
  };
  return {
    id,
    status: "PRIMARY",
    definition,
    createdAt,
    updatedAt: createdAt,
    failedTasks: 0,
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: `ECS deployment ${id} in progress.`,
    settings,
    revision,
    keeps: undefined,
  };
}

/** Says of a deployment that it is done. */
export function markCompleted(deployment: DeploymentRecord): void {
  deployment.rolloutState = "COMPLETED";
  deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
}
