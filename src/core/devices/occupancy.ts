import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance } from "../cluster/snapshot.ts";
import { devicesIn } from "./asks.ts";
import { claimsOn, type Claim } from "./claims.ts";
import { holdsSuccessors, isHandOver } from "./hand-over.ts";

/** One Neuron device of an instance and who holds it. */
export interface DeviceState {
  readonly device: number;
  readonly holders: readonly Claim[];
  /**
   * `conflict`: two tasks use it at once, or will. `hand-over`: one is stopping and the agent holds its successor back
   * until it has stopped.
   */
  readonly state: "free" | "held" | "stopping" | "hand-over" | "conflict";
}

export interface InstanceDevices {
  readonly instance: ContainerInstance;
  readonly claims: readonly Claim[];
  /** Every Neuron device of the instance in numeric order. */
  readonly devices: readonly DeviceState[];
}

/** The devices of every instance of a Neuron type, in the snapshot's order. */
export function occupancyOf(snapshot: ClusterSnapshot): readonly InstanceDevices[] {
  const claims = claimsOn(snapshot);
  return snapshot.instances.flatMap((instance) => {
    const count = neuronCount(instance) ?? 0;
    return count === 0 ? [] : [devicesOn(instance, claims.get(instance.arn) ?? [], count)];
  });
}

/** Families of Neuron instances, those of tomorrow too. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html */
const neuronFamily = /^(?:inf|trn)\d/;

/**
 * How many Neuron devices the instance's type has, 0 for a type without; undefined where nobody knows: the instance
 * does not say its type, or it is of a Neuron family and the catalogue does not have it.
 */
export function neuronCount(instance: ContainerInstance): number | undefined {
  const name = instanceTypeOf(instance);
  const type = findInstanceType(name ?? "");
  if (type === undefined) return name === undefined || neuronFamily.test(name) ? undefined : 0;
  return type.accelerator.kind === "neuron" ? type.accelerator.count : 0;
}

function devicesOn(instance: ContainerInstance, claims: readonly Claim[], count: number): InstanceDevices {
  const holders: Claim[][] = Array.from({ length: count }, () => []);
  for (const claim of claims) for (const device of devicesIn(claim.devices, count)) holders[device]!.push(claim);
  const waits = holdsSuccessors(instance);
  return {
    instance,
    claims,
    devices: holders.map((each, device) => ({ device, holders: each, state: stateOf(each, waits) })),
  };
}

function stateOf(holders: readonly Claim[], waits: boolean): DeviceState["state"] {
  if (holders.length === 0) return "free";
  const stopping = holders.filter((each) => each.state === "stopping");
  const held = holders.filter((each) => each.state === "held");
  if (held.length > 1) return "conflict";
  if (held.length === 0) return "stopping";
  if (stopping.length === 0) return "held";
  return stopping.every((each) => waits && isHandOver(each, held[0]!)) ? "hand-over" : "conflict";
}
