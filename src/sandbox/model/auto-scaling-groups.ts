/** The Auto Scaling groups behind capacity providers: what they may have, and whose they are. */
import { present } from "../../core/base/present.ts";
import { findInstanceType } from "../../core/catalog/instance-types/catalog.ts";
import { currentImageFor } from "../machine-images.ts";
import { forgetRooms } from "./kept-rooms.ts";
import { createLaunchTemplate, typesOfGroup } from "./launch-templates.ts";
import type { AutoScalingGroupRecord, ProviderWithGroup } from "./group-records.ts";
import { newMachine, registerMachine } from "./machines.ts";
import { isProtected } from "./managed-scaling-settings.ts";
import type { ClusterRecord, InstanceRecord } from "./records.ts";
import type { World } from "./world.ts";

/** How many instances more than it has a group may have of which the sandbox knows no more than its name. */
export const spare = 10;

/** A group of which only its ARN is known: it launches nothing, until it takes over instances that are there. */
export function knownByArn(world: World, arn: string): AutoScalingGroupRecord {
  const name = arn.split("autoScalingGroupName/")[1] ?? arn;
  const known = world.groups.get(name);
  if (known !== undefined) return known;
  const group = newGroup(world, { name, arn, instanceTypes: [], min: 0, max: spare });
  world.groups.set(name, group);
  return group;
}

/** A group without instances. */
export function newGroup(
  world: World,
  facts: Pick<AutoScalingGroupRecord, "name" | "arn" | "instanceTypes" | "min" | "max"> &
    Partial<AutoScalingGroupRecord>,
): AutoScalingGroupRecord {
  return {
    createdAt: world.now(),
    launch: undefined,
    mixedInstancesPolicy: undefined,
    subnets: [],
    desired: facts.min,
    protectsNew: undefined,
    capacityRebalance: false,
    tags: [],
    cluster: undefined,
    machines: new Map(),
    activities: [],
    minutesBelow: 0,
    isRetrying: false,
    isGoing: false,
    ...facts,
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
  const arn = groupArn(world, name);
  const group = newGroup(world, {
    name,
    arn,
    instanceTypes: [instanceType],
    min,
    max,
    protectsNew: true,
    cluster,
    ...launchOfProvider(world, cluster, name, instanceType),
  });
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
  for (let missing = min; missing > 0; missing--) {
    const machine = newMachine(world, group, instanceType);
    group.machines.set(machine.ec2InstanceId, machine);
    registerMachine(world, group, machine);
  }
}

/** A launch template of the provider's name, and the policy by which the group launches the type. */
function launchOfProvider(
  world: World,
  cluster: ClusterRecord,
  name: string,
  instanceType: string,
): Pick<AutoScalingGroupRecord, "launch" | "mixedInstancesPolicy"> {
  const type = findInstanceType(instanceType);
  const template = createLaunchTemplate(world, name, {
    data: {
      ...present({ ImageId: type === undefined ? undefined : currentImageFor(world.region, type) }),
      InstanceType: instanceType,
      UserData: Buffer.from(`#!/bin/bash\necho ECS_CLUSTER=${cluster.name} >> /etc/ecs/ecs.config\n`).toString(
        "base64",
      ),
    },
    tags: [],
  });
  return {
    launch: { template, version: "$Latest" },
    mixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: instanceType }] } },
  };
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
    for (const { instance } of group.machines.values())
      if (instance?.cluster === cluster) instance.capacityProvider = name;
  }
  const [provider, ...others] = providers;
  if (provider === undefined || others.length > 0 || provider.group.machines.size > 0) return;
  if (typesOfGroup(provider.group).length > 0) return;
  for (const instance of cluster.instances.values()) {
    if (instance.status === "INACTIVE") continue;
    instance.capacityProvider ??= provider.name;
    if (instance.capacityProvider === provider.name) takeOver(provider, instance);
  }
  provider.group.max = provider.group.machines.size + spare;
  provider.group.instanceTypes = typesOf(provider.group);
  forgetRooms(cluster);
}

/** An instance that is there becomes one of the provider's group. */
export function takeOver(provider: ProviderWithGroup, instance: InstanceRecord): void {
  const { group } = provider;
  const { ec2InstanceId, attributes, registeredAt } = instance;
  group.machines.set(ec2InstanceId, {
    ec2InstanceId,
    instanceType: attributes.get("ecs.instance-type") ?? "",
    zone: attributes.get("ecs.availability-zone") ?? "",
    subnetId: undefined,
    launchedAt: registeredAt,
    launched: undefined,
    isSpot: false,
    state: "InService",
    isProtected: isProtected(provider),
    instance,
  });
  group.desired = group.machines.size;
}

/** The types of the group's instances, each once. */
function typesOf({ machines }: AutoScalingGroupRecord): readonly string[] {
  return [...new Set([...machines.values()].flatMap(({ instanceType }) => (instanceType === "" ? [] : instanceType)))];
}
