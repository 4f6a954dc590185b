import type { RegisteredTaskDefinition } from "../core/ecs/api.ts";
import { definitionNameOf } from "../core/ecs/arn.ts";
import { primaryOf, type Service } from "../core/ecs/service-api.ts";
import type { EcsPort } from "./ports.ts";

/**
 * The revision to go back to: of the service's successful deployments the last with another revision than the one it
 * runs; while a deployment is under way, the one it replaces; where ECS keeps no deployments, the ACTIVE revision before.
 */
export async function findStableRevision(ecs: EcsPort, cluster: string, service: Service): Promise<RegisteredTaskDefinition | undefined> {
  const replaced = service.deployments.find(({ status, taskDefinition }) => status === "ACTIVE" && taskDefinition !== service.taskDefinition);
  if (replaced !== undefined && primaryOf(service)?.rolloutState !== "COMPLETED") return ecs.describeTaskDefinition(replaced.taskDefinition);
  const stable = await ecs.stableDefinitions(cluster, service.serviceArn);
  const before = stable?.find((arn) => definitionNameOf(arn) !== definitionNameOf(service.taskDefinition));
  if (before !== undefined) return ecs.describeTaskDefinition(before);
  return stable === undefined || stable.length === 0 ? previousRevision(ecs, service.taskDefinition) : undefined;
}

/** How many revisions back are looked at: each is a call. */
const mostSteps = 20;

async function previousRevision(ecs: EcsPort, arn: string): Promise<RegisteredTaskDefinition | undefined> {
  const [family, number] = definitionNameOf(arn).split(":");
  for (let revision = Number(number) - 1; revision > Math.max(0, Number(number) - 1 - mostSteps); revision--) {
    const definition = await ecs.describeTaskDefinition(`${family}:${revision}`);
    if (definition?.status === "ACTIVE") return definition;
  }
  return undefined;
}
