/** The instances of Auto Scaling groups: how a group launches them, has them register, and ends them. */
import { groupBy } from "../../core/base/groups.ts";
import { textOf } from "../wire/shape.ts";
import { logActivity, type Activity } from "./activities.ts";
import type { AutoScalingGroupRecord, CapacityProviderRecord, MachineRecord } from "./group-records.ts";
import { addInstance } from "./instances.ts";
import { launchOf, typesOfGroup } from "./launch-templates.ts";
import { drainInstance, isEmpty, leaveCluster } from "./leave-cluster.ts";
import { zoneOfSubnet, zonesOf, zonesOfType } from "./networks.ts";
import type { ClusterRecord } from "./records.ts";
import { wake } from "./scheduler.ts";
import { readUserData, type ToldToAgent } from "./user-data.ts";
import type { World } from "./world.ts";

/** How long ECS waits between looks at an instance that drains: the sandbox's choice. */
const drainLookMs = 15_000;

/** How long a group waits that could not launch: the sandbox's choice. */
const retryMs = 60_000;

/** Those that the group has or is launching, and is not ending. */
export function machinesOf({ machines }: AutoScalingGroupRecord): readonly MachineRecord[] {
  return [...machines.values()].filter(({ state }) => state !== "Terminating:Wait");
}

/** The capacity provider whose group it is. */
export function providerOf(world: World, group: AutoScalingGroupRecord): CapacityProviderRecord | undefined {
  return [...world.capacityProviders.values()].find((provider) => provider.group === group);
}

/** What the group's instances tell their agents; undefined where it has no launch template. */
export function agentOf(group: AutoScalingGroupRecord): ToldToAgent | undefined {
  const launch = launchOf(group);
  return launch === undefined ? undefined : readUserData(launch.version.data.UserData);
}

/**
 * Launches what is missing to the group's desired size, and ends what is too much, as far as it is not protected.
 *
 * @param cause Who wants it so, as the activities say it.
 * @param instanceType What to launch of several types; else the first.
 */
export function adjustGroup(
  world: World,
  group: AutoScalingGroupRecord,
  cause: string,
  instanceType = typesOfGroup(group)[0],
): void {
  const machines = machinesOf(group);
  if (machines.length < group.desired && instanceType !== undefined)
    launch(world, group, instanceType, group.desired - machines.length, cause);
  const candidates = inTerminationOrder(machines.filter((machine) => !machine.isProtected));
  const surplus = machines.length - group.desired;
  for (const machine of candidates.slice(0, Math.max(0, surplus))) endMachine(world, group, machine, cause);
  if (surplus > candidates.length)
    logActivity(world, group, "Terminating EC2 instance", cause).end(
      "Cancelled",
      "Could not scale to desired capacity because all remaining instances are protected from scale-in.",
    );
}

/** The zone with the most instances first, there the oldest: the default policy, but for templates and billing hours. */
export function inTerminationOrder(machines: readonly MachineRecord[]): readonly MachineRecord[] {
  const left = [...machines];
  const chosen: MachineRecord[] = [];
  while (left.length > 0) {
    const zones = [...groupBy(left, ({ zone }) => zone).values()].toSorted((one, other) => other.length - one.length);
    const [oldest] = zones[0]!.toSorted((one, other) => one.launchedAt - other.launchedAt);
    chosen.push(oldest!);
    left.splice(left.indexOf(oldest!), 1);
  }
  return chosen;
}

function launch(world: World, group: AutoScalingGroupRecord, instanceType: string, count: number, cause: string): void {
  const failure = launchFailureOf(world, group, instanceType);
  if (failure !== undefined) {
    logActivity(world, group, "Launching a new EC2 instance", cause).end("Failed", failure);
    if (!group.isRetrying) world.after(retryMs, () => retry(world, group, cause));
    group.isRetrying = true;
    return;
  }
  group.launchedAt = world.now();
  for (let left = count; left > 0; left--) {
    const machine = newMachine(world, group, instanceType);
    group.machines.set(machine.ec2InstanceId, machine);
    const activity = logActivity(world, group, `Launching a new EC2 instance: ${machine.ec2InstanceId}`, cause);
    world.after(world.timings.boot, () => boot(world, group, machine, activity));
  }
}

function retry(world: World, group: AutoScalingGroupRecord, cause: string): void {
  group.isRetrying = false;
  if (world.groups.get(group.name) === group && machinesOf(group).length < group.desired)
    adjustGroup(world, group, cause);
}

/** Why the group can launch none: as a test has it, since its image is gone, or since none of its zones has the type. */
function launchFailureOf(world: World, group: AutoScalingGroupRecord, instanceType: string): string | undefined {
  const planted = world.launchFailures.get(instanceType);
  const imageId = launchOf(group)?.version.data.ImageId;
  if (imageId !== undefined && world.retiredImages.has(imageId))
    return `The image id '[${imageId}]' does not exist. Launching EC2 instance failed.`;
  if (planted !== undefined || group.subnets.length === 0) return planted;
  const offering = zonesOfType(world, instanceType);
  const zones = group.subnets.map((id) => zoneOfSubnet(world, id));
  if (zones.some((zone) => zone !== undefined && offering.includes(zone))) return undefined;
  return (
    `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone ` +
    `(${zones[0] ?? ""}). Please retry your request by not specifying an Availability Zone or choosing ` +
    `${offering.join(", ")}. Launching EC2 instance failed.`
  );
}

/** An instance of the group that is being launched, in the zone of it that has the fewest. */
export function newMachine(world: World, group: AutoScalingGroupRecord, instanceType: string): MachineRecord {
  const offering = zonesOfType(world, instanceType);
  const places = group.subnets
    .map((id) => ({ subnetId: id, zone: zoneOfSubnet(world, id) ?? "" }))
    .filter(({ zone }) => offering.includes(zone));
  const countIn = (zone: string) => machinesOf(group).filter((machine) => machine.zone === zone).length;
  const [place] = places.toSorted((one, other) => countIn(one.zone) - countIn(other.zone));
  const booting = [...group.machines.values()].filter(({ instance }) => instance === undefined).length;
  const nextZone = ((group.cluster?.instances.size ?? 0) + booting) % zonesOf(world).length;
  const launched = launchOf(group);
  const market = launched?.version.data["InstanceMarketOptions"] as { readonly MarketType?: string } | undefined;
  return {
    ec2InstanceId: `i-${world.hex(17)}`,
    instanceType,
    zone: place?.zone ?? zonesOf(world)[nextZone]!,
    subnetId: place?.subnetId,
    launchedAt: world.now(),
    launched,
    isSpot: market?.MarketType === "spot" || isSpotPolicy(group),
    state: "Pending",
    isProtected: group.protectsNew ?? false,
    instance: undefined,
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html */
function isSpotPolicy({ mixedInstancesPolicy }: AutoScalingGroupRecord): boolean {
  const { InstancesDistribution } = (mixedInstancesPolicy ?? {}) as {
    readonly InstancesDistribution?: { readonly OnDemandPercentageAboveBaseCapacity?: unknown };
  };
  const { OnDemandPercentageAboveBaseCapacity: percentage = 100 } = InstancesDistribution ?? {};
  return Number(textOf(percentage)) === 0;
}

function boot(world: World, group: AutoScalingGroupRecord, machine: MachineRecord, activity: Activity): void {
  if (!group.machines.has(machine.ec2InstanceId) || machine.state !== "Pending") return;
  activity.end("Successful");
  const cluster = registerMachine(world, group, machine);
  for (const service of cluster?.services.values() ?? []) wake(world, service);
}

/** The instance is in service, and its agent registers where it is told to; undefined where there is no such cluster. */
export function registerMachine(
  world: World,
  group: AutoScalingGroupRecord,
  machine: MachineRecord,
): ClusterRecord | undefined {
  machine.state = "InService";
  const agent = machine.launched === undefined ? undefined : readUserData(machine.launched.version.data.UserData);
  const cluster = agent === undefined ? group.cluster : world.clusters.get(agent.cluster);
  if (cluster?.status !== "ACTIVE") return undefined;
  const provider = providerOf(world, group);
  const { ImageId } = machine.launched?.version.data ?? {};
  machine.instance = addInstance(world, cluster, machine.instanceType, {
    ec2InstanceId: machine.ec2InstanceId,
    reservedMemoryMiB: agent?.reservedMemoryMiB ?? 0,
    ...(provider !== undefined && cluster.capacityProviders.includes(provider.name)
      ? { capacityProvider: provider.name }
      : {}),
    attributes: {
      ...agent?.attributes,
      "ecs.availability-zone": machine.zone,
      ...(ImageId === undefined ? {} : { "ecs.ami-id": ImageId }),
    },
  });
  return cluster;
}

/**
 * Ends an instance of the group. With managed draining, which is on unless the provider says otherwise, it drains first.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
 */
export function endMachine(world: World, group: AutoScalingGroupRecord, machine: MachineRecord, cause: string): void {
  if (machine.state === "Terminating:Wait") return;
  machine.state = "Terminating:Wait";
  const activity = logActivity(world, group, `Terminating EC2 instance: ${machine.ec2InstanceId}`, cause);
  const { instance } = machine;
  const drains = instance !== undefined && managesDraining(providerOf(world, group));
  const end = () => {
    if (drains && instance.status !== "INACTIVE" && !isEmpty(instance)) return void world.after(drainLookMs, end);
    group.machines.delete(machine.ec2InstanceId);
    activity.end("Successful");
    if (instance !== undefined && instance.status !== "INACTIVE")
      leaveCluster(world, instance, "TerminationNotice", `Host EC2 (instance ${machine.ec2InstanceId}) terminated.`);
    if (group.isGoing && group.machines.size === 0) world.groups.delete(group.name);
  };
  if (drains) drainInstance(world, instance);
  end();
}

function managesDraining(provider: CapacityProviderRecord | undefined): boolean {
  const { managedDraining } = (provider?.settings["autoScalingGroupProvider"] ?? { managedDraining: "DISABLED" }) as {
    readonly managedDraining?: string;
  };
  return managedDraining !== "DISABLED";
}
