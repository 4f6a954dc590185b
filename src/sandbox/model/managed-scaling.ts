/**
 * ECS's managed scaling of Auto Scaling groups, as these describe it:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html and
 * https://aws.amazon.com/blogs/containers/deep-dive-on-amazon-ecs-cluster-auto-scaling/
 */
import { userCause } from "./activities.ts";
import { groupBy } from "../../core/base/groups.ts";
import { present } from "../../core/base/present.ts";
import { emptyInstanceState } from "../../core/placement/instance-state.ts";
import { placeIn } from "../../core/placement/place.ts";
import type { ProviderWithGroup } from "./group-records.ts";
import { freshInstance } from "./instances.ts";
import { isEmpty } from "./leave-cluster.ts";
import { typesOfGroup } from "./launch-templates.ts";
import { adjustGroup, agentOf, endMachine, inTerminationOrder, machinesOf } from "./machines.ts";
import type { ClusterRecord, TaskRecord } from "./records.ts";
import { hasGroup, isProtected, scalingOf } from "./managed-scaling-settings.ts";
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

function scale(world: World, provider: ProviderWithGroup): void {
  const { group } = provider;
  if (group.cluster?.status !== "ACTIVE") return;
  const { targetCapacity, minimumScalingStepSize, maximumScalingStepSize, instanceWarmupPeriod } = scalingOf(provider)!;
  const waiting = waitingTasks(group.cluster, provider.name);
  const { instanceType, more } = needed(world, provider, group.cluster, waiting);
  // One that drains for another reason is the group's all the same, until it is ended.
  const running = machinesOf(group).filter(({ instance }) => instance !== undefined);
  const empty = running.filter(({ instance }) => isEmpty(instance!));
  const step = Math.min(Math.max(more, minimumScalingStepSize), maximumScalingStepSize);
  // Tasks of which no instance can have one hold everything as it is.
  const fewer = waiting.length > 0 ? 0 : -empty.length;
  const change = more > 0 ? step : fewer;
  const wanted = Math.min(group.max, Math.max(group.min, wantedSize(group.desired, change, targetCapacity)));
  // "The scale-in process is stopped and will start from the beginning if required."
  group.minutesBelow = wanted < group.desired ? group.minutesBelow + 1 : 0;
  const cause = scalingCause(world, provider);
  if (wanted > group.desired && typesOfGroup(group).length > 0) {
    const warmsUp = group.launchedAt !== undefined && world.now() - group.launchedAt < instanceWarmupPeriod * 1000;
    if (!warmsUp) {
      group.desired = wanted;
      adjustGroup(world, group, cause, instanceType);
    }
  }
  if (group.minutesBelow < minutesBeforeScaleIn) return;
  // "greater than one instance and less than 50% each minute"
  const going = Math.min(group.desired - wanted, Math.max(1, Math.floor(group.desired / 2)));
  const free = isProtected(provider) ? empty : inTerminationOrder(running.filter((machine) => !machine.isProtected));
  for (const machine of free.slice(0, going)) {
    // "When all non-daemon tasks are stopped on an instance, Amazon ECS initiates the scale-in process and turns off
    // scale-in protection": https://github.com/aws/containers-roadmap/issues/860
    machine.isProtected = false;
    group.desired -= 1;
    endMachine(world, group, machine, cause);
  }
}

function scalingCause(world: World, { name }: ProviderWithGroup): string {
  return userCause(world, `the scaling policy ECSManagedAutoScalingPolicy of ${name} changed the desired capacity`);
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
  const instanceTypes = typesOfGroup(provider.group);
  const agent = agentOf(provider.group);
  for (const instanceType of instanceTypes) {
    const fresh = freshInstance(world, cluster, instanceType, {
      capacityProvider: provider.name,
      ...present({ attributes: agent?.attributes, reservedMemoryMiB: agent?.reservedMemoryMiB }),
    });
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
