import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance } from "../cluster/snapshot.ts";
import { compareVersions, isVersion } from "../base/version.ts";
import { devicesIn } from "./asks.ts";
import { claimsOn, type Claim } from "./claims.ts";

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
    const count = neuronCount(instance);
    return count === 0 ? [] : [devicesOn(instance, claims.get(instance.arn) ?? [], count)];
  });
}

/** How many Neuron devices the instance's type has; 0 where the type is unknown or has none. */
export function neuronCount(instance: ContainerInstance): number {
  const type = findInstanceType(instanceTypeOf(instance) ?? "");
  return type?.accelerator.kind === "neuron" ? type.accelerator.count : 0;
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

/** From 1.74.1 on the agent holds a task back until what it needs on the host is free. https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md */
const holdingAgent = "1.74.1";

/** An agent that does not say its version is taken for a current one: every AMI that still resolves has it. */
function holdsSuccessors({ agentVersion = "" }: ContainerInstance): boolean {
  return !isVersion(agentVersion) || compareVersions(agentVersion, holdingAgent) >= 0;
}

/**
 * What keeps a new task that reserves a device's lock port apart from the claim on the device:
 *
 * - `ecs`: the claim reserves the port too, and ECS places nothing there that does.
 * - `agent`: the claim's task is stopping. ECS has freed its ports, and the agent holds the new task back until it has stopped.
 * - Undefined: nothing does. aiplat itself must keep the new task away.
 *
 * @param lockPort Undefined for a task that reserves none, as in awsvpc mode.
 */
export function guardOf(
  claim: Claim,
  lockPort: number | undefined,
  instance: ContainerInstance,
): "ecs" | "agent" | undefined {
  if (lockPort === undefined || !claim.hostPorts.includes(`${lockPort}/udp`)) return undefined;
  if (claim.state === "held") return "ecs";
  return holdsSuccessors(instance) ? "agent" : undefined;
}

/** What decides whether a task waits for another one on its instance. */
type Successor = Pick<Claim, "networkMode" | "hostPorts">;

/** The agent counts host ports, in bridge and host mode only: with one in common the successor waits for certain. */
function waitsFor(stopping: Successor, successor: Successor): boolean {
  return (
    countsPorts(stopping) &&
    countsPorts(successor) &&
    successor.hostPorts.some((port) => stopping.hostPorts.includes(port))
  );
}

function countsPorts({ networkMode }: Successor): boolean {
  return networkMode === "bridge" || networkMode === "host";
}

/** Without a port in common the successor may still be waiting for something else, as long as it does not run. */
function isHandOver(stopping: Claim, successor: Claim): boolean {
  return waitsFor(stopping, successor) || (!successor.running && countsPorts(stopping) && countsPorts(successor));
}
