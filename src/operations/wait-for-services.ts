import { formatDuration } from "../core/duration.ts";
import type { Task } from "../core/ecs/api.ts";
import { definitionNameOf } from "../core/ecs/arn.ts";
import { judgeTask } from "../core/ecs/outcome.ts";
import { primaryOf, type Service, type ServiceEvent } from "../core/ecs/service-api.ts";
import { AiplatError, Interrupted } from "../errors.ts";
import type { EcsPort } from "./ports.ts";
import type { Runtime } from "./runtime.ts";

export interface ServiceWaitOptions {
  /** Milliseconds since the epoch, at which to give up. */
  readonly deadline?: number;
  /** What to do about a deployment that goes on when the wait ends early. */
  readonly hint: string;
  readonly onEvent: (service: string, event: ServiceEvent) => void;
  readonly onTask: (service: string, task: Task) => void;
  readonly onPoll?: (services: readonly Service[]) => void;
}

export interface ServiceOutcome {
  readonly service: Service;
  /** Why the deployment failed; undefined where the service is steady. */
  readonly failure?: string;
  /** Tasks of the deployment that stopped and should not have. */
  readonly failedTasks: readonly Task[];
}

const firstPauseMs = 2_000;
const longestPauseMs = 10_000;

/**
 * Waits until each service is steady with the deployment that it had when it was changed, or that deployment has
 * failed, been rolled back or replaced. Of its own, since the SDK's waiter stops at ten minutes and tells no reason.
 *
 * @param changed The services as CreateService or UpdateService answered them.
 * @throws AiplatError Timeout, Interrupted: the deployments go on.
 */
export async function waitForServices(ecs: EcsPort, cluster: string, changed: readonly Service[], runtime: Runtime, options: ServiceWaitOptions): Promise<readonly ServiceOutcome[]> {
  const startedAt = runtime.now();
  const seenEvents = new Set(changed.flatMap(({ events }) => events.map(({ id }) => id)));
  const tasks = new Map<string, Task>();
  const outcomes = new Map<string, ServiceOutcome>();
  let pauseMs = firstPauseMs;

  const look = async (): Promise<boolean> => {
    const open = changed.filter(({ serviceName }) => !outcomes.has(serviceName));
    const services = await ecs.describeServices(cluster, open.map(({ serviceArn }) => serviceArn));
    let news = false;
    for (const before of open) {
      const service = services.find(({ serviceArn }) => serviceArn === before.serviceArn);
      for (const event of (service?.events ?? []).toSorted((one, other) => one.createdAt - other.createdAt)) {
        if (seenEvents.has(event.id)) continue;
        seenEvents.add(event.id);
        options.onEvent(before.serviceName, event);
        news = true;
      }
      for (const task of await tasksOf(ecs, cluster, before.serviceName)) {
        const known = tasks.get(task.taskArn);
        tasks.set(task.taskArn, task);
        if (known?.lastStatus === task.lastStatus || (known === undefined && task.lastStatus === "STOPPED" && !isOf(before, task))) continue;
        options.onTask(before.serviceName, task);
        news = true;
      }
      const verdict = service === undefined || service.status === "INACTIVE" ? "the service was deleted" : judge(before, service);
      if (verdict === undefined) continue;
      const failedTasks = verdict === "steady" ? [] : [...tasks.values()].filter((task) => isFailureOf(before, task));
      outcomes.set(before.serviceName, { service: service ?? before, failedTasks, ...(verdict === "steady" ? {} : { failure: verdict }) });
    }
    options.onPoll?.(services);
    return news;
  };

  try {
    while (outcomes.size < changed.length) {
      const news = await look();
      if (outcomes.size === changed.length) break;
      const left = (options.deadline ?? Number.POSITIVE_INFINITY) - runtime.now();
      if (left <= 0) {
        const open = changed.filter(({ serviceName }) => !outcomes.has(serviceName)).map(({ serviceName }) => serviceName);
        throw new AiplatError("Timeout", `${open.join(", ")} not steady after ${formatDuration(runtime.now() - startedAt)}`, { hint: options.hint, details: { services: open } });
      }
      pauseMs = news ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 1.25);
      await runtime.sleep(Math.min(pauseMs, left));
    }
  } catch (error) {
    if (error instanceof Interrupted) throw new Interrupted("interrupted: the deployment goes on", { hint: options.hint });
    throw error;
  }
  return changed.map(({ serviceName }) => outcomes.get(serviceName)!);
}

/** `steady`, why the deployment failed, or undefined where it goes on. */
function judge(changed: Service, service: Service): string | undefined {
  const ours = primaryOf(changed)?.id;
  const primary = primaryOf(service);
  const deployment = service.deployments.find(({ id }) => id === ours);
  const now = primary === undefined || deployment === primary ? "" : `; the service goes back to ${definitionNameOf(primary.taskDefinition)}`;
  if (deployment?.rolloutState === "FAILED") return `${(deployment.rolloutStateReason ?? "the deployment failed").replace(/\.$/, "")}${now}`;
  if (ours !== undefined && deployment !== primary) return primary?.taskDefinition === changed.taskDefinition ? "another deployment has taken its place" : `the deployment was rolled back${now}`;
  return isSteady(service) ? "steady" : undefined;
}

/** Whether the service's latest deployment has come to its end and runs what it should. */
export function isSteady(service: Service): boolean {
  const primary = primaryOf(service);
  const complete = primary?.rolloutState === undefined ? service.deployments.length <= 1 : primary.rolloutState === "COMPLETED";
  return complete && service.runningCount === service.desiredCount && service.pendingCount === 0;
}

/** Whether the task was started by the deployment that the service had when it was changed: by ECS's clock, not ours. */
function isOf(changed: Service, { taskDefinitionArn, createdAt = 0 }: Task): boolean {
  return taskDefinitionArn === changed.taskDefinition && createdAt >= (primaryOf(changed)?.createdAt ?? 0);
}

function isFailureOf(changed: Service, task: Task): boolean {
  return task.lastStatus === "STOPPED" && task.stopCode !== "ServiceSchedulerInitiated" && isOf(changed, task) && !judgeTask(task).ok;
}

async function tasksOf(ecs: EcsPort, cluster: string, serviceName: string): Promise<readonly Task[]> {
  const lists = await Promise.all([ecs.listTasks(cluster, { serviceName }), ecs.listTasks(cluster, { serviceName, desiredStatus: "STOPPED" })]);
  const arns = [...new Set(lists.flat())];
  return arns.length === 0 ? [] : (await ecs.describeTasks(cluster, arns)).tasks;
}
