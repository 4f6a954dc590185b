import { type ClusterSnapshot, type ContainerInstance, placedTasks } from "../core/cluster/snapshot.ts";
import { serviceNameOfTask } from "../core/cluster/task-services.ts";
import type { CapacityProviderStrategyItem } from "../core/ecs-api/api.ts";
import type { EcsPort } from "../ports.ts";

/** The snapshot with the services whose tasks an instance has, and the revisions that their next tasks will be of. */
export async function observeServicesOn(
  ecs: EcsPort,
  snapshot: ClusterSnapshot,
  { arn }: ContainerInstance,
): Promise<ClusterSnapshot> {
  const names = placedTasks(snapshot)
    .filter(({ containerInstanceArn }) => containerInstanceArn === arn)
    .flatMap((task) => serviceNameOfTask(task) ?? []);
  if (names.length === 0) return { ...snapshot, services: [] };
  const services = await ecs.describeServices(snapshot.cluster, [...new Set(names)]);
  const missing = services
    .map((service) => service.taskDefinition)
    .filter((each) => !(each in snapshot.taskDefinitions));
  const found = await Promise.all([...new Set(missing)].map((each) => ecs.describeTaskDefinition(each)));
  return {
    ...snapshot,
    services,
    taskDefinitions: {
      ...snapshot.taskDefinitions,
      ...Object.fromEntries(found.flatMap((each) => (each === undefined ? [] : [[each.taskDefinitionArn, each]]))),
    },
  };
}

/** The capacity providers of a snapshot's services that start machines of themselves. */
export async function scalingProviders(
  ecs: EcsPort,
  { cluster, services = [] }: ClusterSnapshot,
): Promise<ReadonlySet<string>> {
  const names = services.flatMap((service) =>
    ((service["capacityProviderStrategy"] ?? []) as readonly CapacityProviderStrategyItem[]).map(
      ({ capacityProvider }) => capacityProvider,
    ),
  );
  if (names.length === 0) return new Set();
  const described = await ecs.describeCapacityProviders([...new Set(names)], cluster);
  return new Set(
    described
      .filter(({ managedScaling, type }) => managedScaling === true || type === "MANAGED_INSTANCES")
      .map((each) => each.name),
  );
}
