import type { PlacementStrategy } from "../../core/ecs-api/placement-strategy.ts";
import type { Requirements } from "../../core/ecs/requirements.ts";
import { instanceStatesOf, type InstanceState } from "../../core/placement/instance-state.ts";
import { placerFor, type Placer } from "../../core/placement/placer.ts";
import { snapshotOf } from "./instances.ts";
import type { ClusterRecord, InstanceRecord } from "./records.ts";
import type { World } from "./world.ts";

/** Placers are kept for as many kinds of tasks: whoever fills a large cluster asks for the same ones again. */
const mostPlacers = 16;

/**
 * What is left on a cluster's instances, kept from call to call: only those are worked out again whose tasks have
 * changed. Whoever changes an instance's tasks says so by `touch`; whoever changes what an instance or the cluster is,
 * by `forgetRooms`.
 */
export class KeptRooms {
  private readonly world: World;
  private readonly cluster: ClusterRecord;
  private readonly rooms: InstanceState[];
  private readonly indices = new Map<InstanceRecord, number>();
  private readonly touched = new Set<InstanceRecord>();
  private readonly placers = new Map<string, Placer>();

  constructor(world: World, cluster: ClusterRecord) {
    this.world = world;
    this.cluster = cluster;
    this.rooms = [...instanceStatesOf(snapshotOf(world, cluster, cluster.instances.values()))];
    for (const instance of cluster.instances.values()) this.indices.set(instance, this.indices.size);
  }

  /** In the order in which the instances were registered: of equals the first is taken. */
  all(): readonly InstanceState[] {
    for (const instance of this.touched) {
      const index = this.indices.get(instance)!;
      this.rooms[index] = instanceStatesOf(snapshotOf(this.world, this.cluster, [instance]))[0]!;
      for (const placer of this.placers.values()) placer.changed(index);
    }
    this.touched.clear();
    return this.rooms;
  }

  of(instance: InstanceRecord): InstanceState {
    return this.all()[this.indices.get(instance)!]!;
  }

  placer(requirements: Requirements, placementStrategy: readonly PlacementStrategy[] | undefined): Placer {
    const rooms = this.all();
    const key = JSON.stringify([requirements, placementStrategy]);
    const options = { ...(placementStrategy === undefined ? {} : { placementStrategy }), random: this.world.random };
    const placer = this.placers.get(key) ?? placerFor(rooms, requirements, options);
    // The one that was asked for last is the last to go.
    this.placers.delete(key);
    this.placers.set(key, placer);
    const [oldest] = this.placers.keys();
    if (this.placers.size > mostPlacers) this.placers.delete(oldest!);
    return placer;
  }

  touch(instance: InstanceRecord): void {
    this.touched.add(instance);
  }
}

/** The cluster's rooms as they are now. */
export function roomsOf(world: World, cluster: ClusterRecord): KeptRooms {
  return (cluster.rooms ??= new KeptRooms(world, cluster));
}

/** To be called where anything but the tasks of an instance changes that placement looks at. */
export function forgetRooms(cluster: ClusterRecord): void {
  cluster.rooms = undefined;
}
