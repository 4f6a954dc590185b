import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { assignSlots } from "../devices/assign.ts";
import { slotName, type Slot } from "../catalog/slots.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";
import { placedBy } from "../ecs/requirements.ts";
import { definitionsOf, variantFor, type EcsVariant, type EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { roomsOf, type Room } from "../placement/room.ts";
import type { Shape } from "../workload/resolved.ts";
import { counted } from "../base/counted.ts";
import { listOr } from "../base/problem.ts";
import { checkDevices } from "../placement/check-devices.ts";
import type { RunFailure } from "./run-result.ts";
import { exposedRooms, keepAway } from "./exclusion.ts";
import { freshHosts, hostsOf, type Host } from "./hosts.ts";
import type { RunRound, RunStep } from "./run-plan.ts";
import { mayStart, placementOptions, runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";
import { newMachines, whyHere } from "./why-here.ts";

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

/** Machines that ECS must not choose for a slot, by their EC2 ids. */
interface Away {
  /** Somebody holds the slot there without a lock that ECS sees. */
  readonly unseen: readonly string[];
  /** The slot is free there and takes devices of another one that the plan has there, or may come to have there. */
  readonly spoiled: readonly string[];
}

/** Ids in a constraint and managed scaling do not go together. */
const nowhere: Away = { unseen: [], spoiled: [] };

/**
 * Plans `count` replicas of a workload whose Neuron devices ECS does not schedule: chooses the slots, and leaves the
 * machine to ECS, excluding only those where it would do harm.
 *
 * It places as many as explainPlacement says can be placed (test/unit/plan-slots.test.ts), and where a capacity
 * provider starts machines for the rest, on those as well, up to what the provider's group may have. A constraint on
 * the run's own task:group the plan does not foresee: ECS refuses what it forbids, and the next round sees it.
 */
export function planSlots(ecs: EcsWorkload, settings: RunSettings, count: number, snapshot: ClusterSnapshot): RunRound {
  const { shapes } = ecs.workload;
  const rooms = roomsOf(snapshot);
  const hosts = hostsOf(ecs, settings, rooms);
  const there = assign(shapes, settings, hosts, count);
  // Where a provider has to start machines no constraint may name any: then no slot is used that somebody holds unseen.
  const grown =
    there.length < count && mayStart(settings) > 0 ? assignGrowing(ecs, settings, hosts, count, snapshot) : [];
  const growing = grown.length > there.length;
  const assigned = growing ? grown : there;
  const assignments = group(assigned);
  const steps = assignments.flatMap((assignment, index) => {
    const variant = variantFor(ecs, assignment.shape, assignment.slot);
    // Without locks ECS refuses no slot for another one's devices: a machine that neither needs is for the first.
    const first = ecs.networkMode === "awsvpc" ? assignments.slice(0, index) : [];
    const away = growing
      ? nowhere
      : { unseen: unseenFor(variant, settings, rooms), spoiled: spoiledFor(assignment, hosts, assigned, first) };
    return stepsOf(variant, settings, assignment, away);
  });
  if (assigned.length === count) return { steps, unplaced: [] };
  const missing = count - assigned.length;
  const shortage =
    cannotGrow(ecs, settings, rooms, missing) ??
    explainShortage(snapshot, definitionsOf(ecs), settings, { asked: count, missing });
  const stopping = worthWaitingFor(shapes, settings, hosts, assigned.length, count);
  return { steps, unplaced: shortage === undefined ? [] : [shortage], ...(stopping.length === 0 ? {} : { stopping }) };
}

/**
 * What keeps a provider from starting a machine for the rest: somebody whom ECS does not see, on a machine that it has.
 */
function cannotGrow(
  { everyVariant }: EcsWorkload,
  settings: RunSettings,
  rooms: readonly Room[],
  missing: number,
): RunFailure | undefined {
  if (mayStart(settings) === 0) return undefined;
  const exposed = everyVariant.map(({ requirements }) => {
    const needs = placedBy(requirements, placementOptions(settings));
    return { needs, rooms: exposedRooms(needs, rooms) };
  });
  const first = exposed.find((each) => each.rooms.length > 0);
  if (first === undefined || exposed.some((each) => each.rooms.length === 0)) return undefined;
  const [room] = first.rooms;
  const held = checkDevices(first.needs, room!).join("; ");
  return {
    reason: "DEVICES",
    detail: `${missing} of ${counted(settings.count, "task")}: ${room!.instance.ec2InstanceId}: ${held}, which ECS does not see; to keep a task off that machine a constraint would have to name it, and then ${providersOf(settings)} starts no machines`,
    hint: "Run that task with aiplat, whose tasks lock their devices, or stop it; say with the tag aiplat:devices what it uses; or move it to machines of no capacity provider.",
  };
}

function providersOf({ capacityProviderStrategy = [] }: RunSettings): string {
  return listOr(capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider));
}

/**
 * The stopping tasks after whose end more replicas have a place. Where locks hand a slot over the agent does the
 * waiting, and there are none.
 */
function worthWaitingFor(
  shapes: readonly Shape[],
  settings: RunSettings,
  hosts: readonly Host[],
  placed: number,
  count: number,
): readonly string[] {
  if (hosts.every(({ leaving }) => leaving.size === 0)) return [];
  const stays = (devices: ReadonlySet<number>, { leaving }: Host) =>
    new Set([...devices].filter((device) => !leaving.has(device)));
  const later = assign(
    shapes,
    settings,
    hosts.map((host) => ({ ...host, taken: stays(host.taken, host), unlocked: stays(host.unlocked, host) })),
    count,
  );
  if (later.length === placed) return [];
  return [...new Set(later.flatMap(({ slot, host }) => slot.flatMap((device) => host.leaving.get(device) ?? [])))];
}

/** Fills the machines of the first instance type, then those of the next. */
function assign(
  shapes: readonly Shape[],
  settings: RunSettings,
  hosts: readonly Host[],
  count: number,
): readonly Placed[] {
  const assigned: Placed[] = [];
  for (const shape of shapes)
    assigned.push(
      ...fill(
        hosts.filter((host) => host.shape === shape),
        settings,
        count - assigned.length,
      ),
    );
  return assigned;
}

/**
 * As assign, with the machines that a capacity provider adds: they come empty. A slot that somebody holds unseen by ECS
 * anywhere is not used at all.
 */
function assignGrowing(
  ecs: EcsWorkload,
  settings: RunSettings,
  hosts: readonly Host[],
  count: number,
  snapshot: ClusterSnapshot,
): readonly Placed[] {
  const { shapes } = ecs.workload;
  const assigned: Placed[] = [];
  for (const shape of shapes) {
    const own = hosts.filter((host) => host.shape === shape);
    const unseen = new Set(own.flatMap((host) => [...host.unlocked]));
    const without = (some: readonly Host[]) =>
      some.map((host) => ({ ...host, taken: new Set([...host.taken, ...unseen]) }));
    assigned.push(...fill(without(own), settings, count - assigned.length));
    if (shape !== shapes[0]) continue;
    const fresh = freshHosts(ecs, settings, snapshot, Math.min(count - assigned.length, mayStart(settings)));
    assigned.push(...fill(without(fresh), settings, count - assigned.length));
  }
  return assigned;
}

function fill(hosts: readonly Host[], { strategy }: RunSettings, count: number): readonly Placed[] {
  return assignSlots(hosts, count, strategy).map(({ machine, slot }) => {
    const host = machine as Host;
    return { shape: host.shape, slot, host };
  });
}

function group(assigned: readonly Placed[]): readonly Assignment[] {
  const groups = new Map<string, Placed[]>();
  for (const placed of assigned) {
    const key = `${placed.shape.instanceTypes[0]!.instanceType} ${slotName(placed.slot)}`;
    groups.set(key, [...(groups.get(key) ?? []), placed]);
  }
  return [...groups.values()].map((some) => ({
    shape: some[0]!.shape,
    slot: some[0]!.slot,
    hosts: some.map((placed) => placed.host),
  }));
}

function unseenFor({ requirements }: EcsVariant, settings: RunSettings, rooms: readonly Room[]): readonly string[] {
  const exposed = exposedRooms(placedBy(requirements, placementOptions(settings)), rooms);
  return exposed.map(({ instance }) => instance.ec2InstanceId);
}

/**
 * The machines where the slot would take devices of another one: of one that the plan has there, or that ECS may place
 * there first.
 */
function spoiledFor(
  { shape, slot, hosts: planned }: Assignment,
  hosts: readonly Host[],
  assigned: readonly Placed[],
  first: readonly Assignment[],
): readonly string[] {
  const clashes = (other: { readonly slot: Slot }) =>
    other.slot[0] !== slot[0] && other.slot.some((device) => slot.includes(device));
  const clashing = new Set(assigned.filter(clashes).map(({ host }) => host.id));
  const rivals = first.filter((other) => other.shape === shape && clashes(other));
  const isFree = (some: Slot, { taken }: Host) => !some.some((device) => taken.has(device));
  return ec2Ids(
    hosts.filter(
      (host) =>
        host.shape === shape &&
        isFree(slot, host) &&
        (clashing.has(host.id) || (!planned.includes(host) && rivals.some((rival) => isFree(rival.slot, host)))),
    ),
  );
}

function stepsOf(
  { definition, shape, slot = [] }: EcsVariant,
  settings: RunSettings,
  { hosts }: Assignment,
  { unseen, spoiled }: Away,
): readonly RunStep[] {
  const awsvpc = definition.networkMode === "awsvpc";
  const partial = shape.request.kind === "neuron" && !shape.request.whole;
  const places = ec2Ids(hosts);
  const step = (count: number, constraints: readonly PlacementConstraint[], machines: readonly string[]): RunStep => ({
    definition,
    count,
    machines,
    why: whyHere(slot, { free: namesOf(hosts, settings), unseen, spoiled }),
    request: runRequest(settings, definition, {
      placementConstraints: [...(awsvpc ? [{ type: "distinctInstance" }] : []), ...constraints],
      ...(awsvpc ? { group: `aiplat:${slotName(slot)}` } : {}),
      ...(partial ? { placementStrategy: strategies[settings.strategy] } : {}),
    }),
  });
  let done = 0;
  return keepAway(hosts.length, [...unseen, ...spoiled], places).map(({ count, constraints }) =>
    step(count, constraints, places.slice(done, (done += count))),
  );
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html */
const strategies = {
  pack: [{ type: "binpack", field: "memory" }],
  spread: [{ type: "spread", field: "instanceId" }],
} as const;

function ec2Ids(hosts: readonly Host[]): readonly string[] {
  return hosts.flatMap((host) => (host.instance === undefined ? [] : [host.instance.ec2InstanceId]));
}

/** Where the plan has a slot: machines by their id, and those that a provider would add by their number. */
function namesOf(hosts: readonly Host[], settings: RunSettings): readonly string[] {
  const machines = hosts.filter((host) => host.instance === undefined).length;
  return [...ec2Ids(hosts), ...newMachines({ machines, instanceType: hosts[0]!.type.instanceType }, settings)];
}
