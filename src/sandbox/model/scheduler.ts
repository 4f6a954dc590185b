/** The service scheduler: keeps the desired number of tasks, and rolls deployments out. */
import { lowerLimit } from "../../core/ecs-api/deployment-limits.ts";
import type { RegisteredTaskDefinition } from "../../core/ecs-api/api.ts";
import { enterFirstStage, rollGreen } from "./blue-green.ts";
import { nextMoves } from "./deployment-arithmetic.ts";
import { stop } from "./lifecycle.ts";
import { expireHooks } from "./pause-hooks.ts";
import { eligibleInstances, placeTasks } from "./placement.ts";
import type {
  DeploymentRecord,
  InstanceRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  TaskRecord,
} from "./records.ts";
import {
  closeServiceDeployment,
  failServiceDeployment,
  failureOf,
  ongoingOf,
  openServiceDeployment,
  productionOf,
  rollbackFails,
} from "./service-deployments.ts";
import { markCompleted, newDeployment } from "./service-records.ts";
import { say, sayBlocked } from "./service-events.ts";
import {
  isHealthy,
  mayStart,
  primaryOf,
  specOf,
  startReplicas,
  startSome,
  stopSome,
  tasksOf,
} from "./service-tasks.ts";
import type { World } from "./world.ts";

const firstRetryMs = 5_000;
const lastRetryMs = 900_000;

/** Looks at a service as soon as what happens now has happened. */
export function wake(world: World, service: ServiceRecord): void {
  service.retryMs = firstRetryMs;
  lookAt(world, service, 0);
}

function lookAt(world: World, service: ServiceRecord, delay: number): void {
  const at = world.now() + delay;
  if (service.nextLook !== undefined && service.nextLook <= at) return;
  service.nextLook = at;
  world.after(delay, () => {
    if (service.nextLook !== at) return;
    service.nextLook = undefined;
    reconcile(world, service);
  });
}

/** Makes the scheduler hear of every task. */
export function installScheduler(world: World): void {
  world.taskChanged = (task) => {
    if (task.service !== undefined) {
      if (task.desiredStatus === "STOPPED") countFailure(task);
      wake(world, task.service);
    }
    // What ends makes room for others.
    if (task.lastStatus === "STOPPED" || task.stoppingAt === world.now())
      for (const service of task.cluster.services.values())
        if (service !== task.service && !service.steady) wake(world, service);
  };
}

const counted = new WeakSet<TaskRecord>();

/** A task of the newest deployment that ended by itself before it was healthy. */
function countFailure(task: TaskRecord): void {
  const { service, deployment } = task;
  if (service === undefined || deployment === undefined || counted.has(task)) return;
  counted.add(task);
  const byItself =
    task.stopCode !== "ServiceSchedulerInitiated" || task.stoppedReason?.startsWith("Task failed") === true;
  if (!byItself || task.stopCode === "UserInitiated") return;
  const healthy = task.healthyAt !== undefined && task.healthyAt <= (task.stoppingAt ?? 0);
  if (healthy) return;
  deployment.failedTasks++;
  service.failedStarts++;
  const pauseMs = Math.min(lastRetryMs, 1_000 * 2 ** Math.min(service.failedStarts, 20));
  service.notBefore = (task.stoppingAt ?? 0) + (service.failedStarts < 3 ? 0 : pauseMs);
}

const reached = new WeakSet<TaskRecord>();

/**
 * "a task that reaches a healthy state resets the failure count to 0", unless the service says otherwise.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html
 */
function forgetFailures(world: World, service: ServiceRecord): void {
  const { resetOnHealthyTask = true } = service.settings.circuitBreaker;
  for (const task of tasksOf(service)) {
    if (task.deployment === undefined || reached.has(task) || !isHealthy(world, task)) continue;
    reached.add(task);
    if (resetOnHealthyTask) task.deployment.failedTasks = 0;
  }
}

/**
 * A new deployment of the service as it is set now; those before it are rolled away.
 *
 * @param before How many tasks the service wanted until now: so many stay beside those of
 * a deployment that is not a rolling update.
 */
export function deploy(
  world: World,
  service: ServiceRecord,
  definition: RegisteredTaskDefinition,
  before = service.settings.desiredCount,
): DeploymentRecord {
  const { settings } = service;
  const production = productionOf(service);
  const current = ongoingOf(service);
  if (current !== undefined)
    closeServiceDeployment(
      world,
      service,
      current,
      "STOPPED",
      "Service deployment stopped because a newer one was started.",
    );
  const rolling = settings.strategy === "ROLLING";
  for (const each of service.deployments) {
    each.status = "ACTIVE";
    each.keeps = rolling || each !== production ? undefined : (each.keeps ?? before);
  }
  const number = Array.from({ length: 19 }, () => Math.floor(world.random() * 9) + 1).join("");
  const deployment = newDeployment(world, service, `ecs-svc/${number}`, definition, settings);
  const sources =
    production === undefined ? [] : [production, ...service.deployments.filter((each) => each !== production)];
  openServiceDeployment(world, service, deployment, sources);
  service.deployments.unshift(deployment);
  service.steady = false;
  service.failedStarts = 0;
  service.notBefore = 0;
  wake(world, service);
  return deployment;
}

function reconcile(world: World, service: ServiceRecord): void {
  if (service.status === "INACTIVE") return;
  if (service.status === "DRAINING") return drain(world, service);
  const current = ongoingOf(service);
  if (current?.status === "PENDING") begin(world, current);
  forgetFailures(world, service);
  if (current !== undefined) expireHooks(world, current);
  const failure = current === undefined ? undefined : failureOf(world, service, current);
  if (failure !== undefined) failServiceDeployment(world, service, current!, failure);
  const primary = primaryOf(service);
  if (current !== undefined && rollbackFails(service, current)) {
    primary.rolloutState = "FAILED";
    closeServiceDeployment(world, service, current, "ROLLBACK_FAILED");
  }
  const { changed, lookInMs } = roll(world, service, primary, current);
  if (changed) service.retryMs = firstRetryMs;
  if (settleSteady(world, service, primary, current)) return;
  const healthyIn = tasksOf(service).flatMap(({ healthyAt }) =>
    healthyAt !== undefined && healthyAt > world.now() ? [healthyAt - world.now()] : [],
  );
  lookAt(world, service, Math.min(service.retryMs, lookInMs ?? lastRetryMs, ...healthyIn));
  service.retryMs = Math.min(lastRetryMs, service.retryMs * 2);
}

function begin(world: World, current: ServiceDeploymentRecord): void {
  current.status = "IN_PROGRESS";
  current.startedAt = world.now();
  current.updatedAt = world.now();
  if (current.target.settings.strategy !== "ROLLING") enterFirstStage(world, current);
}

/** Starts and stops tasks: by stages where a deployment has them and goes forward, else between the two limits. */
function roll(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  current: ServiceDeploymentRecord | undefined,
): { readonly changed: boolean; readonly lookInMs?: number | undefined } {
  if (current?.status === "IN_PROGRESS" && current.stage !== undefined) return rollGreen(world, service, current);
  return {
    changed:
      service.schedulingStrategy === "DAEMON"
        ? rollDaemon(world, service, primary)
        : rollReplicas(world, service, primary),
  };
}

function drain(world: World, service: ServiceRecord): void {
  const tasks = tasksOf(service);
  for (const task of tasks)
    stop(world, task, "ServiceSchedulerInitiated", `Scaling activity initiated by (deployment ${task.deployment!.id})`);
  if ([...service.cluster.tasks.values()].some((task) => task.service === service && task.lastStatus !== "STOPPED"))
    return;
  service.status = "INACTIVE";
  for (const each of service.deployments) each.status = "INACTIVE";
  // "When you delete a service, Amazon ECS deletes the corresponding service deployment": service-deployment.html
  service.history = [];
}

/** Whether a task is to be replaced: of an older deployment, or on an instance that drains. */
function isStale(task: TaskRecord, primary: DeploymentRecord): boolean {
  return task.deployment !== primary || task.instance?.status === "DRAINING";
}

function rollReplicas(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { desiredCount: desired, minimumHealthyPercent, maximumPercent } = service.settings;
  const tasks = tasksOf(service);
  const stale = tasks.filter((task) => isStale(task, primary));
  const fresh = tasks.filter((task) => !isStale(task, primary));
  const healthy = (some: readonly TaskRecord[]) => some.filter((task) => isHealthy(world, task)).length;
  const standing = {
    desired,
    fresh: fresh.length,
    freshHealthy: healthy(fresh),
    stale: stale.length,
    staleHealthy: healthy(stale),
    minimumHealthyPercent,
    maximumPercent,
  };
  const moves = nextMoves(standing);
  stopSome(world, service, stale, moves.stopStale);
  stopSome(world, service, fresh.toReversed(), moves.stopFresh);
  // Stopping frees CPU, memory and ports at once, so what starts now may take the place of what stops now.
  const placed = mayStart(world, service) && moves.start > 0 ? startReplicas(world, service, primary, moves.start) : 0;
  const stuck =
    stale.length > 0 &&
    fresh.length < desired &&
    moves.start === 0 &&
    moves.stopStale === 0 &&
    healthy(tasks) >= lowerLimit(desired, minimumHealthyPercent) &&
    tasks.every((task) => isHealthy(world, task));
  if (stuck) sayBlocked(world, service);
  return placed > 0 || moves.stopStale > 0 || moves.stopFresh > 0;
}

/** One task on every instance that is fit for it; the maximum is 100 percent, so the old one stops first. */
function rollDaemon(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const spec = specOf(service, primary);
  const instances = eligibleInstances(world, spec);
  const desired = instances.length;
  if (desired !== service.settings.desiredCount) service.settings = { ...service.settings, desiredCount: desired };
  const tasks = tasksOf(service);
  const on = (instance: InstanceRecord) => tasks.filter((task) => task.instance === instance);
  const misplaced = tasks.filter(
    (task) => task.instance === undefined || (!instances.includes(task.instance) && task.instance.status !== "ACTIVE"),
  );
  const stale = instances.flatMap(on).filter((task) => task.deployment !== primary);
  const healthy = tasks.filter((task) => isHealthy(world, task)).length;
  const spare = Math.max(0, healthy - lowerLimit(desired, service.settings.minimumHealthyPercent));
  const sick = stale.filter((task) => !isHealthy(world, task)).length;
  const stopping = Math.min(stale.length, sick + spare);
  stopSome(world, service, [...misplaced], misplaced.length);
  stopSome(world, service, stale, stopping);
  if (primary.rolloutState === "FAILED" || world.now() < service.notBefore) return stopping > 0;
  let started = 0;
  for (const instance of instances) {
    if (tasksOf(service).some((task) => task.instance === instance)) continue;
    started += startSome(world, service, spec, 1, (each, count) =>
      placeTasks(world, each, count, undefined, (room) => room === instance),
    );
  }
  return started > 0 || stopping > 0;
}

/** Whether all is as it should be; the first time it says so. */
function settleSteady(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  current: ServiceDeploymentRecord | undefined,
): boolean {
  const tasks = tasksOf(service);
  const { desiredCount } = service.settings;
  const rolled =
    tasks.length === desiredCount && tasks.every((task) => !isStale(task, primary) && isHealthy(world, task));
  const stopping = [...service.cluster.tasks.values()].some(
    (task) =>
      task.service === service &&
      task.desiredStatus === "STOPPED" &&
      task.lastStatus !== "STOPPED" &&
      task.deployment !== primary,
  );
  const onTheWay = current?.status === "IN_PROGRESS" && current.stage !== undefined && current.stage !== "CLEAN_UP";
  const justBack = current?.rollback !== undefined && world.now() < current.rollback.startedAt + world.timings.stage;
  if (!rolled || stopping || onTheWay || justBack || primary.rolloutState === "FAILED") {
    service.steady = false;
    return false;
  }
  service.failedStarts = 0;
  if (primary.rolloutState === "IN_PROGRESS") {
    markCompleted(primary);
    primary.updatedAt = world.now();
    service.lastCompleted = primary;
    service.deployments = [primary];
    if (current !== undefined)
      closeServiceDeployment(
        world,
        service,
        current,
        current.rollback === undefined ? "SUCCESSFUL" : "ROLLBACK_SUCCESSFUL",
      );
    say(world, service, `(deployment ${primary.id}) deployment completed.`);
  }
  if (!service.steady) say(world, service, "has reached a steady state.");
  service.steady = true;
  return true;
}
