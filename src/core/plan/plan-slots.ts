import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { chooseSlot } from "../devices/allocate.ts";
import { slotName, type Slot } from "../devices/slots.ts";
import { networkModeOf } from "../ecs/capacity.ts";
import { cpuUnits } from "../ecs/container.ts";
import { generateTaskDefinition, type GenerateSettings } from "../ecs/generate.ts";
import type { PlacementConstraint } from "../ecs/api.ts";
import { variantFor } from "../workload/resolve.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { fits, freshHost, hostsOf, type Host, type Need } from "./hosts.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";
import { runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";

/** Ids a constraint can hold within ECS's 2,000 characters. */
const idsPerConstraint = 80;

/** One slot on the hosts that the plan has it on. */
interface Assignment {
  readonly shape: Shape;
  readonly slot: Slot;
  readonly hosts: Host[];
}

/**
 * Plans `count` replicas of a workload whose Neuron devices ECS does not schedule: chooses the slots, and leaves the
 * machine to ECS, excluding only those where somebody holds the slot without a lock that ECS sees.
 */
export function planSlots(workload: ResolvedWorkload, settings: RunSettings, generate: GenerateSettings, count: number, snapshot: ClusterSnapshot, allows: (instance: NonNullable<Host["instance"]>) => boolean): RunPlan {
  const networkMode = networkModeOf(workload);
  const { provider } = settings;
  const hosts = hostsOf(workload, snapshot, { networkMode, allows, ...(provider === undefined ? {} : { provider }) });
  const blocked = provider === undefined ? undefined : new Set(hosts.flatMap((host) => [...host.unlocked]));
  const assignments = new Map<string, Assignment>();
  let placed = 0;
  const take = (host: Host): boolean => {
    const slot = placed < count ? takeSlot(host, blocked) : undefined;
    if (slot === undefined) return false;
    const key = `${workload.shapes.indexOf(host.shape)} ${slotName(slot)}`;
    const assignment = assignments.get(key) ?? { shape: host.shape, slot, hosts: [] };
    assignment.hosts.push(host);
    assignments.set(key, assignment);
    placed++;
    return true;
  };
  fill(hosts, settings.strategy, take);
  // A capacity provider adds machines for what does not fit: they come empty.
  while (provider !== undefined && placed < count && take(freshHost(workload.shapes[0]!)));

  const steps = [...assignments.values()].flatMap((assignment) => stepsOf(workload, settings, generate, assignment, hosts));
  return { steps, shortages: placed < count ? [explainShortage(workload, snapshot, hosts, count - placed, count)] : [] };
}

/** Pack: the fullest machine first, until it is full. Spread: one replica a machine in turn, the emptiest first. */
function fill(hosts: readonly Host[], strategy: RunSettings["strategy"], take: (host: Host) => boolean): void {
  const byFullness = [...hosts].sort((one, other) => other.taken.size - one.taken.size);
  if (strategy === "pack") {
    for (const host of byFullness) while (take(host));
    return;
  }
  for (let round = byFullness.reverse(); round.length > 0; ) round = round.filter(take);
}

function takeSlot(host: Host, blocked: ReadonlySet<number> | undefined): Slot | undefined {
  const { request, vcpu, memoryMiB, instanceTypes } = host.shape;
  const need: Need = { cpu: cpuUnits(vcpu ?? 0), memoryMiB: memoryMiB ?? 0 };
  if (request.kind !== "neuron" || !fits(host, need)) return undefined;
  const taken = blocked === undefined ? host.taken : new Set([...host.taken, ...blocked]);
  const slot = chooseSlot(instanceTypes[0]!, taken, request.devices);
  if (slot === undefined) return undefined;
  for (const device of slot) host.taken.add(device);
  host.cpu -= need.cpu;
  host.memoryMiB -= need.memoryMiB;
  return slot;
}

function stepsOf(workload: ResolvedWorkload, settings: RunSettings, generate: GenerateSettings, { shape, slot, hosts }: Assignment, all: readonly Host[]): readonly RunStep[] {
  const variant = variantFor(workload, shape, slot);
  const definition = generateTaskDefinition(workload, variant, generate);
  const step = (count: number, placementConstraints: readonly PlacementConstraint[]): RunStep => ({
    definition,
    count,
    request: runRequest(settings, definition, {
      placementConstraints: [...(definition.networkMode === "awsvpc" ? [{ type: "distinctInstance" }] : []), ...placementConstraints],
      ...(definition.networkMode === "awsvpc" ? { group: `aiplat:${slotName(slot)}` } : {}),
      ...(shape.request.kind === "neuron" && shape.request.whole ? {} : { placementStrategy: strategies[settings.strategy] }),
    }),
  });
  // Ids in a constraint and managed scaling do not go together: there the plan uses no slot that is held without a lock.
  if (settings.provider !== undefined) return [step(hosts.length, [])];
  const excluded = idsOf(all.filter((host) => host.shape === shape && slot.some((device) => host.unlocked.has(device))));
  if (excluded.length === 0) return [step(hosts.length, [])];
  if (excluded.length <= idsPerConstraint) return [step(hosts.length, [instances("not_in", excluded)])];
  const chosen = idsOf(hosts);
  return Array.from({ length: Math.ceil(chosen.length / idsPerConstraint) }, (_, index) => chosen.slice(index * idsPerConstraint, (index + 1) * idsPerConstraint)).map((ids) => step(ids.length, [instances("in", ids)]));
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html */
const strategies = {
  pack: [{ type: "binpack", field: "memory" }],
  spread: [{ type: "spread", field: "instanceId" }],
} as const;

function instances(operator: "in" | "not_in", ids: readonly string[]): PlacementConstraint {
  return { type: "memberOf", expression: `ec2InstanceId ${operator} [${ids.join(", ")}]` };
}

function idsOf(hosts: readonly Host[]): readonly string[] {
  return hosts.flatMap((host) => (host.instance === undefined ? [] : [host.instance.ec2InstanceId]));
}
