import { servicesOf, workloadTag, type Service } from "../core/ecs-api/service.ts";
import { runningFamilyOf, type LiveNames, type LiveServices } from "../core/plan/live-services.ts";
import type { EcsPort } from "../ports.ts";

/** The services of a workload that are not deleted: by their tag, and by name those that somebody else has made. */
export async function findServices(
  ecs: EcsPort,
  cluster: string,
  workload: string,
  names: readonly string[] = [workload],
): Promise<readonly Service[]> {
  return servicesOf(await ecs.describeServices(cluster, await ecs.listServices(cluster)), workload, names);
}

/** The services of a cluster that are not deleted, by name: those of aiplat's workloads, or all. */
export async function listServices(
  ecs: EcsPort,
  cluster: string,
  { all }: { readonly all: boolean },
): Promise<readonly Service[]> {
  const services = await ecs.describeServices(cluster, await ecs.listServices(cluster));
  return services
    .filter(({ status, tags = [] }) => status !== "INACTIVE" && (all || tags.some(({ key }) => key === workloadTag)))
    .toSorted((one, other) => one.serviceName.localeCompare(other.serviceName, "en", { numeric: true }));
}

/** The workload's services with the revisions that they run and the latest ones of their families. */
export async function readLiveServices(
  ecs: EcsPort,
  cluster: string,
  workload: string,
  names: LiveNames,
): Promise<LiveServices> {
  const services = await findServices(ecs, cluster, workload, names.services);
  const references = new Set([
    ...names.families,
    ...services.flatMap((service) => [service.taskDefinition, runningFamilyOf(service)]),
  ]);
  const found = await Promise.all([...references].map((reference) => ecs.describeTaskDefinition(reference)));
  const definitions = new Map(
    found.flatMap((each) => (each === undefined ? [] : [[each.taskDefinitionArn, each] as const])),
  );
  return { services, definitions: [...definitions.values()] };
}
