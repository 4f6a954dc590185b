/** Rollouts as ECS keeps them. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html */
import { pick } from "../../core/base/pick.ts";
import { breakerThreshold } from "../../core/ecs-api/deployment-limits.ts";
import { whyHookRollsBack } from "./pause-hooks.ts";
import type {
  DeploymentRecord,
  ServiceDeploymentRecord,
  RecordedDeploymentStatus,
  ServiceRecord,
  ServiceSettingsRecord,
} from "./records.ts";
import { say } from "./service-events.ts";
import { countTasks } from "./service-tasks.ts";
import type { World } from "./world.ts";

const ongoing: ReadonlySet<RecordedDeploymentStatus> = new Set([
  "PENDING",
  "IN_PROGRESS",
  "ROLLBACK_REQUESTED",
  "ROLLBACK_IN_PROGRESS",
]);

/** The rollout that is not over yet; a service has one at most. */
export function ongoingOf({ history: [newest] }: ServiceRecord): ServiceDeploymentRecord | undefined {
  return newest !== undefined && ongoing.has(newest.status) ? newest : undefined;
}

/**
 * The deployment that has the production traffic: the newest one, unless a rollout that is not a rolling update has
 * not shifted all of it yet, or goes back.
 */
export function productionOf(service: ServiceRecord): DeploymentRecord | undefined {
  const current = ongoingOf(service);
  const shifted =
    current?.stage === undefined ||
    current.stage === "POST_PRODUCTION_TRAFFIC_SHIFT" ||
    current.stage === "BAKE_TIME" ||
    current.stage === "CLEAN_UP";
  const primary = service.deployments.find(({ status }) => status === "PRIMARY");
  if (current === undefined) return primary?.rolloutState === "FAILED" ? (service.lastCompleted ?? primary) : primary;
  return shifted || current.rollback !== undefined ? primary : (current.sources[0] ?? primary);
}

/** A new rollout of `target`, from `sources`, of which the first is in production. */
export function openServiceDeployment(
  world: World,
  service: ServiceRecord,
  target: DeploymentRecord,
  sources: readonly DeploymentRecord[],
): ServiceDeploymentRecord {
  const now = world.now();
  const arn = world.arn(`service-deployment/${service.cluster.name}/${service.name}/${world.hex(21)}`);
  const opened: ServiceDeploymentRecord = {
    arn,
    createdAt: now,
    updatedAt: now,
    target,
    sources,
    status: "PENDING",
    stageSince: now,
    hooks: [],
    steps: 0,
    triggeredAlarms: [],
  };
  service.history.unshift(opened);
  return opened;
}

/**
 * Has a rollout taken back that is not over; one that goes back already goes on.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html
 */
export function requestRollback(world: World, current: ServiceDeploymentRecord): void {
  if (current.status !== "PENDING" && current.status !== "IN_PROGRESS") return;
  current.status = "ROLLBACK_REQUESTED";
  current.updatedAt = world.now();
}

/** Ends a rollout, with the tasks as they are now. */
export function closeServiceDeployment(
  world: World,
  service: ServiceRecord,
  current: ServiceDeploymentRecord,
  status: "SUCCESSFUL" | "STOPPED" | "ROLLBACK_SUCCESSFUL" | "ROLLBACK_FAILED",
  statusReason = current.statusReason,
): void {
  const now = world.now();
  current.status = status;
  if (statusReason !== undefined) current.statusReason = statusReason;
  current.updatedAt = now;
  current.finishedAt = now;
  if (status === "STOPPED") current.stoppedAt = now;
  current.last = new Map(
    [current.target, ...current.sources].map((deployment) => [deployment, countTasks(service, deployment)]),
  );
}

/** Why a rollout fails. */
export interface DeploymentFailure {
  /** Completes "Service deployment rolled back because", or "stopped because". */
  readonly because: string;
  /** What the newest deployment's `rolloutStateReason` begins with. */
  readonly detector: string;
  /** What the event says; undefined where nothing has failed. */
  readonly event?: string;
  readonly rollback: boolean;
}

/** A stage that waits for something waits no longer. */
const longestStageMs = 24 * 3_600_000;

/** Whether, and why, a rollout fails now. */
export function failureOf(
  world: World,
  service: ServiceRecord,
  current: ServiceDeploymentRecord,
): DeploymentFailure | undefined {
  const { circuitBreaker, alarms, desiredCount } = service.settings;
  const { target, stage } = current;
  if (current.status === "ROLLBACK_REQUESTED" && world.now() - current.updatedAt >= world.timings.stage)
    return { because: "a user stopped it", detector: "ECS deployment stopped by a user", rollback: true };
  if (current.status !== "IN_PROGRESS") return undefined;
  const hook = whyHookRollsBack(current);
  if (hook !== undefined) return { because: hook, detector: "ECS deployment lifecycle hook", rollback: true };
  const failed = "tasks failed to start";
  if (
    circuitBreaker.enable &&
    target.failedTasks >= breakerThreshold(desiredCount, circuitBreaker.thresholdConfiguration)
  )
    return {
      because: "the circuit breaker counted too many tasks that failed to start",
      detector: "ECS deployment circuit breaker",
      event: failed,
      rollback: circuitBreaker.rollback,
    };
  const triggered = alarms.enable ? alarms.alarmNames.filter((name) => ringing(service, target).has(name)) : [];
  if (triggered.length > 0) {
    current.triggeredAlarms = triggered;
    return {
      because: `an alarm went off: ${triggered.join(", ")}`,
      detector: "ECS deployment alarm",
      event: "alarm detected",
      rollback: alarms.rollback,
    };
  }
  // A hook has a time of its own.
  const waits = stage === "SCALE_UP" || (stage === "RECONCILE_SERVICE" && current.hooks.length === 0);
  if (waits && world.now() - current.stageSince >= longestStageMs)
    return {
      because: `its stage ${stage} lasted 24 hours`,
      detector: "ECS deployment stage",
      event: failed,
      rollback: true,
    };
  return undefined;
}

/** The alarms that running tasks of the deployment set off. */
function ringing(service: ServiceRecord, deployment: DeploymentRecord): ReadonlySet<string> {
  const tasks = [...service.cluster.tasks.values()].filter(
    (task) => task.deployment === deployment && task.lastStatus === "RUNNING",
  );
  return new Set(tasks.flatMap(({ containers }) => containers.flatMap(({ behaviour }) => behaviour.alarm ?? [])));
}

/**
 * Fails a rollout: back to the last deployment that completed, which gets to be the newest one again, since "Amazon ECS
 * doesn't create a new service revision for a rollback operation", or to a standstill.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html
 */
export function failServiceDeployment(
  world: World,
  service: ServiceRecord,
  current: ServiceDeploymentRecord,
  { because, detector, event, rollback }: DeploymentFailure,
): void {
  const { target } = current;
  const now = world.now();
  target.rolloutState = "FAILED";
  target.updatedAt = now;
  target.rolloutStateReason = event === undefined ? `${detector}.` : `${detector}: ${event}.`;
  if (event !== undefined) say(world, service, `(deployment ${target.id}) deployment failed: ${event}.`);
  const previous = service.lastCompleted;
  if (previous === undefined || previous === target)
    return closeServiceDeployment(
      world,
      service,
      current,
      rollback ? "ROLLBACK_FAILED" : "STOPPED",
      "Service deployment failed because " +
        `${because}.${rollback ? " There is no earlier service revision to roll back to." : ""}`,
    );
  if (!rollback)
    return closeServiceDeployment(world, service, current, "STOPPED", `Service deployment stopped because ${because}.`);
  current.status = "ROLLBACK_IN_PROGRESS";
  current.statusReason = `Service deployment rolled back because ${because}.`;
  current.updatedAt = now;
  current.rollback = { reason: current.statusReason, startedAt: now, to: previous };
  target.status = "ACTIVE";
  target.keeps = 0;
  target.rolloutStateReason = `${detector}: rolling back to deploymentId ${previous.id}.`;
  previous.status = "PRIMARY";
  previous.keeps = undefined;
  previous.failedTasks = 0;
  previous.updatedAt = now;
  previous.rolloutState = "IN_PROGRESS";
  previous.rolloutStateReason = target.rolloutStateReason;
  service.deployments = [previous, ...service.deployments.filter((each) => each !== previous)];
  service.settings = { ...service.settings, ...revisionSettings(previous.settings) };
  service.failedStarts = 0;
  service.notBefore = 0;
  service.steady = false;
  say(world, service, `rolling back to deployment ${previous.id}.`);
}

/** Whether a rollback fails now, by the circuit breaker again. */
export function rollbackFails(
  { settings: { circuitBreaker, desiredCount } }: ServiceRecord,
  { status, rollback }: ServiceDeploymentRecord,
): boolean {
  return (
    status === "ROLLBACK_IN_PROGRESS" &&
    circuitBreaker.enable &&
    rollback!.to.failedTasks >= breakerThreshold(desiredCount, circuitBreaker.thresholdConfiguration)
  );
}

/**
 * What of a service is in its revision.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html
 */
function revisionSettings(settings: ServiceSettingsRecord): Partial<ServiceSettingsRecord> {
  return pick(settings, [
    "launchType",
    "capacityProviderStrategy",
    "networkConfiguration",
    "loadBalancers",
    "serviceRegistries",
    "volumeConfigurations",
  ]);
}
