import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { assignSlots } from "../devices/assign.ts";
import { devicePath, slotName, type Slot } from "../devices/slots.ts";
import { generateTaskDefinition, type GenerateSettings } from "../ecs/generate.ts";
import type { PlacementConstraint, TaskDefinition } from "../ecs/api.ts";
import { listOr } from "../problem.ts";
import { everyVariantOf, variantFor } from "../workload/resolve.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { keepAway } from "./exclusion.ts";
import { freshHosts, hostsOf, type Host } from "./hosts.ts";
import type { RunPlan, RunStep } from "./run-plan.ts";
import { runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";

/** A slot on one machine, for one replica. */
interface Placed {
  readonly shape: Shape;
  readonly slot: Slot;
  readonly host: Host;
}

/** One slot and the machines that the plan has it on. */
interface Assignment {
  readonly shape: Shape;
  readonly slot: Slot;
  readonly hosts: readonly Host[];
}

/**
 * Plans `count` replicas of a workload whose Neuron devices ECS does not schedule: chooses the slots, and leaves the
 * machine to ECS, excluding only those where somebody holds the slot without a lock that ECS sees.
 */
export function planSlots(workload: ResolvedWorkload, settings: RunSettings, generate: GenerateSettings, count: number, snapshot: ClusterSnapshot): RunPlan {
  const hosts = hostsOf(workload, settings, generate, snapshot);
  const assigned = assign(workload, settings, hosts, count);
  const steps = group(assigned).flatMap((assignment) => stepsOf(workload, settings, generate, assignment, hosts));
  if (assigned.length === count) return { steps, shortages: [] };
  const shortage = explainShortage(snapshot, definitionsOf(workload, generate), settings, { asked: count, missing: count - assigned.length });
  const stopping = worthWaitingFor(workload, settings, hosts, assigned.length, count);
  return { steps, shortages: shortage === undefined ? [] : [shortage], ...(stopping.length === 0 ? {} : { stopping }) };
}

/** The stopping tasks after whose end more replicas have a place. Where locks hand a slot over the agent does the waiting, and there are none. */
function worthWaitingFor(workload: ResolvedWorkload, settings: RunSettings, hosts: readonly Host[], placed: number, count: number): readonly string[] {
  if (hosts.every(({ leaving }) => leaving.size === 0)) return [];
  const stays = (devices: ReadonlySet<number>, { leaving }: Host) => new Set([...devices].filter((device) => !leaving.has(device)));
  const later = assign(workload, settings, hosts.map((host) => ({ ...host, taken: stays(host.taken, host), unlocked: stays(host.unlocked, host) })), count);
  if (later.length === placed) return [];
  return [...new Set(later.flatMap(({ slot, host }) => slot.flatMap((device) => host.leaving.get(device) ?? [])))];
}

/** The definitions of every variant that may ever be placed. */
export function definitionsOf(workload: ResolvedWorkload, generate: GenerateSettings): readonly TaskDefinition[] {
  return everyVariantOf(workload).map((variant) => generateTaskDefinition(workload, variant, generate));
}

/** Fills the machines of the first instance type, then those of the next. */
function assign(workload: ResolvedWorkload, settings: RunSettings, hosts: readonly Host[], count: number): readonly Placed[] {
  const assigned: Placed[] = [];
  const fill = (some: readonly Host[]) => {
    for (const { machine, slot } of assignSlots(some, count - assigned.length, settings.strategy)) {
      const host = machine as Host;
      assigned.push({ shape: host.shape, slot, host });
    }
  };
  if (settings.provider === undefined) {
    for (const shape of workload.shapes) fill(hosts.filter((host) => host.shape === shape));
    return assigned;
  }
  // Ids in a constraint and managed scaling do not go together: a slot that somebody holds unseen by ECS is not used at
  // all. For what does not fit the provider adds machines, and they come empty.
  for (const shape of workload.shapes) {
    const own = hosts.filter((host) => host.shape === shape);
    const unseen = new Set(own.flatMap((host) => [...host.unlocked]));
    fill(own.map((host) => ({ ...host, taken: new Set([...host.taken, ...unseen]) })));
    if (shape === workload.shapes[0]) fill(freshHosts(shape, count - assigned.length).map((host) => ({ ...host, taken: unseen })));
  }
  return assigned;
}

function group(assigned: readonly Placed[]): readonly Assignment[] {
  const groups = new Map<string, Placed[]>();
  for (const placed of assigned) {
    const key = `${placed.shape.instanceTypes[0]!.instanceType} ${slotName(placed.slot)}`;
    groups.set(key, [...(groups.get(key) ?? []), placed]);
  }
  return [...groups.values()].map((some) => ({ shape: some[0]!.shape, slot: some[0]!.slot, hosts: some.map((placed) => placed.host) }));
}

function stepsOf(workload: ResolvedWorkload, settings: RunSettings, generate: GenerateSettings, { shape, slot, hosts }: Assignment, all: readonly Host[]): readonly RunStep[] {
  const definition = generateTaskDefinition(workload, variantFor(workload, shape, slot), generate);
  const awsvpc = definition.networkMode === "awsvpc";
  // Ids in a constraint and managed scaling do not go together: there assign() uses no slot that is held unseen.
  const unseen = settings.provider === undefined ? all.filter((host) => host.shape === shape && slot.some((device) => host.unlocked.has(device))) : [];
  const partial = shape.request.kind === "neuron" && !shape.request.whole;
  const step = (count: number, constraints: readonly PlacementConstraint[]): RunStep => ({
    definition,
    count,
    why: whyHere(slot, hosts, unseen),
    request: runRequest(settings, definition, {
      placementConstraints: [...(awsvpc ? [{ type: "distinctInstance" }] : []), ...constraints],
      ...(awsvpc ? { group: `aiplat:${slotName(slot)}` } : {}),
      ...(partial ? { placementStrategy: strategies[settings.strategy] } : {}),
    }),
  });
  return keepAway(hosts.length, ec2Ids(unseen), ec2Ids(hosts)).map(({ count, constraints }) => step(count, constraints));
}

/** How many instances a reason names. */
const namedIds = 3;

function whyHere(slot: Slot, hosts: readonly Host[], unseen: readonly Host[]): string {
  const type = hosts[0]!.type.instanceType;
  const fresh = hosts.filter((host) => host.instance === undefined).length;
  const places = [...(fresh < hosts.length ? [naming(ec2Ids(hosts))] : []), ...(fresh > 0 ? [`${fresh} new ${type} ${fresh === 1 ? "instance" : "instances"}`] : [])];
  const devices = slot.length === 1 ? devicePath(slot[0]!) : `${devicePath(slot[0]!)} to neuron${slot.at(-1)}`;
  const free = `${devices} ${slot.length === 1 ? "is" : "are"} free on ${places.join(" and on ")}`;
  return unseen.length === 0 ? free : `${free}; not on ${naming(ec2Ids(unseen))}, where a task that ECS sees no lock of holds ${slot.length === 1 ? "it" : "some"}`;
}

function naming(ids: readonly string[]): string {
  return ids.length <= namedIds ? listOr(ids, "and") : `${ids.slice(0, namedIds).join(", ")} and ${ids.length - namedIds} more`;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html */
const strategies = {
  pack: [{ type: "binpack", field: "memory" }],
  spread: [{ type: "spread", field: "instanceId" }],
} as const;

function ec2Ids(hosts: readonly Host[]): readonly string[] {
  return hosts.flatMap((host) => (host.instance === undefined ? [] : [host.instance.ec2InstanceId]));
}
