import { instanceTypeOf, type ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { groupArn, newGroup, spare } from "./model/auto-scaling-groups.ts";
import type { CapacityProviderRecord } from "./model/group-records.ts";
import type { ClusterRecord, RawRecord } from "./model/records.ts";
import type { World } from "./model/world.ts";

/** The capacity providers of a snapshot, with as much of their groups as it says. */
export function seedProviders(world: World, cluster: ClusterRecord, snapshot: ClusterSnapshot): void {
  const { capacityProviders, providers = [], instances, defaultStrategy = [] } = snapshot;
  const names = new Set([...capacityProviders, ...instances.flatMap(({ capacityProvider }) => capacityProvider ?? [])]);
  for (const name of names) {
    const known = providers.find((each) => each.name === name);
    const provider =
      known?.type === "MANAGED_INSTANCES"
        ? managedInstances(world, cluster, name)
        : scaled(world, cluster, name, snapshot);
    world.capacityProviders.set(name, provider);
  }
  cluster.capacityProviders = capacityProviders;
  cluster.defaultStrategy = defaultStrategy as readonly RawRecord[];
}

function managedInstances(world: World, { name: cluster }: ClusterRecord, name: string): CapacityProviderRecord {
  return { ...identity(world, name), settings: { managedInstancesProvider: {}, cluster } };
}

function scaled(world: World, cluster: ClusterRecord, name: string, snapshot: ClusterSnapshot): CapacityProviderRecord {
  const known = snapshot.providers?.find((each) => each.name === name);
  const there = snapshot.instances.filter(({ capacityProvider }) => capacityProvider === name);
  const { name: groupName = name, max = there.length + spare } = known?.group ?? {};
  // Where attributes choose the type, what is there is all that is known.
  const launched = known?.group?.instanceTypes ?? [];
  const instanceTypes =
    launched.length > 0 ? launched : [...new Set(there.flatMap((each) => instanceTypeOf(each) ?? []))];
  const arn = groupArn(world, groupName);
  const group = newGroup(world, { name: groupName, arn, instanceTypes, min: 0, max, cluster });
  world.groups.set(groupName, group);
  const managedScaling = { status: known?.managedScaling === true ? "ENABLED" : "DISABLED" };
  return {
    ...identity(world, name),
    settings: { autoScalingGroupProvider: { autoScalingGroupArn: arn, managedScaling } },
    group,
  };
}

function identity(world: World, name: string): Pick<CapacityProviderRecord, "arn" | "name" | "tags"> {
  return { arn: world.arn(`capacity-provider/${name}`), name, tags: [] };
}
