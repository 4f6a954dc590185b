import { findInstanceType } from "../catalog/catalog.ts";
import type { InstanceType } from "../catalog/instance-type.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance } from "../cluster/snapshot.ts";
import { devicesIn } from "../devices/asks.ts";
import type { Machine } from "../devices/assign.ts";
import { claimsOn, type Claim } from "../devices/claims.ts";
import { networkModeOf } from "../ecs/capacity.ts";
import { cpuUnits } from "../ecs/container.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";

/** A machine that may take replicas of a workload that lists its Neuron devices. */
export interface Host extends Machine {
  readonly shape: Shape;
  /** Undefined for a machine that a capacity provider would add. */
  readonly instance?: ContainerInstance;
  /** Devices whose claim ECS does not see: no lock port refuses a second one. */
  readonly unlocked: ReadonlySet<number>;
}

export interface HostQuery {
  /** Only machines of this capacity provider. */
  readonly provider?: string;
  /** Whether the user's own placement constraints hold for the instance. */
  readonly allows: (instance: ContainerInstance) => boolean;
}

/** The cluster's machines of a shape's types that take tasks now. */
export function hostsOf(workload: ResolvedWorkload, snapshot: ClusterSnapshot, { provider, allows }: HostQuery): readonly Host[] {
  const claims = claimsOn(snapshot);
  const replicas = replicasByInstance(workload, snapshot);
  const takesTasks = (instance: ContainerInstance) => instance.status === "ACTIVE" && instance.agentConnected && (provider === undefined || instance.capacityProvider === provider) && allows(instance);
  const awsvpc = networkModeOf(workload) === "awsvpc";
  return workload.shapes.flatMap((shape) => {
    const names = new Set(shape.instanceTypes.map((type) => type.instanceType));
    return snapshot.instances
      .filter((instance) => names.has(instanceTypeOf(instance) ?? "") && takesTasks(instance))
      .map((instance) => toHost(shape, instance, claims.get(instance.arn) ?? [], awsvpc, replicas.get(instance.arn) ?? 0));
  });
}

/** Machines as a capacity provider would add them: empty. */
export function freshHosts(shape: Shape, count: number): readonly Host[] {
  const type = shape.instanceTypes[0]!;
  return Array.from({ length: count }, (_, index) => ({ id: `new-${index}`, shape, type, size: devicesPerReplica(shape), taken: new Set<number>(), unlocked: new Set<number>(), room: type.accelerator.count, replicas: 0 }));
}

/** How many Neuron devices one replica holds. */
export function devicesPerReplica(shape: Shape): number {
  return shape.request.kind === "neuron" ? shape.request.devices : 0;
}

/** What one replica takes of a machine besides devices: CPU units and MiB. */
export function needOf(shape: Shape): { readonly cpu: number; readonly memoryMiB: number } {
  return { cpu: cpuUnits(shape.vcpu ?? 0), memoryMiB: shape.memoryMiB ?? 0 };
}

function toHost(shape: Shape, instance: ContainerInstance, claims: readonly Claim[], awsvpc: boolean, replicas: number): Host {
  const type: InstanceType = findInstanceType(instanceTypeOf(instance)!)!;
  const numbers = (some: readonly Claim[]) => new Set(some.flatMap((claim) => devicesIn(claim.devices, type.accelerator.count)));
  const need = needOf(shape);
  return {
    id: instance.arn,
    shape,
    instance,
    type,
    size: devicesPerReplica(shape),
    // In bridge and host mode the agent holds a successor back until a stopping task with locks is gone: a hand-over.
    // In awsvpc mode nothing does, so a slot is free only when its last task is STOPPED.
    taken: numbers(claims.filter((claim) => awsvpc || claim.state === "held" || !claim.locked)),
    unlocked: numbers(claims.filter((claim) => awsvpc || !claim.locked)),
    room: Math.min(times(instance.remaining.cpu, need.cpu), times(instance.remaining.memoryMiB, need.memoryMiB)),
    replicas,
  };
}

function times(amount: number, need: number): number {
  return need === 0 ? Number.POSITIVE_INFINITY : Math.floor(amount / need);
}

function replicasByInstance(workload: ResolvedWorkload, snapshot: ClusterSnapshot): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { containerInstanceArn, tags } of snapshot.tasks) {
    if (containerInstanceArn === undefined || tags?.some((tag) => tag.key === "aiplat:workload" && tag.value === workload.name) !== true) continue;
    counts.set(containerInstanceArn, (counts.get(containerInstanceArn) ?? 0) + 1);
  }
  return counts;
}
