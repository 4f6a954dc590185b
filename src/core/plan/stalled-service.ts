import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { listOr } from "../base/problem.ts";
import type { RegisteredTaskDefinition, Task } from "../ecs-api/api.ts";
import { isFargate } from "../ecs-api/fargate.ts";
import { deploymentSettingsOf, groupOfService, primaryOf, type Service } from "../ecs-api/service.ts";
import type { RunFailure } from "./run-result.ts";
import { explainShortage } from "./shortage.ts";

/** ECS places tasks within seconds; a minute without is no haste. */
const patienceMs = 60_000;

/**
 * Whether the service's newest deployment has tasks that find no instance: ECS has said so since it began and the
 * service was last steady, or it has had nothing else to wait for. An event that repeats is held back for six hours.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
export function lacksRoom(service: Service, now: number): boolean {
  if (missingTasks(service) <= 0 || deploymentSettingsOf(service).daemon) return false;
  const { deployments, events, pendingCount } = service;
  const begun = primaryOf(service)?.createdAt ?? 0;
  const steadyAt = events.find(({ message }) => message.includes("steady state"))?.createdAt ?? 0;
  const said = events.some(
    ({ createdAt, message }) =>
      createdAt >= Math.max(begun, steadyAt) && message.includes("was unable to place a task"),
  );
  return said || (deployments.length === 1 && pendingCount === 0 && now - begun > patienceMs);
}

/** How many tasks of its newest deployment are neither there nor on their way. */
function missingTasks(service: Service): number {
  const { desiredCount = 0, runningCount = 0, pendingCount = 0 } = primaryOf(service) ?? service;
  return desiredCount - runningCount - pendingCount;
}

/**
 * The tasks that have waited a minute and more for an instance of their capacity provider: "tasks that don't have enough resources ... are
 * placed in the PROVISIONING state".
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export function waitingForProvider(service: Service, tasks: readonly Task[], now: number): readonly Task[] {
  // A machine takes a minute at least: what has only begun is no trouble yet.
  if (now - (primaryOf(service)?.createdAt ?? 0) <= patienceMs) return [];
  if (providersOf(service).every(isFargate)) return [];
  return tasks.filter(
    ({ lastStatus, desiredStatus, containerInstanceArn }) =>
      lastStatus === "PROVISIONING" && desiredStatus === "RUNNING" && containerInstanceArn === undefined,
  );
}

function providersOf({ capacityProviderStrategy = [] }: Service): readonly string[] {
  return capacityProviderStrategy.flatMap(({ capacityProvider }) => capacityProvider ?? []);
}

/**
 * Why a service's tasks have no place, as a run says it of its own, with the nearest change that would make room.
 *
 * @param definition What its newest deployment runs.
 * @param waiting Those of its tasks that wait for a capacity provider.
 * @returns Undefined where the snapshot has room.
 */
export function explainService(
  snapshot: ClusterSnapshot,
  service: Service,
  definition: RegisteredTaskDefinition,
  waiting: readonly Task[] = [],
): RunFailure | undefined {
  const { serviceName, desiredCount, placementConstraints = [], capacityProviderStrategy } = service;
  const wanted = {
    count: primaryOf(service)?.desiredCount ?? desiredCount,
    group: groupOfService(serviceName),
    placementConstraints,
    ...present({ capacityProviderStrategy }),
  };
  const asked = Math.max(0, missingTasks(service)) + waiting.length;
  const failure = explainShortage(snapshot, [definition], wanted, { asked });
  return failure === undefined
    ? undefined
    : { ...failure, detail: `${serviceName}: ${failure.detail}${waitText(service, waiting)}` };
}

function waitText(service: Service, waiting: readonly Task[]): string {
  if (waiting.length === 0) return "";
  const verb = waiting.length === 1 ? "waits" : "wait";
  return `; ${waiting.length} ${verb} in PROVISIONING for an instance of ${listOr(providersOf(service))}`;
}
