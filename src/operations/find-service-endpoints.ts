import { present } from "../core/base/present.ts";
import type { Task } from "../core/ecs-api/api.ts";
import type { Service } from "../core/ecs-api/service.ts";
import { toServiceEndpoints, type LoadBalancerEndpoint, type ServiceEndpoints } from "../core/ecs/service-endpoints.ts";
import type { Ec2ReadPort, EcsPort, LoadBalancingPort, SandboxPort } from "../ports.ts";
import { optional } from "./optional.ts";
import { reportTasks } from "./report-tasks.ts";

/** Who knows addresses besides ECS. */
export interface AddressPorts {
  readonly ec2Read: () => Promise<Ec2ReadPort>;
  readonly loadBalancing: () => Promise<LoadBalancingPort>;
  /** Answers for services that nobody runs. */
  readonly sandboxEndpoint: () => Promise<SandboxPort>;
}

/** Where services answer, by name. What may not be read is left out: the services are what was asked for. */
export async function findServiceEndpoints(
  ecs: EcsPort,
  cluster: string,
  services: readonly Service[],
  tasksOf: ReadonlyMap<string, readonly Task[]>,
  { ec2Read, loadBalancing, sandboxEndpoint }: AddressPorts,
): Promise<ReadonlyMap<string, ServiceEndpoints>> {
  const groups = services.flatMap(targetGroupsOf);
  const names = services.map(({ serviceName }) => serviceName);
  const [balancers, reported, sandboxUrls] = await Promise.all([
    groups.length === 0 ? undefined : optional(loadBalancing().then((port) => port.loadBalancersOf(groups))),
    reportTasks(ecs, cluster, [...tasksOf.values()].flat(), { ec2: ec2Read }),
    sandboxEndpoint().then((port) => port.urlsOf(cluster, names)),
  ]);
  const endpointsOf = new Map(reported.map(({ taskArn, endpoints = [] }) => [taskArn, endpoints]));
  return new Map(
    services.map((service) => [
      service.serviceName,
      toServiceEndpoints({
        loadBalancers: targetGroupsOf(service).flatMap((targetGroupArn): readonly LoadBalancerEndpoint[] => {
          const found = balancers?.get(targetGroupArn) ?? [];
          return found.length === 0
            ? [{ targetGroupArn, listeners: [] }]
            : found.map(({ dnsName, listeners }) => ({ targetGroupArn, listeners, ...present({ dnsName }) }));
        }),
        endpoints: (tasksOf.get(service.serviceName) ?? []).flatMap(({ taskArn }) =>
          (endpointsOf.get(taskArn) ?? []).map((endpoint) => ({ ...endpoint, taskArn })),
        ),
        ...present({ sandboxUrl: sandboxUrls.get(service.serviceName) }),
      }),
    ]),
  );
}

function targetGroupsOf({ loadBalancers = [] }: Service): readonly string[] {
  return [...new Set(loadBalancers.flatMap(({ targetGroupArn }) => targetGroupArn ?? []))];
}
