import { findInstanceType } from "../catalog/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance } from "../cluster/snapshot.ts";
import { claimsOn, type Claim } from "../devices/claims.ts";
import type { NetworkMode } from "../ecs/capacity.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";

/** A machine that may take replicas, with what is left of it while a plan fills it. */
export interface Host {
  readonly shape: Shape;
  /** Undefined for a machine that a capacity provider would add. */
  readonly instance?: ContainerInstance;
  /** Devices that somebody holds, this plan included. */
  readonly taken: Set<number>;
  /** Devices whose claim ECS does not see: no lock port refuses a second one. */
  readonly unlocked: ReadonlySet<number>;
  cpu: number;
  memoryMiB: number;
}

/** What one replica takes of a host besides devices: CPU units and MiB. */
export interface Need {
  readonly cpu: number;
  readonly memoryMiB: number;
}

export interface HostQuery {
  readonly networkMode: NetworkMode;
  readonly provider?: string;
  /** Whether the user's own placement constraints hold for the instance. */
  readonly allows: (instance: ContainerInstance) => boolean;
}

/** The machines of the workload's types, in the order of the file's types and then of the cluster. */
export function hostsOf(workload: ResolvedWorkload, snapshot: ClusterSnapshot, query: HostQuery): readonly Host[] {
  const claims = claimsOn(snapshot);
  return workload.shapes.flatMap((shape) => {
    const names = new Set(shape.instanceTypes.map((type) => type.instanceType));
    return snapshot.instances
      .filter((instance) => names.has(instanceTypeOf(instance) ?? "") && isUsable(instance, query))
      .map((instance) => toHost(shape, instance, claims.get(instance.arn) ?? [], query.networkMode));
  });
}

/** A machine as a capacity provider would add it: empty. */
export function freshHost(shape: Shape): Host {
  return { shape, taken: new Set(), unlocked: new Set(), cpu: Number.POSITIVE_INFINITY, memoryMiB: Number.POSITIVE_INFINITY };
}

export function fits(host: Host, need: Need): boolean {
  return host.cpu >= need.cpu && host.memoryMiB >= need.memoryMiB;
}

function isUsable(instance: ContainerInstance, { provider, allows }: HostQuery): boolean {
  return instance.status === "ACTIVE" && instance.agentConnected && (provider === undefined || instance.capacityProvider === provider) && allows(instance);
}

function toHost(shape: Shape, instance: ContainerInstance, claims: readonly Claim[], networkMode: NetworkMode): Host {
  const count = findInstanceType(instanceTypeOf(instance)!)!.accelerator.count;
  const everything = Array.from({ length: count }, (_, device) => device);
  const devicesOf = (claim: Claim) => (claim.devices === "all" ? everything : claim.devices);
  // In bridge and host mode the agent holds a successor back until a stopping task with locks is gone: a hand-over.
  // In awsvpc mode nothing does, so a slot is free only when its last task is STOPPED.
  const holds = (claim: Claim) => networkMode === "awsvpc" || claim.state === "held" || !claim.locked;
  return {
    shape,
    instance,
    taken: new Set(claims.filter(holds).flatMap(devicesOf)),
    unlocked: new Set(claims.filter((claim) => networkMode === "awsvpc" || !claim.locked).flatMap(devicesOf)),
    cpu: instance.remaining.cpu,
    memoryMiB: instance.remaining.memoryMiB,
  };
}
