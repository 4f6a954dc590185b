import { missingCluster, otherCluster, untilActive } from "../core/cluster/missing-cluster.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { definitionNameOf } from "../core/ecs-api/arn.ts";
import { AiplatError } from "../errors.ts";
import type { ClusterDescription, EcsPort } from "../ports.ts";
import { ClusterReader, type ObserveProgress } from "./cluster-reader.ts";
import { observeDaemons } from "./observe-daemons.ts";

/**
 * Reads the state of one cluster: its instances, every task not yet STOPPED and the definitions of those tasks.
 *
 * @throws AiplatError NotFound when there is no such cluster.
 */
export async function observeCluster(
  ecs: EcsPort,
  cluster: string,
  now: number,
  report?: (progress: ObserveProgress) => void,
): Promise<ClusterSnapshot> {
  const reader = new ClusterReader(ecs, cluster, report);
  const required = requireCluster(ecs, cluster);
  const [description, daemons, instances, tasks] = await Promise.all([
    required,
    observeDaemons(ecs, cluster, required),
    reader.instances(),
    reader.tasks(),
  ]);
  return reader.snapshot({ description, daemons, instances, tasks, now });
}

/**
 * The snapshot with the cluster's services, the revisions that they run, and the newest revision of every family in
 * use: what a plan of a service needs, and nobody else. The services' events are left out: there are a hundred of each.
 */
export async function observeServices(ecs: EcsPort, snapshot: ClusterSnapshot): Promise<ClusterSnapshot> {
  const services = (await ecs.describeServices(snapshot.cluster, await ecs.listServices(snapshot.cluster)))
    .filter(({ status }) => status !== "INACTIVE")
    .map((service) => ({ ...service, events: [] }));
  const known = snapshot.taskDefinitions;
  const run = services
    .flatMap(({ taskDefinition, deployments }) => [taskDefinition, ...deployments.map((each) => each.taskDefinition)])
    .filter((arn) => !Object.hasOwn(known, arn));
  const families = [
    ...Object.values(known).map(({ family }) => family),
    ...run.map((arn) => definitionNameOf(arn).split(":", 1)[0]!),
  ];
  const found = await Promise.all(
    [...new Set([...run, ...families])].map((reference) => ecs.describeTaskDefinition(reference)),
  );
  return {
    ...snapshot,
    services,
    taskDefinitions: {
      ...known,
      ...Object.fromEntries(found.flatMap((each) => (each === undefined ? [] : [[each.taskDefinitionArn, each]]))),
    },
  };
}

/** The cluster's description, or an error that says it is not there. */
export async function requireCluster(ecs: EcsPort, cluster: string): Promise<ClusterDescription> {
  const description = await ecs.describeCluster(cluster);
  if (!isThere(description)) throw noCluster(ecs, cluster, description);
  return description;
}

/** As requireCluster, for what no cluster takes that is still being made, or goes. */
export async function requireActiveCluster(ecs: EcsPort, cluster: string): Promise<ClusterDescription> {
  const description = await ecs.describeCluster(cluster);
  if (description?.status !== "ACTIVE") throw noCluster(ecs, cluster, description);
  return description;
}

/** The error of a cluster that is not there, or not to be used as it is. */
export function noCluster(
  { region }: Pick<EcsPort, "region">,
  cluster: string,
  found: ClusterDescription | undefined,
  hint = `${otherCluster} aiplat capacity deploy --cluster ${cluster} --create-cluster makes it, with machines.`,
): AiplatError {
  return isThere(found)
    ? new AiplatError("NotFound", `cluster ${cluster} is ${found.status}`, { hint: untilActive })
    : new AiplatError("NotFound", missingCluster(cluster, region), { hint });
}

function isThere(found: ClusterDescription | undefined): found is ClusterDescription {
  return found !== undefined && found.status !== "INACTIVE";
}
