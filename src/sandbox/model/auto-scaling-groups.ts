/** The Auto Scaling groups behind capacity providers: what they may have, what they launch and what leaves them. */
import { addInstance } from "./instances.ts";
import { forgetRooms } from "./kept-rooms.ts";
import { drainInstance, isEmpty, leaveCluster } from "./leave-cluster.ts";
import type { AutoScalingGroupRecord, CapacityProviderRecord, ClusterRecord, InstanceRecord } from "./records.ts";
import { wake } from "./scheduler.ts";
import type { World } from "./world.ts";

/** How many instances more than it has a group may have of which the sandbox knows no more than its name. */
export const spare = 10;

/** A group of which only its ARN is known: it launches nothing, until it takes over instances that are there. */
export function knownByArn(world: World, arn: string): AutoScalingGroupRecord {
  const name = arn.split("autoScalingGroupName/")[1] ?? arn;
  const known = world.groups.get(name);
  if (known !== undefined) return known;
  const group = newGroup({ name, arn, instanceTypes: [], min: 0, max: spare });
  world.groups.set(name, group);
  return group;
}

/** A group without instances. */
export function newGroup(
  facts: Pick<AutoScalingGroupRecord, "name" | "arn" | "instanceTypes" | "min" | "max">,
): AutoScalingGroupRecord {
  return {
    ...facts,
    desired: facts.min,
    cluster: undefined,
    booting: new Map(),
    instances: new Set(),
    terminating: new Set(),
    minutesBelow: 0,
  };
}

/** What a capacity provider of the sandbox's own launches, and how many of them it may have. */
export interface SandboxProvider {
  readonly name: string;
  readonly instanceType: string;
  readonly min: number;
  readonly max: number;
}

/**
 * A capacity provider of the cluster with a group of its own, which has its minimum of instances. ECS scales it, lets go
 * none that has tasks, and drains: as the console makes one.
 */
export function addProvider(
  world: World,
  cluster: ClusterRecord,
  { name, instanceType, min, max }: SandboxProvider,
): void {
  const group = newGroup({ name, arn: groupArn(world, name), instanceTypes: [instanceType], min, max });
  world.groups.set(name, group);
  const autoScalingGroupProvider = {
    autoScalingGroupArn: group.arn,
    managedScaling: { status: "ENABLED", targetCapacity: 100 },
    managedTerminationProtection: "ENABLED",
    managedDraining: "ENABLED",
  };
  const provider = {
    arn: world.arn(`capacity-provider/${name}`),
    name,
    tags: [],
    settings: { autoScalingGroupProvider },
    group,
  };
  world.capacityProviders.set(name, provider);
  cluster.capacityProviders = [...cluster.capacityProviders, name];
  group.cluster = cluster;
  for (let missing = min; missing > 0; missing--) registerOne(world, provider, cluster, instanceType);
}

/** The ARN of a group, as EC2 Auto Scaling makes one up. */
export function groupArn(world: World, name: string): string {
  return (
    `arn:aws:autoscaling:${world.region}:${world.account}:` +
    `autoScalingGroup:${world.uuid()}:autoScalingGroupName/${name}`
  );
}

/**
 * The providers of a cluster have changed: their groups launch machines for it from now on. Where there is one provider
 * with a group of which the sandbox knows the ARN alone, the cluster's instances that are of no provider are the
 * group's.
 */
export function bindGroups(world: World, cluster: ClusterRecord): void {
  const providers = cluster.capacityProviders
    .map((name) => world.capacityProviders.get(name))
    .filter((provider): provider is ProviderWithGroup => provider?.group !== undefined);
  for (const { name, group } of providers) {
    group.cluster = cluster;
    for (const instance of group.instances) instance.capacityProvider = name;
  }
  const [provider, ...others] = providers;
  if (provider === undefined || others.length > 0 || provider.group.instances.size > 0) return;
  if (provider.group.instanceTypes.length > 0) return;
  for (const instance of cluster.instances.values()) {
    if (instance.status === "INACTIVE") continue;
    instance.capacityProvider ??= provider.name;
    if (instance.capacityProvider === provider.name) takeOver(provider.group, instance);
  }
  provider.group.max = provider.group.instances.size + spare;
  provider.group.instanceTypes = typesOf(provider.group.instances);
  forgetRooms(cluster);
}

/** A capacity provider that has an Auto Scaling group. */
export type ProviderWithGroup = CapacityProviderRecord & { readonly group: AutoScalingGroupRecord };

/** An instance that is there becomes one of the group. */
export function takeOver(group: AutoScalingGroupRecord, instance: InstanceRecord): void {
  group.instances.add(instance);
  group.desired = group.instances.size;
}

/** The types of instances, each once. */
export function typesOf(instances: Iterable<InstanceRecord>): readonly string[] {
  return [...new Set([...instances].flatMap(({ attributes }) => attributes.get("ecs.instance-type") ?? []))];
}

/** Registers an instance of the group at once, as those of its minimum are there from the beginning. */
export function registerOne(
  world: World,
  { name, group }: ProviderWithGroup,
  cluster: ClusterRecord,
  instanceType: string,
  ec2InstanceId = `i-${world.hex(17)}`,
): void {
  const instance = addInstance(world, cluster, instanceType, { ec2InstanceId, capacityProvider: name });
  if (instance !== undefined) group.instances.add(instance);
}

/** Launches instances: each registers once it has booted. */
export function launchInstances(world: World, provider: ProviderWithGroup, instanceType: string, count: number): void {
  const { group } = provider;
  group.desired += count;
  group.launchedAt = world.now();
  for (let left = count; left > 0; left--) {
    const ec2InstanceId = `i-${world.hex(17)}`;
    group.booting.set(ec2InstanceId, instanceType);
    world.after(world.timings.boot, () => {
      group.booting.delete(ec2InstanceId);
      const { cluster } = group;
      if (cluster?.status !== "ACTIVE") return;
      registerOne(world, provider, cluster, instanceType, ec2InstanceId);
      for (const service of cluster.services.values()) wake(world, service);
    });
  }
}

/** How long ECS waits between looks at an instance that drains: the sandbox's choice. */
const drainLookMs = 15_000;

/**
 * Ends an instance of the group. With managed draining, which is on unless the provider says otherwise, it drains first.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
 */
export function terminate(world: World, { group, settings }: ProviderWithGroup, instance: InstanceRecord): void {
  const { managedDraining } = settings["autoScalingGroupProvider"] as { readonly managedDraining?: string };
  group.desired -= 1;
  group.terminating.add(instance);
  const end = () => {
    if (instance.status === "INACTIVE") return;
    if (managedDraining !== "DISABLED" && !isEmpty(instance)) return void world.after(drainLookMs, end);
    group.instances.delete(instance);
    group.terminating.delete(instance);
    leaveCluster(world, instance, "TerminationNotice", `Host EC2 (instance ${instance.ec2InstanceId}) terminated.`);
  };
  if (managedDraining !== "DISABLED") drainInstance(world, instance);
  end();
}
