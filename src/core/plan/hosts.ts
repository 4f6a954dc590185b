import { workloadTag } from "../ecs-api/service.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import { devicesIn } from "../devices/asks.ts";
import type { Machine } from "../devices/assign.ts";
import { lockPortBaseOf, type Claim } from "../devices/claims.ts";
import { guardOf } from "../devices/occupancy.ts";
import { legalSlots } from "../catalog/slots.ts";
import { networkModeOf } from "../ecs/capacity.ts";
import { generateTaskDefinition, type GenerateSettings } from "../ecs/generate.ts";
import { headroom, isEligible } from "../placement/headroom.ts";
import { requirementsOf, type Requirements } from "../placement/requirements.ts";
import { roomsOf, type Room } from "../placement/room.ts";
import { variantFor } from "../workload/resolve.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
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
  workload: ResolvedWorkload,
  settings: RunSettings,
  generate: GenerateSettings,
  snapshot: ClusterSnapshot,
): readonly Host[] {
  const base = lockPortBaseOf(snapshot.tags);
  const lockPort = networkModeOf(workload) === "awsvpc" ? () => undefined : (device: number) => base + device;
  const replicas = replicasByInstance(workload, snapshot);
  const rooms = roomsOf(snapshot);
  return workload.shapes.flatMap((shape) => {
    const names = new Set(shape.instanceTypes.map((type) => type.instanceType));
    const needs = needsOf(workload, shape, settings, generate, base);
    return rooms
      .filter((room) => names.has(room.instanceType ?? "") && isEligible(needs, room))
      .map((room): Host => {
        const { instance } = room;
        return {
          id: instance.arn,
          shape,
          instance,
          type: findInstanceType(room.instanceType!)!,
          size: devicesPerReplica(shape),
          ...devicesOn(room, lockPort),
          room: headroom(needs, room),
          replicas: replicas.get(instance.arn) ?? 0,
        };
      });
  });
}

/** Machines as a capacity provider would add them: empty. */
export function freshHosts(shape: Shape, count: number): readonly Host[] {
  const type = shape.instanceTypes[0]!;
  return Array.from({ length: count }, (_, index) => ({
    id: `new-${index}`,
    shape,
    type,
    size: devicesPerReplica(shape),
    taken: new Set<number>(),
    unlocked: new Set<number>(),
    leaving: new Map(),
    room: type.accelerator.count,
    replicas: 0,
  }));
}

/** How many Neuron devices one replica holds. */
function devicesPerReplica(shape: Shape): number {
  return shape.request.kind === "neuron" ? shape.request.devices : 0;
}

/** What a replica needs wherever its slot is. The family's group differs by slot, so that without --group distinctInstance says no more than the devices. */
function needsOf(
  workload: ResolvedWorkload,
  shape: Shape,
  settings: RunSettings,
  generate: GenerateSettings,
  base: number,
): Requirements {
  const [slot] = legalSlots(shape.instanceTypes[0]!, devicesPerReplica(shape));
  const needs = requirementsOf(
    generateTaskDefinition(workload, variantFor(workload, shape, slot!), generate),
    placementOptions(settings),
    base,
  );
  return { ...needs, distinctInstance: needs.distinctInstance && settings.group !== undefined };
}

/** Who holds the room's devices, as far as a replica with a lock port for each of its own is concerned. */
function devicesOn(
  { claims, instance, neuronDevices, udpPorts }: Room,
  lockPort: (device: number) => number | undefined,
): Pick<Host, "taken" | "unlocked" | "leaving"> {
  const holders = Array.from({ length: neuronDevices }, (): Claim[] => []);
  for (const claim of claims)
    for (const device of devicesIn(claim.devices, neuronDevices)) holders[device]!.push(claim);
  const taken = new Set<number>();
  const unlocked = new Set<number>();
  const leaving = new Map<number, readonly string[]>();
  for (const [device, all] of holders.entries()) {
    const port = lockPort(device);
    const blockers = all.filter((claim) => guardOf(claim, port, instance) !== "agent");
    const reserved = port !== undefined && udpPorts.has(port);
    if (reserved || blockers.length > 0) taken.add(device);
    if (blockers.some((claim) => guardOf(claim, port, instance) === undefined)) unlocked.add(device);
    if (!reserved && blockers.length > 0 && blockers.every(({ state }) => state === "stopping"))
      leaving.set(
        device,
        blockers.map(({ taskArn }) => taskArn),
      );
  }
  return { taken, unlocked, leaving };
}

function replicasByInstance(workload: ResolvedWorkload, snapshot: ClusterSnapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { containerInstanceArn, tags } of snapshot.tasks) {
    if (
      containerInstanceArn === undefined ||
      tags?.some((tag) => tag.key === workloadTag && tag.value === workload.name) !== true
    )
      continue;
    counts.set(containerInstanceArn, (counts.get(containerInstanceArn) ?? 0) + 1);
  }
  return counts;
}
