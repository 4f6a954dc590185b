/** The tasks of a service: which there are, how they are started and stopped. */
import { stop } from "./lifecycle.ts";
import { placeTasks, type Placed, type PlaceSpec } from "./placement.ts";
import type { DeploymentRecord, ServiceRecord, TaskCounts, TaskRecord } from "./records.ts";
import { isPending } from "./instances.ts";
import { sayStarted, sayStopped, sayUnplaced, sayUnsteady } from "./service-events.ts";
import { scalingOf } from "./managed-scaling-settings.ts";
import { placeByStrategy, shareOut, type StrategyItem } from "./provider-shares.ts";
import type { World } from "./world.ts";

/** The tasks of a service that are to run. */
export function tasksOf(service: ServiceRecord): readonly TaskRecord[] {
  return [...service.cluster.tasks.values()].filter(
    (task) => task.service === service && task.desiredStatus === "RUNNING",
  );
}

export function primaryOf(service: ServiceRecord): DeploymentRecord {
  return service.deployments.find(({ status }) => status === "PRIMARY")!;
}

export function isHealthy(world: World, task: TaskRecord): boolean {
  return task.lastStatus === "RUNNING" && task.healthyAt !== undefined && task.healthyAt <= world.now();
}

/** What DescribeServices and service deployments say of a deployment's tasks. */
export function countTasks(service: ServiceRecord, deployment: DeploymentRecord): TaskCounts {
  const tasks = [...service.cluster.tasks.values()].filter((task) => task.deployment === deployment);
  return {
    requested:
      deployment.status === "PRIMARY"
        ? service.settings.desiredCount
        : (deployment.keeps ?? tasks.filter(({ desiredStatus }) => desiredStatus === "RUNNING").length),
    running: tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length,
    pending: tasks.filter(isPending).length,
  };
}

/**
 * What a deployment's tasks are made of. The newest one's follow the service where UpdateService says of a setting that
 * it "doesn't trigger a new service deployment"; its strategy of capacity providers is the revision's.
 */
export function specOf(service: ServiceRecord, deployment: DeploymentRecord): PlaceSpec {
  const { capacityProviderStrategy, launchType, networkConfiguration, volumeConfigurations } = deployment.settings;
  const { placementConstraints, enableExecuteCommand, propagateTags } =
    deployment.status === "PRIMARY" ? service.settings : deployment.settings;
  const providers = capacityProviderStrategy.map(({ capacityProvider }) => String(capacityProvider));
  // A DAEMON has its task on every instance of any of them.
  return {
    cluster: service.cluster,
    definition: deployment.definition,
    group: `service:${service.name}`,
    startedBy: deployment.id,
    launchType: providers.length === 0 ? (launchType ?? "EC2") : undefined,
    capacityProvider: providers[0],
    ...(providers.length === 0 ? {} : { capacityProviders: providers }),
    placementConstraints,
    networkConfiguration,
    volumeConfigurations,
    enableExecuteCommand,
    tags: propagated(propagateTags, service, deployment),
    service,
    deployment,
  };
}

/** The tags that a service's tasks take on. */
function propagated(
  from: ServiceRecord["settings"]["propagateTags"],
  service: ServiceRecord,
  { definition }: DeploymentRecord,
): ServiceRecord["tags"] {
  if (from === "SERVICE") return service.tags;
  return from === "TASK_DEFINITION" ? (definition.tags ?? []) : [];
}

export function startSome(
  world: World,
  service: ServiceRecord,
  spec: PlaceSpec,
  count: number,
  place: (spec: PlaceSpec, count: number) => Placed,
): number {
  const { tasks, failures, exception } = place(spec, count);
  if (tasks.length > 0) sayStarted(world, service, tasks);
  if (tasks.length < count) sayUnplaced(world, service, failures, exception);
  return tasks.length;
}

/** Whether ECS brings machines for tasks of the provider that have no room. */
function isScaled({ capacityProviders }: World, name: string | undefined): boolean {
  const provider = capacityProviders.get(name ?? "");
  return provider !== undefined && scalingOf(provider) !== undefined;
}

/** Starts tasks of a deployment wherever there is room for them. */
export function startReplicas(
  world: World,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  count: number,
): number {
  const strategy = service.settings.placementStrategy;
  return startSome(world, service, specOf(service, deployment), count, (spec, some) => {
    const providers = deployment.settings.capacityProviderStrategy as readonly StrategyItem[];
    if (providers.length === 0) return placeTasks(world, spec, some, strategy);
    const shares = shareOut(providers, some, countByProvider(service, deployment));
    return placeByStrategy(world, spec, shares, strategy, (name) => isScaled(world, name));
  });
}

function countByProvider(service: ServiceRecord, deployment: DeploymentRecord): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { deployment: of, capacityProvider = "" } of tasksOf(service))
    if (of === deployment) counts.set(capacityProvider, (counts.get(capacityProvider) ?? 0) + 1);
  return counts;
}

/** Stops so many of the tasks, those that are not healthy first. */
export function stopSome(world: World, service: ServiceRecord, tasks: readonly TaskRecord[], count: number): void {
  const chosen = tasks
    .toSorted((one, other) => Number(isHealthy(world, one)) - Number(isHealthy(world, other)))
    .slice(0, count);
  if (chosen.length === 0) return;
  for (const task of chosen)
    stop(
      world,
      task,
      "ServiceSchedulerInitiated",
      `Scaling activity initiated by (deployment ${primaryOf(service).id})`,
    );
  sayStopped(world, service, chosen);
}

/**
 * Whether the scheduler starts tasks of the newest deployment now: not one that
 * failed, and not in the pause after failures.
 */
export function mayStart(world: World, service: ServiceRecord): boolean {
  if (primaryOf(service).rolloutState === "FAILED") return false;
  if (world.now() >= service.notBefore) return true;
  if (service.failedStarts >= 3) sayUnsteady(world, service);
  return false;
}
