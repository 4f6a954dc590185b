import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import { primaryOf, type Service } from "../core/ecs-api/service.ts";
import type { ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import type { EcsPort } from "../ports.ts";

/**
 * The revision to go back to: of the service's successful deployments the last with another revision than the one it
 * runs or deploys, so past every one that failed since. Where ECS keeps no deployments, or none of the last 90 days,
 * the one that is being replaced, or the ACTIVE revision before.
 *
 * @param stopping The deployment under way that is stopped: ECS then goes back to the last successful one before it, of
 * whatever revision.
 */
export async function findStableRevision(
  ecs: EcsPort,
  cluster: string,
  service: Service,
  stopping?: ServiceDeployment,
): Promise<RegisteredTaskDefinition | undefined> {
  const stable = await ecs.stableDefinitions(cluster, service.serviceArn, stopping?.arn);
  if (stable !== undefined && stable.length > 0) {
    const before = stable.find(
      (arn) => stopping !== undefined || definitionNameOf(arn) !== definitionNameOf(service.taskDefinition),
    );
    return before === undefined ? undefined : ecs.describeTaskDefinition(before);
  }
  const replaced = service.deployments.filter(
    ({ status, taskDefinition }) => status === "ACTIVE" && taskDefinition !== service.taskDefinition,
  );
  const last = replaced.find(({ rolloutState }) => rolloutState === "COMPLETED") ?? replaced[0];
  return last !== undefined && primaryOf(service)?.rolloutState !== "COMPLETED"
    ? ecs.describeTaskDefinition(last.taskDefinition)
    : previousRevision(ecs, service.taskDefinition);
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
