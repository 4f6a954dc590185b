import { agreeing, counted } from "../core/base/counted.ts";
import { formatDuration } from "../core/base/duration.ts";
import type { Task } from "../core/ecs-api/api.ts";
import { judgeTask } from "../core/ecs/outcome.ts";
import { countHealth, healthOf, type HealthCounts, type TaskHealth } from "../core/ecs/task-health.ts";
import { primaryOf, type Service, type ServiceEvent } from "../core/ecs-api/service.ts";
import type { ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import { listAllTasks } from "./find-tasks.ts";
import { createFollower, type AwaitedService } from "./follow-deployments.ts";
import { endsEarly, judgeService, stoppingTasks } from "./judge-deployment.ts";
import type { EcsPort } from "../ports.ts";
import type { Runtime } from "../context.ts";

export interface ServiceWaitOptions {
  /** Milliseconds since the epoch, at which to give up. */
  readonly deadline?: number;
  /** Looks with calls that end at the deadline; the port itself unless given. */
  readonly reads?: EcsPort;
  /** What to do about a deployment that goes on when the wait ends early. */
  readonly hint: string;
  readonly onEvent: (service: string, event: ServiceEvent) => void;
  /** Hears of each status that a task comes to, and of its health where its checks fail. */
  readonly onTask: (service: string, task: Task, health: TaskHealth) => void;
  /** Hears of each stage of a deployment that is not a rolling update, and of a rollback's. */
  readonly onStage?: (service: string, rollout: ServiceDeployment) => void;
  /** Hears of each service whose deployment has come to its end. */
  readonly onEnd?: (outcome: ServiceOutcome) => void;
  /** Hears how the services stand, and their tasks by service name. */
  readonly onPoll?: (services: readonly Service[], health: ReadonlyMap<string, HealthCounts>) => void | Promise<void>;
}

export interface ServiceOutcome {
  readonly service: Service;
  /** Why the deployment failed; undefined where the service is steady. */
  readonly failure?: string;
  /** Tasks of the deployment that stopped and should not have. */
  readonly failedTasks: readonly Task[];
}

/**
 * How long a description has to disagree with what the command did before it is believed: ECS's reads are eventually
 * consistent, and the one before the change may come after it.
 */
const believedMs = 20_000;
const firstPauseMs = 2_000;
const longestPauseMs = 10_000;

/**
 * Waits until each service is steady with the deployment that it had when it was changed, and every task that it no
 * longer wants has stopped; or that deployment has failed, been rolled back or replaced. Of its own, since the SDK's
 * waiter stops at ten minutes and tells no reason.
 *
 * @throws AiplatError Timeout, Interrupted: the deployments go on.
 */
export async function waitForServices(
  port: EcsPort,
  cluster: string,
  awaited: readonly AwaitedService[],
  runtime: Runtime,
  options: ServiceWaitOptions,
): Promise<readonly ServiceOutcome[]> {
  const startedAt = runtime.now();
  const { deadline = Number.POSITIVE_INFINITY, reads: ecs = port } = options;
  const all = awaited.map(({ service }) => service);
  const follow = createFollower(ecs, cluster, options.onStage);
  const seenEvents = new Set(all.flatMap(({ events }) => events.map(({ id }) => id)));
  const tasks = new Map<string, Task>();
  const failures = new Map<string, TaskHealth | undefined>();
  const health = new Map<string, HealthCounts>();
  const stopping = new Map<string, number>();
  const outcomes = new Map<string, ServiceOutcome>();
  const disagreesSince = new Map<string, number>();
  let pauseMs = firstPauseMs;

  const believed = (name: string, verdict: string | undefined, agreed: boolean) => {
    if (agreed || verdict === undefined) {
      if (agreed) disagreesSince.delete(name);
      return verdict;
    }
    const since = disagreesSince.get(name) ?? runtime.now();
    disagreesSince.set(name, since);
    return runtime.now() - since >= believedMs ? verdict : undefined;
  };
  const timedOut = () => {
    const open = all.filter(({ serviceName }) => !outcomes.has(serviceName)).map(({ serviceName }) => serviceName);
    return new AiplatError(
      "Timeout",
      `${open.map((each) => named(each, stopping.get(each))).join(", ")} not steady after ${formatDuration(runtime.now() - startedAt)}`,
      { hint: options.hint, details: { services: open } },
    );
  };
  const look = async (): Promise<boolean> => {
    const open = awaited.filter(({ service }) => !outcomes.has(service.serviceName));
    const describe = () =>
      ecs.describeServices(
        cluster,
        open.map(({ service }) => service.serviceArn),
      );
    const before = await describe();
    const rollouts = await follow(open, before);
    // What has ended since is to be judged by the service as it was left.
    const services = [...rollouts.values()].some(({ status }) => status !== "PENDING" && status !== "IN_PROGRESS")
      ? await describe()
      : before;
    let news = false;
    for (const { service: changed, rollback } of open) {
      const service = services.find(({ serviceArn }) => serviceArn === changed.serviceArn);
      // ECS shows the newest first; those of one moment stay in their order.
      for (const event of (service?.events ?? [])
        .toReversed()
        .toSorted((one, other) => one.createdAt - other.createdAt)) {
        if (seenEvents.has(event.id)) continue;
        seenEvents.add(event.id);
        options.onEvent(changed.serviceName, event);
        news = true;
      }
      const ofService = await tasksOf(ecs, cluster, changed.serviceName);
      const counts = countHealth(ofService, service ?? changed, runtime.now());
      if (counts !== undefined) health.set(changed.serviceName, counts);
      for (const task of ofService) {
        const known = tasks.get(task.taskArn);
        const standing = healthOf(task, service ?? changed, runtime.now());
        tasks.set(task.taskArn, task);
        const failing = standing === "starting" || standing === "unhealthy" ? standing : undefined;
        const wasFailing = failures.get(task.taskArn);
        failures.set(task.taskArn, failing);
        if (
          (known?.lastStatus === task.lastStatus && (failing === undefined || failing === wasFailing)) ||
          (known === undefined && task.lastStatus === "STOPPED" && !isOf(changed, task))
        )
          continue;
        options.onTask(changed.serviceName, task, standing);
        news = true;
      }
      const verdict = believed(
        changed.serviceName,
        judgeService(changed, service, rollouts.get(changed.serviceName), rollback !== undefined),
        rollback !== undefined || (service !== undefined && agrees(changed, service)),
      );
      stopping.set(changed.serviceName, stoppingTasks(ofService).length);
      const stops = verdict === "steady" && !endsEarly(changed) && stopping.get(changed.serviceName)! > 0;
      if (verdict === undefined || stops) continue;
      const failedTasks =
        verdict === "steady"
          ? []
          : [...tasks.values()].filter((task) =>
              isFailureOf(rollback === undefined ? changed : (service ?? changed), task),
            );
      const outcome = {
        service: service ?? changed,
        failedTasks,
        ...(verdict === "steady" ? {} : { failure: verdict }),
      };
      outcomes.set(changed.serviceName, outcome);
      options.onEnd?.(outcome);
    }
    await options.onPoll?.(services, health);
    return news;
  };

  try {
    while (outcomes.size < all.length) {
      const news = await look();
      if (outcomes.size === all.length) break;
      const left = deadline - runtime.now();
      if (left <= 0) throw timedOut();
      pauseMs = news ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 1.25);
      await runtime.sleep(Math.min(pauseMs, left));
    }
  } catch (error) {
    // A call that was under way when the time was over.
    if (error instanceof Interrupted && !runtime.signal.aborted && runtime.now() >= deadline) throw timedOut();
    if (error instanceof Interrupted)
      throw new Interrupted("interrupted: the deployment goes on", { hint: options.hint });
    throw error;
  }
  return all.map(({ serviceName }) => outcomes.get(serviceName)!);
}

/** Whether the description is of the service as it was changed, and not of before. */
function agrees(changed: Service, service: Service): boolean {
  const ours = primaryOf(changed)?.id;
  return (
    service.status !== "INACTIVE" &&
    service.desiredCount === changed.desiredCount &&
    (ours === undefined || service.deployments.some(({ id }) => id === ours))
  );
}

function named(service: string, stopping = 0): string {
  return stopping === 0
    ? service
    : `${service} (${counted(stopping, "task")} still ${agreeing(stopping, "stops", "stop")})`;
}

/**
 * Whether the task was started by the deployment that the service had when it was changed: by ECS's clock, not ours.
 */
function isOf(changed: Service, { taskDefinitionArn, createdAt = 0 }: Task): boolean {
  return taskDefinitionArn === changed.taskDefinition && createdAt >= (primaryOf(changed)?.createdAt ?? 0);
}

function isFailureOf(changed: Service, task: Task): boolean {
  return (
    task.lastStatus === "STOPPED" &&
    task.stopCode !== "ServiceSchedulerInitiated" &&
    isOf(changed, task) &&
    !judgeTask(task).ok
  );
}

async function tasksOf(ecs: EcsPort, cluster: string, serviceName: string): Promise<readonly Task[]> {
  const arns = await listAllTasks(ecs, cluster, { serviceName });
  return arns.length === 0 ? [] : (await ecs.describeTasks(cluster, arns)).tasks;
}
