import type { Task } from "../ecs-api/api.ts";
import type { Service } from "../ecs-api/service.ts";

/**
 * How a task stands by its container health checks. `starting`: they fail, and its service overlooks that until its
 * grace period is over. `unknown`: it has none, or none has an answer yet.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export type TaskHealth = "healthy" | "starting" | "unhealthy" | "unknown";

/** @param now Milliseconds since the epoch. */
export function healthOf(
  { healthStatus, startedAt }: Pick<Task, "healthStatus" | "startedAt">,
  service: Pick<Service, "healthCheckGracePeriodSeconds">,
  now: number,
): TaskHealth {
  if (healthStatus === "HEALTHY") return "healthy";
  if (healthStatus !== "UNHEALTHY") return "unknown";
  const seconds = service.healthCheckGracePeriodSeconds ?? 0;
  return startedAt === undefined || now < startedAt + seconds * 1000 ? "starting" : "unhealthy";
}

/** How many tasks of a service stand how. */
export interface HealthCounts {
  readonly healthy: number;
  readonly starting: number;
  readonly unhealthy: number;
}

/** How the running tasks of services stand, by service name; services of which nothing is known are left out. */
export function healthOfServices(
  services: readonly Service[],
  tasksOf: ReadonlyMap<string, readonly Task[]>,
  now: number,
): ReadonlyMap<string, HealthCounts> {
  return new Map(
    services.flatMap((service) => {
      const counts = countHealth(tasksOf.get(service.serviceName) ?? [], service, now);
      return counts === undefined ? [] : [[service.serviceName, counts] as const];
    }),
  );
}

/** Undefined where no task has said anything: they have no health check, or have only just started. */
export function countHealth(
  tasks: readonly Task[],
  service: Pick<Service, "healthCheckGracePeriodSeconds">,
  now: number,
): HealthCounts | undefined {
  const all = tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").map((task) => healthOf(task, service, now));
  const count = (health: TaskHealth) => all.filter((each) => each === health).length;
  if (count("unknown") === all.length) return undefined;
  // Beside tasks that have an answer, one without is waiting for its first.
  return {
    healthy: count("healthy"),
    starting: count("starting") + count("unknown"),
    unhealthy: count("unhealthy"),
  };
}
