import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { Machine } from "../devices/assign.ts";
import { areAvailable, availabilityOf, isLeaving, mustBeExcluded } from "../devices/availability.ts";
import { workloadTag } from "../ecs-api/service.ts";
import { placedBy, type Requirements } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { headroom, isEligible } from "../placement/headroom.ts";
import { emptyInstance } from "../placement/empty-instance.ts";
import { emptyInstanceState, type InstanceState } from "../placement/instance-state.ts";
import type { Shape } from "../workload/resolved.ts";
import { placementOptions, type RunSettings } from "./run-request.ts";

/** A machine that may take replicas of a workload that lists its Neuron devices. */
export interface Host extends Machine {
  readonly shape: Shape;
  /** Undefined for a machine that a capacity provider would add. */
  readonly instance?: ContainerInstance;
  /** Devices that somebody holds unseen by ECS: no lock port refuses a second claim. */
  readonly unlocked: ReadonlySet<number>;
  /** Devices that nobody but stopping tasks keep from being used, and these tasks. */
  readonly leaving: ReadonlyMap<number, readonly string[]>;
}

/** The cluster's machines of the workload's types that take its tasks, however full they are. */
export function hostsOf(
  ecs: EcsWorkload,
  settings: RunSettings,
  instanceStates: readonly InstanceState[],
): readonly Host[] {
  const { workload, networkMode, lockPortBase } = ecs;
  const lockOf = networkMode === "awsvpc" ? undefined : (device: number) => lockPortBase + device;
  return workload.shapes.flatMap((shape) => {
    const names = new Set(shape.instanceTypes.map((type) => type.instanceType));
    const requirements = wherever(ecs, shape, settings);
    return instanceStates
      .filter((room) => names.has(room.instanceType ?? "") && isEligible(requirements, room))
      .map((room): Host => {
        const { instance } = room;
        return {
          id: instance.arn,
          shape,
          instance,
          type: findInstanceType(room.instanceType!)!,
          size: devicesPerReplica(shape),
          ...devicesOn(room, lockOf),
          room: headroom(requirements, room),
          replicas: replicasOf(workload.name, room),
        };
      });
  });
}

/** Machines of the workload's first type as a capacity provider would add them: empty but for the cluster's daemons. */
export function freshHosts(
  ecs: EcsWorkload,
  settings: RunSettings,
  snapshot: ClusterSnapshot,
  count: number,
): readonly Host[] {
  const shape = ecs.workload.shapes[0]!;
  const type = shape.instanceTypes[0]!;
  const requirements = wherever(ecs, shape, settings);
  const empty = emptyInstance(snapshot, type.instanceType, [requirements])?.instance;
  const room = empty === undefined ? type.accelerator.count : headroom(requirements, emptyInstanceState(empty));
  return Array.from({ length: count }, (_, index) => ({
    id: `new-${index}`,
    shape,
    type,
    size: devicesPerReplica(shape),
    taken: new Set<number>(),
    unlocked: new Set<number>(),
    leaving: new Map(),
    room,
    replicas: 0,
  }));
}

/** How many Neuron devices one replica holds. */
function devicesPerReplica(shape: Shape): number {
  return shape.request.kind === "neuron" ? shape.request.devices : 0;
}

/**
 * What a replica needs wherever its slot is. The family's group differs by slot, so that without --group
 * distinctInstance says no more than the devices.
 */
function wherever({ everyVariant }: EcsWorkload, shape: Shape, settings: RunSettings): Requirements {
  const variant = everyVariant.find((each) => each.shape === shape)!;
  const requirements = placedBy(variant.requirements, placementOptions(settings));
  return { ...requirements, distinctInstance: requirements.distinctInstance && settings.group !== undefined };
}

/** Who holds the room's devices, as far as a replica is concerned that reserves these lock ports. */
function devicesOn(
  room: InstanceState,
  lockOf: ((device: number) => number) | undefined,
): Pick<Host, "taken" | "unlocked" | "leaving"> {
  const numbers = Array.from({ length: room.neuronDevices ?? 0 }, (_, device) => device);
  const locks = lockOf === undefined ? [] : numbers.map((device) => ({ device, port: lockOf(device) }));
  const devices = availabilityOf(room, { devices: numbers, locks });
  return {
    taken: new Set(devices.filter((each) => !areAvailable([each])).map(({ device }) => device)),
    unlocked: new Set(devices.filter((each) => mustBeExcluded([each])).map(({ device }) => device)),
    leaving: new Map(
      devices.filter(isLeaving).map(({ device, holders }) => [device, holders.map(({ taskArn }) => taskArn)]),
    ),
  };
}

/** How many tasks of the workload are on the instance. */
function replicasOf(workload: string, { tasks }: InstanceState): number {
  return tasks.filter(({ tags }) => tags?.some(({ key, value }) => key === workloadTag && value === workload)).length;
}
