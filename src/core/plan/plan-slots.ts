import { groupBy } from "../base/groups.ts";
import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { assignSlots } from "../devices/assign.ts";
import { slotName, type Slot } from "../catalog/slots.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";
import { placedBy } from "../ecs/requirements.ts";
import { definitionsOf, variantFor, type EcsVariant, type EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import type { Shape } from "../workload/resolved.ts";
import { cannotGrow } from "./cannot-grow.ts";
import { instancesToExclude, excludeInstances } from "./exclusion.ts";
import { assignGrowing } from "./grow.ts";
import { hostsOf, type Host } from "./hosts.ts";
import { leaveToOthers, type LeftToOthers, type PlacedSlot } from "./rivals.ts";
import type { RunRound, RunStep } from "./run-plan.ts";
import { mayStart, placementOptions, providersOf, runRequest, type RunSettings } from "./run-request.ts";
import { explainShortage } from "./shortage.ts";
import { newMachines, notJudged, placementReason } from "./placement-reason.ts";

/** One slot and the machines that the plan has it on. */
interface Assignment {
  readonly slot: Slot;
  readonly hosts: readonly Host[];
}

/** Machines that ECS must not choose for a slot, by their EC2 ids. */
interface Away extends LeftToOthers {
  /** Somebody holds the slot there without a lock that ECS sees. */
  readonly untracked: readonly string[];
  /** Besides those that the plan has the slot on, the only ones that ECS may choose. */
  readonly spare?: readonly string[];
}

/** Ids in a constraint and managed scaling do not go together. */
const nowhere: Away = { untracked: [], overlapping: [], crowded: [] };

/**
 * Plans `count` replicas of a workload whose Neuron devices ECS does not schedule: chooses the slots, and leaves the
 * machine to ECS, excluding only those where it would do harm.
 *
 * It places as many as explainPlacement says can be placed (test/unit/plan/plan-slots.test.ts), and where a capacity
 * provider starts machines for the rest, on those as well, up to what the provider's group may have. A constraint on
 * the run's own task:group the plan does not foresee: ECS refuses what it forbids, and the next round sees it.
 */
export function planSlots(ecs: EcsWorkload, settings: RunSettings, count: number, snapshot: ClusterSnapshot): RunRound {
  const { shapes } = ecs.workload;
  const instanceStates = instanceStatesOf(snapshot);
  const hosts = hostsOf(ecs, settings, instanceStates);
  const there = assign(shapes, settings, hosts, count);
  // Where a provider has to start machines no constraint may name any: then no slot is used that somebody holds unseen.
  const grown =
    there.length < count && mayStart(settings) > 0
      ? assignGrowing({ ecs, settings, snapshot, instanceStates, hosts }, count)
      : [];
  const growing = grown.length > there.length;
  const assigned = growing ? grown : there;
  const steps = shapes.flatMap((shape) => {
    const own = assigned.filter(({ host }) => host.shape === shape);
    const left = leaveToOthers(
      own,
      hosts.filter((host) => host.shape === shape),
      ecs.networkMode !== "awsvpc",
    );
    return group(own).flatMap((assignment) => {
      const variant = variantFor(ecs, shape, assignment.slot);
      const away = growing
        ? nowhere
        : { untracked: untrackedFor(variant, settings, instanceStates), ...left.get(assignment.slot[0]!)! };
      const spare = snapshot.othersUnread === true ? { spare: spareFor(assignment, hosts, away) } : {};
      return stepsOf(variant, settings, assignment, { ...away, ...spare }, instanceStates);
    });
  });
  const machines = ec2Ids(assigned.map(({ host }) => host));
  if (assigned.length === count) return { steps, unplaced: [], machines };
  const missing = count - assigned.length;
  const shortage =
    cannotGrow(
      ecs.everyVariant.map(({ requirements }) => placedBy(requirements, placementOptions(settings))),
      settings,
      instanceStates,
      missing,
    ) ?? explainShortage(snapshot, definitionsOf(ecs), settings, { asked: count, missing });
  const stopping = worthWaitingFor(shapes, settings, hosts, assigned.length, count);
  return {
    steps,
    unplaced: shortage === undefined ? [] : [shortage],
    machines,
    ...(stopping.length === 0 ? {} : { stopping }),
  };
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
): readonly PlacedSlot[] {
  let left = count;
  return shapes.flatMap((shape) => {
    const some = fill(
      hosts.filter((host) => host.shape === shape),
      settings,
      left,
    );
    left -= some.length;
    return some;
  });
}

function fill(hosts: readonly Host[], { strategy }: RunSettings, count: number): readonly PlacedSlot[] {
  return assignSlots(hosts, count, strategy).map(({ machine, slot }) => ({ slot, host: machine as Host }));
}

/** The replicas of one shape by their slots. */
function group(assigned: readonly PlacedSlot[]): readonly Assignment[] {
  const groups = groupBy(assigned, ({ slot }) => slotName(slot));
  return [...groups.values()].map((some) => ({ slot: some[0]!.slot, hosts: some.map(({ host }) => host) }));
}

/** Machines where the slot is free, too, and in nobody's way. */
function spareFor(
  { slot, hosts: chosen }: Assignment,
  hosts: readonly Host[],
  { untracked, overlapping, crowded }: Away,
): readonly string[] {
  const away = new Set([...untracked, ...overlapping, ...crowded]);
  const open = hosts.filter(
    ({ shape, room, taken }) => shape === chosen[0]!.shape && room > 0 && !slot.some((device) => taken.has(device)),
  );
  return ec2Ids(open).filter((id) => !away.has(id));
}

function untrackedFor(
  { requirements }: EcsVariant,
  settings: RunSettings,
  instanceStates: readonly InstanceState[],
): readonly string[] {
  const exposed = instancesToExclude(placedBy(requirements, placementOptions(settings)), instanceStates);
  return exposed.map(({ instance }) => instance.ec2InstanceId);
}

function stepsOf(
  { definition, shape, requirements, slot = [] }: EcsVariant,
  settings: RunSettings,
  { hosts }: Assignment,
  { untracked, overlapping, crowded, spare }: Away,
  instanceStates: readonly InstanceState[],
): readonly RunStep[] {
  const awsvpc = definition.networkMode === "awsvpc";
  const partial = shape.request.kind === "neuron" && !shape.request.whole;
  const places = ec2Ids(hosts);
  const chosen = new Set(places);
  const open = notJudged(
    placedBy(requirements, placementOptions(settings)),
    instanceStates.filter(({ instance }) => chosen.has(instance.ec2InstanceId)),
  );
  const step = (count: number, constraints: readonly PlacementConstraint[], machines: readonly string[]): RunStep => ({
    definition,
    count,
    machines,
    why: placementReason(slot, {
      free: places,
      fresh: addedFor(hosts, settings),
      untracked,
      overlapping,
      crowded,
      open,
    }),
    request: runRequest(settings, definition, {
      placementConstraints: [...(awsvpc ? [{ type: "distinctInstance" }] : []), ...constraints],
      ...(awsvpc ? { group: `aiplat:${slotName(slot)}` } : {}),
      ...(partial ? { placementStrategy: strategies[settings.strategy] } : {}),
    }),
  });
  let done = 0;
  return excludeInstances(hosts.length, {
    untracked: [...untracked, ...overlapping, ...crowded],
    room: places,
    scaling: providersOf(settings).length > 0,
    ...present({ spare }),
  }).map(({ count, constraints }) => step(count, constraints, places.slice(done, (done += count))));
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html */
const strategies = {
  pack: [{ type: "binpack", field: "memory" }],
  spread: [{ type: "spread", field: "instanceId" }],
} as const;

function ec2Ids(hosts: readonly Host[]): readonly string[] {
  return hosts.flatMap((host) => (host.instance === undefined ? [] : [host.instance.ec2InstanceId]));
}

/** The machines that a provider would add for a slot, by their number. */
function addedFor(hosts: readonly Host[], settings: RunSettings): readonly string[] {
  const machines = hosts.filter((host) => host.instance === undefined).length;
  return newMachines({ machines, instanceType: hosts[0]!.type.instanceType }, providersOf(settings));
}
