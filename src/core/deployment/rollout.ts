/**
 * Whether a deployment can finish on the machines there are, worked out before it starts. Accelerators are full
 * nodes: a rolling update at 100/200 % on a cluster without a spare slot never ends.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
import { present } from "../base/present.ts";
import type { ClusterSnapshot, Resources } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { checks, type ReasonCode } from "../placement/checks.ts";
import { emptyInstance, instanceTypesFor } from "../placement/empty-instance.ts";
import { placeIn } from "../placement/place.ts";
import { requirementsOf, type PlacementOptions, type Requirements } from "../ecs/requirements.ts";
import type { RolloutBounds } from "../workload/resolved.ts";
import { copyRooms, emptyRoom, occupy, roomsOf, vacate, type Room } from "../placement/room.ts";
import { heldGpus, withoutGpusOf, type OwnTask } from "./held-gpus.ts";
import type { Task, TaskDefinition } from "../ecs-api/api.ts";
import { lowerLimit, percentDown, percentUp, upperLimit } from "../ecs-api/deployment-limits.ts";
import { groupOfService, type DeploymentSettings } from "../ecs-api/service.ts";

/** A service that is created or updated. */
export interface Rollout {
  readonly service: string;
  readonly definition: TaskDefinition;
  readonly desired: number;
  readonly settings: DeploymentSettings;
  /** Whether every task is replaced, or only their number changes. */
  readonly newDeployment: boolean;
  readonly placement?: Omit<PlacementOptions, "group">;
  /** Where the percentages come from bounds in replicas, which are what can be changed then. */
  readonly bounds?: RolloutBounds;
}

/** The changes that would let a stalled deployment finish, the least each; undefined where none of its kind does. */
export interface RolloutRemedies {
  /** Rolling updates instead of the strategy, with the percentage below where there is one. */
  readonly rolling?: true;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly instances?: { readonly instanceType: string; readonly count: number };
}

export interface RolloutVerdict {
  readonly service: string;
  readonly finishes: boolean;
  readonly desired: number;
  /** Tasks there are before, of the service's older deployments. */
  readonly before: number;
  readonly lower: number;
  readonly upper: number;
  /** New tasks that run when it finishes, or when nothing moves any more. */
  readonly started: number;
  /** Old tasks that still run then. */
  readonly left: number;
  /** Where the new tasks go: container instance ARNs. */
  readonly placements: readonly string[];
  readonly remedies: RolloutRemedies;
}

/** A task of an older deployment, in its room. */
interface OldTask {
  readonly room: Room;
  readonly needs: Requirements;
  readonly gpus: readonly string[];
}

interface World {
  readonly rooms: readonly Room[];
  /** By service, in the order in which they are stopped. */
  readonly old: ReadonlyMap<string, readonly OldTask[]>;
}

/**
 * Plays the deployments one after the other over the cluster, as ECS's arithmetic has it: start up to the upper
 * limit wherever there is room, stop down to the lower limit. A verdict for each, in order; what a stalled one holds
 * stays held for those after it.
 *
 * @param deleted Services whose tasks all stop before.
 */
export function judgeRollouts(
  snapshot: ClusterSnapshot,
  rollouts: readonly Rollout[],
  deleted: readonly string[] = [],
): readonly RolloutVerdict[] {
  const base = lockPortBaseOf(snapshot.tags);
  const world = worldOf(snapshot, [...rollouts.map(({ service }) => service), ...deleted], base);
  for (const service of deleted)
    for (const { room, needs, gpus } of world.old.get(service) ?? []) vacate(room, needs, gpus);
  return rollouts.map((rollout) => {
    const before = copyWorld(world);
    const needs = needsOf(rollout, base);
    const { settings, desired, service } = rollout;
    const outcome = play(world, rollout, needs);
    return {
      service,
      finishes: outcome.finishes,
      desired,
      before: before.old.get(service)?.length ?? 0,
      lower: lowerLimit(desired, settings.minimumHealthyPercent),
      upper: upperLimit(desired, settings.maximumPercent),
      started: outcome.started.length,
      left: outcome.left,
      placements: outcome.started,
      remedies: outcome.finishes ? {} : remediesFor(snapshot, before, rollout, needs),
    };
  });
}

/** The cluster's rooms beside everything that is there but the tasks of these services. */
export function roomWithout(snapshot: ClusterSnapshot, services: readonly string[]): readonly Room[] {
  const { rooms, old } = worldOf(snapshot, services, lockPortBaseOf(snapshot.tags));
  for (const tasks of old.values()) for (const { room, needs, gpus } of tasks) vacate(room, needs, gpus);
  return rooms;
}

/** Places tasks without two on one device, which ECS alone would not see. */
export function placeSafely(rooms: readonly Room[], needs: Requirements, count: number): readonly string[] {
  return placeIn(rooms, needs, {
    count,
    refuse: (each, room) => codes.find((code) => checks[code](each, room).length > 0),
  }).placements.map(({ containerInstanceArn }) => containerInstanceArn);
}

/** What one task of the service needs. */
export function needsOf(
  { definition, placement = {}, service }: Pick<Rollout, "definition" | "placement" | "service">,
  lockPortBase: number,
): Requirements {
  return requirementsOf(definition, { ...placement, group: groupOfService(service) }, lockPortBase);
}

const codes = Object.keys(checks) as readonly ReasonCode[];

interface Outcome {
  readonly finishes: boolean;
  readonly started: readonly string[];
  readonly left: number;
}

/** Plays one deployment to its end or to where nothing moves; the world is changed. */
function play(
  { rooms, old }: World,
  { service, desired, settings, newDeployment }: Rollout,
  needs: Requirements,
): Outcome {
  const stale = [...(old.get(service) ?? [])];
  const started: string[] = [];
  const stop = (count: number) => {
    for (const { room, needs: held, gpus } of stale.splice(0, count)) vacate(room, held, gpus);
  };
  const start = (count: number) => {
    const placed = count > 0 ? placeSafely(rooms, needs, count) : [];
    started.push(...placed);
    return placed.length;
  };
  const outcome = (finishes: boolean): Outcome => ({ finishes, started, left: stale.length });
  if (settings.daemon) return outcome(stale.length === 0 || !newDeployment || settings.minimumHealthyPercent < 100);
  if (!newDeployment) {
    stop(stale.length - desired);
    start(desired - stale.length);
    return outcome(stale.length + started.length === desired);
  }
  if (settings.strategy !== "ROLLING") {
    // The whole of the new beside the whole of the old until clean-up: the percentages do not reduce it.
    if (start(desired) < desired) return outcome(false);
    stop(stale.length);
    return outcome(true);
  }
  const lower = lowerLimit(desired, settings.minimumHealthyPercent);
  const upper = upperLimit(desired, settings.maximumPercent);
  for (;;) {
    const placed = start(Math.min(desired - started.length, upper - started.length - stale.length));
    const stopping = Math.max(0, Math.min(stale.length, started.length + stale.length - lower));
    stop(stopping);
    if (started.length === desired && stale.length === 0) return outcome(true);
    if (placed === 0 && stopping === 0) return outcome(false);
  }
}

function remediesFor(snapshot: ClusterSnapshot, before: World, rollout: Rollout, needs: Requirements): RolloutRemedies {
  const { desired, settings } = rollout;
  const finishes = (changes: Partial<DeploymentSettings>, extra: readonly Room[] = []) => {
    const world = copyWorld(before);
    return play(
      { ...world, rooms: [...world.rooms, ...extra] },
      { ...rollout, settings: { ...settings, ...changes } },
      needs,
    ).finishes;
  };
  const rolls = settings.strategy === "ROLLING";
  const rolling = { strategy: "ROLLING" };
  const rollsAsItIs = !rolls && finishes(rolling);
  const fewer = rollsAsItIs
    ? undefined
    : least(desired, (count) => finishes({ ...rolling, minimumHealthyPercent: percentDown(desired - count, desired) }));
  const more = rolls
    ? least(desired, (count) => finishes({ maximumPercent: percentUp(desired + count, desired) }))
    : undefined;
  const instances = instanceTypesFor(snapshot, [needs]).flatMap((instanceType) => {
    const empty = emptyInstance(snapshot, instanceType, [needs]);
    if (empty === undefined) return [];
    const rooms = (count: number) =>
      Array.from({ length: count }, (_, index) => emptyRoom({ ...empty.instance, arn: `new-${index}` }));
    const count = least(desired, (each) => finishes({}, rooms(each)));
    return count === undefined ? [] : [{ instanceType, count }];
  });
  return {
    ...(rollsAsItIs || (!rolls && fewer !== undefined) ? { rolling: true } : {}),
    ...(fewer === undefined || settings.daemon ? {} : { minimumHealthyPercent: percentDown(desired - fewer, desired) }),
    ...(more === undefined ? {} : { maximumPercent: percentUp(desired + more, desired) }),
    ...(instances[0] === undefined ? {} : { instances: instances[0] }),
  };
}

/** The least count from 1 to `most` that will do, where every larger one does too. */
function least(most: number, does: (count: number) => boolean): number | undefined {
  if (most < 1 || !does(most)) return undefined;
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (does(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The cluster's rooms with the services' tasks told from the others. Tasks that are stopping have given up their room
 * already.
 */
function worldOf(snapshot: ClusterSnapshot, services: readonly string[], lockPortBase: number): World {
  const groups = new Map(services.map((service) => [groupOfService(service), service]));
  const own = snapshot.tasks.filter(
    ({ group, desiredStatus, containerInstanceArn, lastStatus }) =>
      group !== undefined &&
      groups.has(group) &&
      desiredStatus !== "STOPPED" &&
      lastStatus !== "STOPPED" &&
      containerInstanceArn !== undefined,
  );
  const known = own.flatMap((task) => {
    const definition = snapshot.taskDefinitions[task.taskDefinitionArn];
    return definition === undefined
      ? []
      : [
          {
            task,
            needs: requirementsOf(
              definition,
              { group: task.group!, ...present({ overrides: task.overrides }) },
              lockPortBase,
            ),
          },
        ];
  });
  const ofInstance = new Map<string, OwnTask[]>();
  for (const each of known)
    ofInstance.set(each.task.containerInstanceArn!, [...(ofInstance.get(each.task.containerInstanceArn!) ?? []), each]);
  const released = new Set(known.map(({ task }) => task));
  const held = new Map<Task, readonly string[]>();
  const tasksOn = byInstance(snapshot.tasks);
  const instances = snapshot.instances.map((instance) => {
    const mine = ofInstance.get(instance.arn) ?? [];
    if (mine.length === 0) return instance;
    const gpus = heldGpus(instance, mine, tasksOn.get(instance.arn) ?? []);
    for (const [task, ids] of gpus) held.set(task, ids);
    const without = withoutGpusOf(instance, mine, gpus);
    return { ...without, remaining: mine.reduce((left, { needs }) => giveBack(left, needs), without.remaining) };
  });
  const rooms = roomsOf({ ...snapshot, tasks: snapshot.tasks.filter((task) => !released.has(task)), instances });
  const byArn = new Map(rooms.map((room) => [room.instance.arn, room]));
  const old = new Map<string, OldTask[]>(services.map((service) => [service, []]));
  for (const { task, needs } of known) {
    const room = byArn.get(task.containerInstanceArn!);
    if (room === undefined) continue;
    old.get(groups.get(task.group!)!)!.push({ room, needs, gpus: occupy(room, needs, held.get(task)) });
  }
  return { rooms, old };
}

function byInstance(tasks: readonly Task[]): ReadonlyMap<string, readonly Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const arn = task.containerInstanceArn ?? "";
    const group = groups.get(arn);
    if (group === undefined) groups.set(arn, [task]);
    else group.push(task);
  }
  return groups;
}

function giveBack(left: Resources, needs: Requirements): Resources {
  const without = (ports: readonly number[], protocol: string) => {
    const mine = new Set(needs.ports.filter((port) => port.protocol === protocol).map(({ port }) => port));
    if (protocol === "udp") for (const { port } of needs.locks) mine.add(port);
    return ports.filter((port) => !mine.has(port));
  };
  return {
    ...left,
    cpu: left.cpu + needs.cpu,
    memoryMiB: left.memoryMiB + needs.memoryMiB,
    tcpPorts: without(left.tcpPorts, "tcp"),
    udpPorts: without(left.udpPorts, "udp"),
  };
}

function copyWorld({ rooms, old }: World): World {
  const copies = copyRooms(rooms);
  const copyOf = new Map(rooms.map((room, index) => [room, copies[index]!]));
  return {
    rooms: copies,
    old: new Map(
      [...old].map(([service, tasks]) => [service, tasks.map((task) => ({ ...task, room: copyOf.get(task.room)! }))]),
    ),
  };
}
