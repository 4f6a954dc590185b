import { primaryOf, type Service } from "../core/ecs-api/service.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import type { Task } from "../core/ecs-api/api.ts";
import { explainService, lacksRoom, waitingForProvider } from "../core/plan/stalled-service.ts";
import type { EcsPort } from "../ports.ts";
import { observeCluster } from "./observe-cluster.ts";

/**
 * Why services have no room, by name: of those that lack some, read from the cluster as it is.
 *
 * @param tasksOf Their tasks by name, where they are known: some may wait for a capacity provider.
 */
export async function explainServices(
  ecs: EcsPort,
  cluster: string,
  services: readonly Service[],
  now: number,
  tasksOf: ReadonlyMap<string, readonly Task[]> = new Map(),
): Promise<ReadonlyMap<string, RunFailure>> {
  const waiting = (service: Service) => waitingForProvider(service, tasksOf.get(service.serviceName) ?? [], now);
  const stalled = services.filter((service) => lacksRoom(service, now) || waiting(service).length > 0);
  if (stalled.length === 0) return new Map();
  const [snapshot, found] = await Promise.all([
    observeCluster(ecs, cluster, now),
    Promise.all(
      stalled.map(async (service) => {
        const definition = await ecs.describeTaskDefinition(
          primaryOf(service)?.taskDefinition ?? service.taskDefinition,
        );
        return { service, definition };
      }),
    ),
  ]);
  return new Map(
    found.flatMap(({ service, definition }) => {
      const failure =
        definition === undefined ? undefined : explainService(snapshot, service, definition, waiting(service));
      return failure === undefined ? [] : [[service.serviceName, failure] as const];
    }),
  );
}
