import type { Service } from "../core/ecs-api/service.ts";
import { isOngoing, ongoingStatuses, type ServiceDeployment } from "../core/ecs-api/service-deployment.ts";
import type { EcsPort } from "../ports.ts";

/** The service deployments that are under way, by service name; none where the endpoint keeps none. */
export async function findOngoingDeployments(
  ecs: EcsPort,
  cluster: string,
  services: readonly Service[],
): Promise<ReadonlyMap<string, ServiceDeployment>> {
  const listed = await Promise.all(
    services.map(({ serviceArn }) => ecs.listServiceDeployments(cluster, serviceArn, { statuses: ongoingStatuses })),
  );
  const newest = new Map(
    services.flatMap(({ serviceName }, index) =>
      listed[index]?.[0] === undefined ? [] : [[serviceName, listed[index][0].arn] as const],
    ),
  );
  if (newest.size === 0) return new Map();
  const described = new Map(
    (await ecs.describeServiceDeployments([...newest.values()]))
      // One may have ended since it was listed.
      .filter(isOngoing)
      .map((each) => [each.arn, each]),
  );
  return new Map(
    [...newest].flatMap(([service, arn]) => (described.has(arn) ? [[service, described.get(arn)!] as const] : [])),
  );
}
