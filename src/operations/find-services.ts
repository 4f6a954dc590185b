import { servicesOf, type Service } from "../core/ecs-api/service.ts";
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
