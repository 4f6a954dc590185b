import type { ClusterSnapshot, ContainerInstance } from "../cluster/snapshot.ts";
import { devicesIn } from "../catalog/device-set.ts";
import { claimsOn, isReach, type Claim } from "./claims.ts";
import { neuronCount } from "../cluster/neuron-count.ts";
import { reachOn, type Reach } from "./reach.ts";
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
  /** Tasks that could open every device and say nothing of them: no claim, and no conflict. */
  readonly reach: readonly Reach[];
  /** Every Neuron device of the instance in numeric order. */
  readonly devices: readonly DeviceState[];
}

/** The devices of every instance of a Neuron type, in the snapshot's order. */
export function occupancyOf(snapshot: ClusterSnapshot): readonly InstanceDevices[] {
  const claims = claimsOn(snapshot);
  const reach = reachOn(snapshot);
  return snapshot.instances.flatMap((instance) => {
    const count = neuronCount(instance) ?? 0;
    return count === 0
      ? []
      : [devicesOn(instance, claims.get(instance.arn) ?? [], reach.get(instance.arn) ?? [], count)];
  });
}

function devicesOn(
  instance: ContainerInstance,
  all: readonly Claim[],
  reach: readonly Reach[],
  count: number,
): InstanceDevices {
  const claims = all.filter((claim) => !isReach(claim));
  const holders: Claim[][] = Array.from({ length: count }, () => []);
  for (const claim of claims) for (const device of devicesIn(claim.devices, count)) holders[device]!.push(claim);
  const waits = holdsSuccessors(instance);
  return {
    instance,
    claims,
    reach,
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
