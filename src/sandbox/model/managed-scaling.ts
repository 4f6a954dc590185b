/**
 * ECS's managed scaling of Auto Scaling groups, as these describe it:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html and
 * https://aws.amazon.com/blogs/containers/deep-dive-on-amazon-ecs-cluster-auto-scaling/
 */
import { groupBy } from "../../core/base/groups.ts";
import { emptyInstanceState } from "../../core/placement/instance-state.ts";
import { placeIn } from "../../core/placement/place.ts";
import { launchInstances, terminate, type ProviderWithGroup } from "./auto-scaling-groups.ts";
import { freshInstance } from "./instances.ts";
import { isEmpty } from "./leave-cluster.ts";
import type { ClusterRecord, InstanceRecord, TaskRecord } from "./records.ts";
import { isProtected, scalingOf } from "./managed-scaling-settings.ts";
import { primaryOf, specOf } from "./service-tasks.ts";
import { readRequirements } from "./tasks.ts";
import { waitingTasks } from "./waiting-tasks.ts";
import type { World } from "./world.ts";

/** The metric CapacityProviderReservation has a value each minute. */
const minuteMs = 60_000;

/** "CloudWatch scale-in alarms require 15 data points (15 minutes)". */
const minutesBeforeScaleIn = 15;

/** Looks at every provider each minute, as long as there are any. */
export function startManagedScaling(world: World): void {
  if (world.scales) return;
  world.scales = true;
  const look = () => {
    for (const provider of world.capacityProviders.values())
      if (hasGroup(provider) && scalingOf(provider) !== undefined) scale(world, provider);
    if (world.capacityProviders.size > 0) world.after(minuteMs, look);
    else world.scales = false;
  };
  world.after(minuteMs, look);
}

function hasGroup(provider: { readonly group?: unknown }): provider is ProviderWithGroup {
  return provider.group !== undefined;
}

function scale(world: World, provider: ProviderWithGroup): void {
  const { group } = provider;
  if (group.cluster?.status !== "ACTIVE") return;
  const { targetCapacity, minimumScalingStepSize, maximumScalingStepSize, instanceWarmupPeriod } = scalingOf(provider)!;
  const waiting = waitingTasks(group.cluster, provider.name);
  const { instanceType, more } = needed(world, provider, group.cluster, waiting);
  // One that drains for another reason is the group's all the same, until it is ended.
  const running = [...group.instances].filter((instance) => !group.terminating.has(instance));
  const empty = running.filter(isEmpty);
  const step = Math.min(Math.max(more, minimumScalingStepSize), maximumScalingStepSize);
  // Tasks of which no instance can have one hold everything as it is.
  const fewer = waiting.length > 0 ? 0 : -empty.length;
  const change = more > 0 ? step : fewer;
  const wanted = Math.min(group.max, Math.max(group.min, wantedSize(group.desired, change, targetCapacity)));
  // "The scale-in process is stopped and will start from the beginning if required."
  group.minutesBelow = wanted < group.desired ? group.minutesBelow + 1 : 0;
  if (wanted > group.desired && group.instanceTypes.length > 0) {
    const warmsUp = group.launchedAt !== undefined && world.now() - group.launchedAt < instanceWarmupPeriod * 1000;
    if (!warmsUp) launchInstances(world, provider, instanceType, wanted - group.desired);
  }
  if (group.minutesBelow < minutesBeforeScaleIn) return;
  // "greater than one instance and less than 50% each minute"
  const going = Math.min(group.desired - wanted, Math.max(1, Math.floor(group.desired / 2)));
  const candidates = isProtected(provider) ? empty : byTerminationPolicy(running);
  for (const instance of candidates.slice(0, going)) terminate(world, provider, instance);
}

/**
 * The size at which CapacityProviderReservation is its target: needed / there x 100. From nothing the metric is 200, and
 * the group counts as one instance.
 *
 * @param size Instances that are there or are launched.
 * @param change How many more are needed, or fewer.
 * @param targetCapacity In percent.
 */
export function wantedSize(size: number, change: number, targetCapacity: number): number {
  if (size === 0) return change > 0 ? Math.ceil(200 / targetCapacity) : 0;
  return Math.ceil(((size + change) * 100) / targetCapacity);
}

/**
 * How many more instances the waiting tasks need at least, of the first of the group's types that can have any of them:
 * those of each kind packed on empty instances beside the daemons, the most of any kind. A kind of which no instance can
 * have one does not count.
 */
function needed(
  world: World,
  provider: ProviderWithGroup,
  cluster: ClusterRecord,
  waiting: readonly TaskRecord[],
): { readonly instanceType: string; readonly more: number } {
  const daemons = [...cluster.services.values()]
    .filter(({ schedulingStrategy, status }) => schedulingStrategy === "DAEMON" && status === "ACTIVE")
    .map((service) => specOf(service, primaryOf(service)))
    .map((spec) => readRequirements(cluster, spec.definition, spec));
  const kinds = [...groupBy(waiting, ({ requirements }) => JSON.stringify(requirements)).values()];
  const { instanceTypes } = provider.group;
  for (const instanceType of instanceTypes) {
    const fresh = freshInstance(world, cluster, instanceType, { capacityProvider: provider.name });
    if (fresh === undefined) continue;
    const each = kinds.map((tasks) => {
      // Zones are the group's to choose.
      const { availabilityZones: _, ...requirements } = tasks[0]!.requirements;
      const rooms = [emptyInstanceState(fresh)];
      for (const daemon of daemons) placeIn(rooms, daemon, { count: 1 });
      const fitting = placeIn(rooms, requirements, { count: tasks.length }).placements.length;
      return fitting === 0 ? 0 : Math.ceil(tasks.length / fitting);
    });
    const more = Math.max(0, ...each);
    if (more > 0) return { instanceType, more };
  }
  return { instanceType: instanceTypes[0] ?? "", more: 0 };
}

/** The zone with the most instances first, there the oldest: the default policy, but for templates and billing hours. */
function byTerminationPolicy(instances: readonly InstanceRecord[]): readonly InstanceRecord[] {
  const left = [...instances];
  const zoneOf = ({ attributes }: InstanceRecord) => attributes.get("ecs.availability-zone") ?? "";
  const chosen: InstanceRecord[] = [];
  while (left.length > 0) {
    const zones = [...groupBy(left, zoneOf).values()].toSorted((one, other) => other.length - one.length);
    const [oldest] = zones[0]!.toSorted((one, other) => one.registeredAt - other.registeredAt);
    chosen.push(oldest!);
    left.splice(left.indexOf(oldest!), 1);
  }
  return chosen;
}
