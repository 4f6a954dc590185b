import type { Task } from "../core/ecs-api/api.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import { earlySuccessOf, primaryOf, replacesTag, type Service } from "../core/ecs-api/service.ts";
import { isOngoing, type ServiceDeployment } from "../core/ecs-api/service-deployment.ts";

/**
 * How a service stands that was changed or is rolled back: `steady`, why it failed, or undefined where it goes on.
 *
 * @param changed The service as CreateService or UpdateService answered it.
 * @param service The service as it was last seen; undefined where it no longer is.
 * @param rollout Its newest service deployment, where that is known.
 * @param rollsBack Whether ECS was asked to roll it back.
 */
export function judgeService(
  changed: Service,
  service: Service | undefined,
  rollout: ServiceDeployment | undefined,
  rollsBack: boolean,
): string | undefined {
  if (service === undefined || service.status === "INACTIVE") return "the service was deleted";
  return rollsBack ? judgeRollback(service, rollout) : judgeDeployment(changed, service, rollout);
}

/**
 * How a deployment stands: `steady`, why it failed, or undefined where it goes on.
 *
 * @param changed The service as CreateService or UpdateService answered it.
 * @param rollout Its service deployment where that is known: with a deployment that is not a rolling update, all tasks
 * run
 *   long before it is over.
 */
export function judgeDeployment(
  changed: Service,
  service: Service,
  rollout: ServiceDeployment | undefined,
): string | undefined {
  const ours = primaryOf(changed)?.id;
  const primary = primaryOf(service);
  const deployment = service.deployments.find(({ id }) => id === ours);
  const newest = primary === undefined || primary.id === ours ? undefined : definitionNameOf(primary.taskDefinition);
  const failed = (reason: string, verb = "goes back to") =>
    `${sentence(reason)}${newest === undefined ? "" : `; the service ${verb} ${newest}`}`;
  if (rollout !== undefined && rollout.status !== "SUCCESSFUL") {
    if (isOngoing(rollout) && rollout.status !== "ROLLBACK_IN_PROGRESS") return undefined;
    return failed(
      rollout.statusReason ?? "the deployment failed",
      rollout.status === "STOPPED" ? "now deploys" : undefined,
    );
  }
  if (deployment?.rolloutState === "FAILED") return failed(deployment.rolloutStateReason ?? "the deployment failed");
  if (ours !== undefined && deployment !== primary)
    return rollout !== undefined || primary?.taskDefinition === changed.taskDefinition
      ? "another deployment has taken its place"
      : failed("the deployment was rolled back");
  if (gainsTasks(changed) && !isSteadySince(changed, service)) return undefined;
  if (endsEarly(changed) && !gainsTasks(changed))
    return rollout !== undefined || primary?.rolloutState === "COMPLETED" ? "steady" : undefined;
  // Without a word of ECS on it: a deployment of another strategy is over when its old tasks are gone.
  const complete =
    rollout !== undefined || primary?.rolloutState === undefined || !isRolling(changed)
      ? service.deployments.length <= 1 && primary?.rolloutState !== "IN_PROGRESS"
      : primary.rolloutState === "COMPLETED";
  return complete && hasItsTasks(service) && !hasOldTasks(service) ? "steady" : undefined;
}

/**
 * Whether ECS's word that the deployment has succeeded is its end, though tasks are still to start and old ones to stop
 * in the background. Not where another service is deleted once this one has taken its place.
 */
export function endsEarly({ deploymentConfiguration, tags = [] }: Service): boolean {
  return earlySuccessOf(deploymentConfiguration) !== undefined && !tags.some(({ key }) => key.startsWith(replacesTag));
}

/**
 * Whether only the number of tasks was raised: that starts no deployment, and the one there is says COMPLETED while the
 * new tasks still have to come to serve.
 */
function gainsTasks(changed: Service): boolean {
  return primaryOf(changed)?.rolloutState === "COMPLETED" && changed.runningCount < changed.desiredCount;
}

/**
 * Whether ECS has said so since: "when the service is healthy and at the desired number of tasks".
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
function isSteadySince(changed: Service, { events }: Service): boolean {
  const before = new Set(changed.events.map(({ id }) => id));
  return events.some(({ id, message }) => !before.has(id) && message.includes("has reached a steady state"));
}

/** The same for a service deployment that ECS was asked to roll back. */
function judgeRollback(service: Service, rollout: ServiceDeployment | undefined): string | undefined {
  if (rollout === undefined || isOngoing(rollout)) return undefined;
  if (rollout.status === "ROLLBACK_SUCCESSFUL")
    return service.deployments.length <= 1 && hasItsTasks(service) ? "steady" : undefined;
  return rollout.status === "SUCCESSFUL"
    ? "the deployment had succeeded before it could be rolled back"
    : sentence(rollout.statusReason ?? "the rollback failed");
}

/** ECS counts a task no more once it is to stop: a deployment completes while tasks of those before it still run. */
function hasOldTasks(service: Service): boolean {
  const primary = primaryOf(service);
  return service.deployments.some((each) => each !== primary && each.runningCount + each.pendingCount > 0);
}

/** The tasks that are to stop and have not: until then they hold their devices. */
export function stoppingTasks(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter(({ desiredStatus, lastStatus }) => desiredStatus === "STOPPED" && lastStatus !== "STOPPED");
}

/** Whether the service's deployments are rolling updates, of which DescribeServices tells all. */
export function isRolling({ deploymentConfiguration }: Pick<Service, "deploymentConfiguration">): boolean {
  return (deploymentConfiguration?.strategy ?? "ROLLING") === "ROLLING";
}

function hasItsTasks({ runningCount, desiredCount, pendingCount }: Service): boolean {
  return runningCount === desiredCount && pendingCount === 0;
}

function sentence(text: string): string {
  return text.replace(/\.$/, "");
}
