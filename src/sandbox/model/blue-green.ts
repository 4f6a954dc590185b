/**
 * Deployments of the strategies BLUE_GREEN, LINEAR and CANARY: all the new tasks beside all the old ones, until the
 * traffic has been shifted and has been baked.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
import { trafficSteps, type TrafficStep } from "./deployment-arithmetic.ts";
import { hasHookAt, openHooks, pauseLeftMs } from "./pause-hooks.ts";
import type { DeploymentRecord, LifecycleStage, ServiceDeploymentRecord, ServiceRecord } from "./records.ts";
import { isHealthy, mayStart, startReplicas, stopSome, tasksOf } from "./service-tasks.ts";
import type { World } from "./world.ts";

const stages: readonly LifecycleStage[] = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
];

const minuteMs = 60_000;

export interface GreenMoves {
  /** Whether a task was started or stopped. */
  readonly changed: boolean;
  /** When its stage is over; undefined where that depends on tasks. */
  readonly lookInMs: number | undefined;
}

/** Puts a rollout that has just begun into its first stage. */
export function enterFirstStage(world: World, current: ServiceDeploymentRecord): void {
  enter(world, current, current.sources.length > 1 ? "RECONCILE_SERVICE" : "PRE_SCALE_UP");
}

/** Keeps the tasks that the rollout's stage wants, and goes through every stage that is over. */
export function rollGreen(world: World, service: ServiceRecord, current: ServiceDeploymentRecord): GreenMoves {
  const startable = mayStart(world, service);
  let changed = false;
  for (;;) {
    for (const deployment of service.deployments)
      changed = keep(world, service, deployment, wanted(service, current, deployment), startable) || changed;
    const work = waitMs(world, service, current);
    const left = work === 0 ? pauseLeftMs(world, current) : work;
    if (left !== 0) return { changed, lookInMs: left };
    advance(world, current);
  }
}

/** The share of production traffic that the new revision has, in percent. */
export function productionPercent({ steps, ...current }: ServiceDeploymentRecord): number {
  return current.rollback !== undefined || steps === 0 ? 0 : stepsOf(current)[steps - 1]!.percent;
}

/** Its stage in the words of the answer, which has none for what comes before a step of the production traffic. */
export function shownStage({ stage, steps }: ServiceDeploymentRecord): LifecycleStage | undefined {
  if (stage !== "PRE_PRODUCTION_TRAFFIC_SHIFT") return stage;
  return steps === 0 ? "POST_TEST_TRAFFIC_SHIFT" : "PRODUCTION_TRAFFIC_SHIFT";
}

/** The first deployment of a service has nothing to shift traffic away from. */
function stepsOf({ target, sources }: Pick<ServiceDeploymentRecord, "target" | "sources">): readonly TrafficStep[] {
  return sources.length === 0 ? [{ percent: 100, waitMinutes: 0 }] : trafficSteps(target.settings);
}

/** How many tasks of a deployment there are to be. */
function wanted(
  service: ServiceRecord,
  { target, sources, stage }: ServiceDeploymentRecord,
  deployment: DeploymentRecord,
): number {
  const at = stages.indexOf(stage!);
  if (deployment === target) return at >= stages.indexOf("SCALE_UP") ? service.settings.desiredCount : 0;
  return deployment === sources[0] && stage !== "CLEAN_UP" ? (deployment.keeps ?? 0) : 0;
}

/** Starts what is missing and stops what is too much; a task on an instance that drains is replaced first. */
function keep(
  world: World,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  count: number,
  startable: boolean,
): boolean {
  const tasks = tasksOf(service).filter((task) => task.deployment === deployment);
  const staying = tasks.filter(({ instance }) => instance?.status !== "DRAINING");
  const leaving = tasks.filter((task) => !staying.includes(task));
  const replaced = staying.filter((task) => isHealthy(world, task)).length >= count;
  const gone = leaving.filter((task) => replaced || task.lastStatus !== "RUNNING");
  const surplus = Math.max(0, staying.length - count);
  stopSome(world, service, gone, gone.length);
  stopSome(world, service, staying.toReversed(), surplus);
  const missing = startable ? Math.max(0, count - staying.length) : 0;
  const started = missing === 0 ? 0 : startReplicas(world, service, deployment, missing);
  return gone.length + surplus + started > 0;
}

/** How long the stage lasts yet: 0 where it is over, undefined where tasks decide. */
function waitMs(world: World, service: ServiceRecord, current: ServiceDeploymentRecord): number | undefined {
  const { stage, stageSince, target, sources, steps } = current;
  const until = (lengthMs: number) => Math.max(0, stageSince + lengthMs - world.now());
  switch (stage) {
    case "RECONCILE_SERVICE":
      return [...service.cluster.tasks.values()].some(
        (task) =>
          task.deployment !== undefined && sources.indexOf(task.deployment) > 0 && task.lastStatus !== "STOPPED",
      )
        ? undefined
        : 0;
    case "SCALE_UP":
      return tasksOf(service).filter((task) => task.deployment === target && isHealthy(world, task)).length >=
        service.settings.desiredCount
        ? 0
        : undefined;
    case "PRODUCTION_TRAFFIC_SHIFT":
      return until(Math.max(world.timings.stage, stepsOf(current)[steps - 1]!.waitMinutes * minuteMs));
    case "BAKE_TIME":
      return until(sources.length === 0 ? 0 : target.settings.bakeTimeInMinutes * minuteMs);
    case "CLEAN_UP":
      return undefined;
    default:
      return until(world.timings.stage);
  }
}

function advance(world: World, current: ServiceDeploymentRecord): void {
  const { stage, steps } = current;
  const before = "PRE_PRODUCTION_TRAFFIC_SHIFT";
  const again = stage === "PRODUCTION_TRAFFIC_SHIFT" && steps < stepsOf(current).length;
  const following = again ? before : stages[stages.indexOf(stage!) + 1]!;
  const next = following === before && !hasHookAt(current, before) ? "PRODUCTION_TRAFFIC_SHIFT" : following;
  enter(world, current, next, next === "PRODUCTION_TRAFFIC_SHIFT" ? steps + 1 : steps);
}

function enter(world: World, current: ServiceDeploymentRecord, stage: LifecycleStage, steps = current.steps): void {
  current.stage = stage;
  current.stageSince = world.now();
  current.hooks = openHooks(world, current, stage);
  current.updatedAt = world.now();
  current.steps = steps;
  if (stage === "CLEAN_UP") for (const source of current.sources) source.keeps = 0;
}
