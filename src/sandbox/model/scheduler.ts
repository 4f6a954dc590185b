/** The service scheduler: keeps the desired number of tasks, and rolls deployments out. */
import { lowerLimit } from "../../core/ecs/rollout.ts";
import type { RegisteredTaskDefinition } from "../../core/ecs/api.ts";
import { breakerThreshold, nextMoves } from "./deployment-arithmetic.ts";
import { stop } from "./lifecycle.ts";
import { eligibleInstances, placeTasks, type Placed, type PlaceSpec } from "./placement.ts";
import type { DeploymentRecord, InstanceRecord, ServiceRecord, TaskRecord } from "./records.ts";
import { say, sayBlocked, sayStarted, sayStopped, sayUnplaced, sayUnsteady } from "./service-events.ts";
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
    if (task.lastStatus === "STOPPED" || task.stoppingAt === world.now()) for (const service of task.cluster.services.values()) if (service !== task.service && !service.steady) wake(world, service);
  };
}

const counted = new WeakSet<TaskRecord>();

/** A task of the newest deployment that ended by itself before it was healthy. */
function countFailure(task: TaskRecord): void {
  const { service, deployment } = task;
  if (service === undefined || deployment === undefined || counted.has(task)) return;
  counted.add(task);
  const byItself = task.stopCode !== "ServiceSchedulerInitiated" || task.stoppedReason?.startsWith("Task failed") === true;
  if (!byItself || task.stopCode === "UserInitiated") return;
  const healthy = task.healthyAt !== undefined && task.healthyAt <= (task.stoppingAt ?? 0);
  if (healthy) return;
  deployment.failedTasks++;
  service.failedStarts++;
  const pauseMs = Math.min(lastRetryMs, 1_000 * 2 ** Math.min(service.failedStarts, 20));
  service.notBefore = (task.stoppingAt ?? 0) + (service.failedStarts < 3 ? 0 : pauseMs);
}

/** A new deployment of the service as it is set now; those before it are rolled away. */
export function deploy(world: World, service: ServiceRecord, definition: RegisteredTaskDefinition): DeploymentRecord {
  for (const each of service.deployments) if (each.status === "PRIMARY") each.status = "ACTIVE";
  const id = `ecs-svc/${Array.from({ length: 19 }, () => Math.floor(world.random() * 9) + 1).join("")}`;
  const now = world.now();
  const deployment: DeploymentRecord = { id, status: "PRIMARY", definition, createdAt: now, updatedAt: now, failedTasks: 0, rolloutState: "IN_PROGRESS", rolloutStateReason: `ECS deployment ${id} in progress.`, settings: service.settings };
  service.deployments.unshift(deployment);
  service.steady = false;
  service.failedStarts = 0;
  service.notBefore = 0;
  wake(world, service);
  return deployment;
}

/** The tasks of a service that are to run. */
export function tasksOf(service: ServiceRecord): readonly TaskRecord[] {
  return [...service.cluster.tasks.values()].filter((task) => task.service === service && task.desiredStatus === "RUNNING");
}

export function primaryOf(service: ServiceRecord): DeploymentRecord {
  return service.deployments.find(({ status }) => status === "PRIMARY")!;
}

function isHealthy(world: World, task: TaskRecord): boolean {
  return task.lastStatus === "RUNNING" && task.healthyAt !== undefined && task.healthyAt <= world.now();
}

function reconcile(world: World, service: ServiceRecord): void {
  if (service.status === "INACTIVE") return;
  if (service.status === "DRAINING") return drain(world, service);
  const primary = primaryOf(service);
  if (tripBreaker(world, service, primary)) return;
  const changed = service.schedulingStrategy === "DAEMON" ? rollDaemon(world, service, primary) : rollReplicas(world, service, primary);
  if (changed) service.retryMs = firstRetryMs;
  if (settleSteady(world, service, primary)) return;
  const healthyIn = tasksOf(service).flatMap(({ healthyAt }) => (healthyAt !== undefined && healthyAt > world.now() ? [healthyAt - world.now()] : []));
  lookAt(world, service, Math.min(service.retryMs, ...healthyIn));
  service.retryMs = Math.min(lastRetryMs, service.retryMs * 2);
}

function drain(world: World, service: ServiceRecord): void {
  const tasks = tasksOf(service);
  for (const task of tasks) stop(world, task, "ServiceSchedulerInitiated", `Scaling activity initiated by (deployment ${task.deployment!.id})`);
  if ([...service.cluster.tasks.values()].some((task) => task.service === service && task.lastStatus !== "STOPPED")) return;
  service.status = "INACTIVE";
  for (const each of service.deployments) each.status = "INACTIVE";
}

function specOf(service: ServiceRecord, deployment: DeploymentRecord): PlaceSpec {
  const { settings } = deployment;
  const providers = settings.capacityProviderStrategy.map(({ capacityProvider }) => String(capacityProvider));
  return {
    cluster: service.cluster,
    definition: deployment.definition,
    group: `service:${service.name}`,
    startedBy: deployment.id,
    launchType: providers.length === 0 ? (settings.launchType ?? "EC2") : undefined,
    capacityProvider: providers[0],
    ...(providers.length === 0 ? {} : { capacityProviders: providers }),
    placementConstraints: settings.placementConstraints,
    networkConfiguration: settings.networkConfiguration,
    enableExecuteCommand: settings.enableExecuteCommand,
    tags: settings.propagateTags === "SERVICE" ? service.tags : settings.propagateTags === "TASK_DEFINITION" ? (deployment.definition.tags ?? []) : [],
    service,
    deployment,
  };
}

/** Whether a task is to be replaced: of an older deployment, or on an instance that drains. */
function isStale(task: TaskRecord, primary: DeploymentRecord): boolean {
  return task.deployment !== primary || task.instance?.status === "DRAINING";
}

function rollReplicas(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { desiredCount: desired, minimumHealthyPercent, maximumPercent, placementStrategy } = service.settings;
  const tasks = tasksOf(service);
  const stale = tasks.filter((task) => isStale(task, primary));
  const fresh = tasks.filter((task) => !isStale(task, primary));
  const healthy = (some: readonly TaskRecord[]) => some.filter((task) => isHealthy(world, task)).length;
  const standing = { desired, fresh: fresh.length, freshHealthy: healthy(fresh), stale: stale.length, staleHealthy: healthy(stale), minimumHealthyPercent, maximumPercent };
  const moves = nextMoves(standing);
  stopSome(world, service, stale, moves.stopStale);
  stopSome(world, service, fresh.toReversed(), moves.stopFresh);
  const mayStart = primary.rolloutState !== "FAILED" && world.now() >= service.notBefore;
  if (!mayStart && primary.rolloutState !== "FAILED" && service.failedStarts >= 3) sayUnsteady(world, service);
  // Stopping frees CPU, memory and ports at once, so what starts now may take the place of what stops now.
  const placed = moves.start > 0 && mayStart ? startSome(world, service, specOf(service, primary), moves.start, (spec, count) => placeTasks(world, spec, count, placementStrategy)) : 0;
  const stuck = stale.length > 0 && fresh.length < desired && moves.start === 0 && moves.stopStale === 0 && healthy(tasks) >= lowerLimit(desired, minimumHealthyPercent) && tasks.every((task) => isHealthy(world, task));
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
  const misplaced = tasks.filter((task) => task.instance === undefined || (!instances.includes(task.instance) && task.instance.status !== "ACTIVE"));
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
    started += startSome(world, service, spec, 1, (each, count) => placeTasks(world, each, count, undefined, (room) => room === instance));
  }
  return started > 0 || stopping > 0;
}

function startSome(world: World, service: ServiceRecord, spec: PlaceSpec, count: number, place: (spec: PlaceSpec, count: number) => Placed): number {
  const { tasks, failures, exception } = place(spec, count);
  if (tasks.length > 0) sayStarted(world, service, tasks);
  if (tasks.length < count) sayUnplaced(world, service, failures, exception);
  return tasks.length;
}

/** Stops so many of the tasks, those that are not healthy first. */
function stopSome(world: World, service: ServiceRecord, tasks: readonly TaskRecord[], count: number): void {
  const chosen = tasks.toSorted((one, other) => Number(isHealthy(world, one)) - Number(isHealthy(world, other))).slice(0, count);
  if (chosen.length === 0) return;
  for (const task of chosen) stop(world, task, "ServiceSchedulerInitiated", `Scaling activity initiated by (deployment ${primaryOf(service).id})`);
  sayStopped(world, service, chosen);
}

/** The circuit breaker of a rolling update. Whether it tripped, and something new is under way. */
function tripBreaker(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { circuitBreaker, desiredCount } = service.settings;
  if (!circuitBreaker.enable || primary.rolloutState !== "IN_PROGRESS" || primary.failedTasks < breakerThreshold(desiredCount)) return false;
  primary.rolloutState = "FAILED";
  primary.updatedAt = world.now();
  primary.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start.";
  say(world, service, `(deployment ${primary.id}) deployment failed: tasks failed to start.`);
  const previous = service.lastCompleted;
  if (!circuitBreaker.rollback || previous === undefined || previous === primary) return false;
  service.settings = { ...previous.settings, desiredCount };
  const back = deploy(world, service, previous.definition);
  back.rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${back.id}.`;
  primary.rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${back.id}.`;
  say(world, service, `rolling back to deployment ${back.id}.`);
  return true;
}

/** Whether all is as it should be; the first time it says so. */
function settleSteady(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const tasks = tasksOf(service);
  const { desiredCount } = service.settings;
  const rolled = tasks.length === desiredCount && tasks.every((task) => !isStale(task, primary) && isHealthy(world, task));
  const stopping = [...service.cluster.tasks.values()].some((task) => task.service === service && task.desiredStatus === "STOPPED" && task.lastStatus !== "STOPPED" && task.deployment !== primary);
  if (!rolled || stopping || primary.rolloutState === "FAILED") {
    service.steady = false;
    return false;
  }
  service.failedStarts = 0;
  if (primary.rolloutState === "IN_PROGRESS") {
    primary.rolloutState = "COMPLETED";
    primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
    primary.updatedAt = world.now();
    service.lastCompleted = primary;
    service.deployments = [primary];
    say(world, service, `(deployment ${primary.id}) deployment completed.`);
  }
  if (!service.steady) say(world, service, "has reached a steady state.");
  service.steady = true;
  return true;
}
