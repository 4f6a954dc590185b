import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { present } from "../base/present.ts";
import { growthFor } from "../deployment/growth.ts";
import { deploymentRequirementsOf, instanceStatesWithout } from "../deployment/simulate-deployment.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { NetworkConfiguration, TaskDefinition } from "../ecs-api/api.ts";
import { groupOfService, type Service } from "../ecs-api/service.ts";
import { placedBy } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { instanceStatesOf } from "../placement/instance-state.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { noProviders, providersIn, type ChosenCapacity, type ClusterCapacity } from "./choose-capacity.ts";
import { chooseServiceCapacity } from "./choose-service-capacity.ts";
import { distribute } from "./distribute.ts";
import { growthOf, keptOffFor, type KeptOff } from "./kept-off.ts";
import type { IdentifiedService, IdentifiedServices } from "./identify-services.ts";
import { runningFamilyOf } from "./live-services.ts";

export interface ServicePlanSettings {
  readonly cluster: string;
  /** Left out: the cluster has no capacity providers. */
  readonly capacity?: ClusterCapacity;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand: boolean;
  /** Replace the tasks even where nothing changed. */
  readonly force: boolean;
  /** Delete the services that others replace before these are made. */
  readonly recreate?: boolean;
}

/** A variant and the service that runs it. */
export interface ServicePart extends IdentifiedService, KeptOff {
  /** What it is to run: in the family that its service has, wherever a new one would be registered. */
  readonly definition: TaskDefinition;
  readonly desiredCount: number;
  /** Who starts its tasks. */
  readonly capacity: ChosenCapacity;
}

/** The services that the workload is to have, each with its share of the replicas. */
export function partsOf(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  { parts: identified, leftOver }: IdentifiedServices,
): readonly ServicePart[] {
  // What is deleted first holds nothing any more.
  const gone = settings.recreate === true ? leftOver.map(({ serviceName }) => serviceName) : [];
  const instanceStates = instanceStatesOf(withoutTasksOf(snapshot, gone));
  const capacities = chooseServiceCapacity(ecs, { parts: identified }, settings.capacity ?? noProviders);
  const parts = identified.map((each, index) => {
    const capacity = capacities[index]!;
    const { requirements } = each.variant;
    return {
      ...each,
      capacity,
      definition: definitionOf(ecs, each),
      ...keptOffFor(each.service, placedBy(requirements, providersIn(capacity)), capacity, instanceStates),
    };
  });
  const counts = countsOf(ecs, settings, snapshot, parts, leftOver);
  return parts.map((part, index) => ({ ...part, desiredCount: counts[index]! }));
}

/** The snapshot as it is once these services are deleted, as far as claims go. */
function withoutTasksOf(snapshot: ClusterSnapshot, services: readonly string[]): ClusterSnapshot {
  const groups = new Set(services.map(groupOfService));
  return groups.size === 0
    ? snapshot
    : { ...snapshot, tasks: snapshot.tasks.filter(({ group = "" }) => !groups.has(group)) };
}

/** A service keeps registering in the family that it runs, unless the file names one. */
function definitionOf(
  { workload }: EcsWorkload,
  { variant: { definition }, live, running }: IdentifiedService,
): TaskDefinition {
  const given = workload.ecs.taskDefinition?.["family"];
  if (live === undefined || typeof given === "string") return definition;
  return { ...definition, family: running?.family ?? runningFamilyOf(live) };
}

/** The replicas over the services; one service has them all. */
function countsOf(
  { workload }: EcsWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  parts: readonly Omit<ServicePart, "desiredCount">[],
  leftOver: readonly Service[],
): readonly number[] {
  const wanted = replicasOf(workload, [...parts.flatMap(({ live }) => live ?? []), ...leftOver]);
  if (parts.length === 1) return [wanted];
  const base = lockPortBaseOf(snapshot.tags);
  const ranks = new Map([...new Set(parts.map(({ variant }) => variant.shape))].map((shape, rank) => [shape, rank]));
  const growing = parts.map((part) => {
    const growth = growthOf(part.capacity, part);
    return {
      ...growth,
      service: part.service,
      desired: wanted,
      requirements: deploymentRequirementsOf({ ...part, ...growth }, base),
    };
  });
  const fresh = growthFor(snapshot, growing);
  const shares = parts.map((part, index) => ({
    service: part.service,
    requirements: growing[index]!.requirements,
    rank: ranks.get(part.variant.shape)!,
    current: part.live?.desiredCount ?? 0,
    ...present({ fresh: fresh.get(part.service)?.instanceStates }),
  }));
  // Those that others replace stay until these are up, unless they are deleted first.
  const replaced = settings.recreate === true ? leftOver.map(({ serviceName }) => serviceName) : [];
  return distribute(
    shares,
    wanted,
    // Where nobody knows what would be started, there is room for all.
    parts.some(({ service, capacity }) => capacity.managed === true || fresh.get(service) === undefined)
      ? undefined
      : instanceStatesWithout(snapshot, [...parts.map(({ service }) => service), ...replaced]),
  );
}

/**
 * As many as the file says; where it leaves the number to autoscaling as many as there are, so that no successor has
 * fewer.
 */
function replicasOf({ replicas, ecs }: ResolvedWorkload, services: readonly Service[]): number {
  return ecs.service?.["desiredCount"] === null && services.length > 0
    ? services.reduce((sum, { desiredCount }) => sum + desiredCount, 0)
    : replicas;
}
