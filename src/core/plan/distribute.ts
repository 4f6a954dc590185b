import type { Requirements } from "../ecs/requirements.ts";
import type { InstanceState } from "../placement/instance-state.ts";
import { firstReason } from "../placement/checks.ts";
import { headroom } from "../placement/headroom.ts";
import { safePlacer, type Placer } from "../placement/placer.ts";
import { evaluateFit } from "../placement/evaluate-fit.ts";

/** One ECS service among those that carry a workload. */
export interface Share {
  readonly service: string;
  readonly requirements: Requirements;
  /** Services of one rank share evenly; a higher rank gets what the lower ones have no room for. */
  readonly rank: number;
  /** How many tasks it has now; 0 for a new one. */
  readonly current: number;
  /** Machines that capacity providers may start for it; services of the same providers share them. */
  readonly fresh?: readonly InstanceState[];
}

/**
 * How many of `replicas` each service has: as it is now where the number is the same, else the fewest changes that
 * lead to it. One more goes to the service with the fewest that has room for it, and of a rank rather to one that
 * leaves the others their room wherever ECS places its tasks; one less leaves the one with the most. What has no room
 * anywhere is shared evenly all the same, where it comes closest first: the rollout guard says what is short.
 *
 * @param rooms The cluster without the workload's own tasks; tasks are placed in them.
 */
export function distribute(
  shares: readonly Share[],
  replicas: number,
  instanceStates: readonly InstanceState[] | undefined,
): readonly number[] {
  const counts = shares.map(({ current }) => current);
  const total = () => counts.reduce((sum, count) => sum + count, 0);
  while (total() > replicas) counts[pick(shares, counts, () => true, "most")!]!--;
  const full = new Set<number>();
  const crowds = crowding(shares, instanceStates ?? []);
  const placeOne = placers(shares, instanceStates ?? []);
  if (instanceStates !== undefined)
    for (const [index, count] of counts.entries()) for (let left = count; left > 0 && placeOne(index); left--);
  while (total() < replicas) {
    const isOpen = (each: number) => !full.has(each);
    const lowest = Math.min(...shares.filter((_, each) => isOpen(each)).map(({ rank }) => rank));
    const harmless = (each: number) => isOpen(each) && shares[each]!.rank === lowest && !crowds(counts, each);
    const index = pick(shares, counts, harmless, "fewest") ?? pick(shares, counts, isOpen, "fewest");
    if (index === undefined) break;
    if (instanceStates === undefined || placeOne(index)) counts[index]!++;
    else full.add(index);
  }
  if (total() === replicas) return counts;
  const distances = shares.map(({ requirements }) => distanceFrom(requirements, instanceStates ?? []));
  while (total() < replicas) {
    const first = shares.flatMap(({ rank }, index) => (rank === shares[0]!.rank ? [index] : []));
    const fewest = Math.min(...first.map((index) => counts[index]!));
    const among = first.filter((index) => counts[index] === fewest);
    const nearest = Math.min(...among.map((index) => distances[index]!));
    counts[among.find((index) => distances[index] === nearest)!]!++;
  }
  return counts;
}

/**
 * Places one task of the service with an index: on the machines that there are, else on those that are started for it.
 * False where neither has room. The services share the machines, and each learns where the others' tasks are.
 */
function placers(shares: readonly Share[], instanceStates: readonly InstanceState[]): (index: number) => boolean {
  const sharing = new Map<readonly InstanceState[], Placer[]>();
  const pools = shares.map(({ requirements, fresh = [] }) =>
    [instanceStates, fresh].map((pool) => {
      const placer = safePlacer(pool, requirements);
      const others = sharing.get(pool) ?? [];
      sharing.set(pool, others);
      others.push(placer);
      return { placer, others };
    }),
  );
  return (index) =>
    pools[index]!.some(({ placer, others }) => {
      const placement = placer.place(1)[0];
      if (placement === undefined) return false;
      for (const other of others) if (other !== placer) other.changed(placement.index);
      return true;
    });
}

/**
 * Whether the first task of a service may take room that those which have tasks already need: on a machine where more
 * of them may come than there is room for, ECS chooses who does.
 *
 * @param rooms As they are now, whatever is placed in them later.
 */
function crowding(
  shares: readonly Share[],
  instanceStates: readonly InstanceState[],
): (counts: readonly number[], index: number) => boolean {
  const roomsOf = ({ fresh = [] }: Share) => [instanceStates, fresh];
  const tight = new Set<string>();
  for (const share of shares)
    for (const rooms of roomsOf(share))
      for (const { instance } of rooms.filter((room) => headroom(share.requirements, room) < shares.length))
        tight.add(instance.arn);
  const fitting = new Map<string, Map<number, number>>([...tight].map((arn) => [arn, new Map()]));
  for (const [index, share] of shares.entries())
    for (const rooms of roomsOf(share))
      for (const room of rooms)
        if (tight.has(room.instance.arn) && firstReason(share.requirements, room) === undefined)
          fitting.get(room.instance.arn)!.set(index, headroom(share.requirements, room));
  // Machines on which the same services have the same room are one.
  const machines = new Map([...fitting.values()].map((services) => [JSON.stringify([...services]), services]));
  return (counts, index) =>
    counts[index] === 0 &&
    [...machines.values()].some((services) => {
      const room = services.get(index);
      const others = [...services.keys()].filter((other) => other !== index && counts[other]! > 0);
      return room !== undefined && others.length >= room;
    });
}

/** How much the machine lacks that lacks the least. */
function distanceFrom(requirements: Requirements, instanceStates: readonly InstanceState[]): number {
  return instanceStates.reduce(
    (least, room) => Math.min(least, evaluateFit(requirements, room).reasons.length),
    Infinity,
  );
}

/** The first service with the fewest tasks of the lowest rank, or the last with the most of the highest. */
function pick(
  shares: readonly Share[],
  counts: readonly number[],
  may: (index: number) => boolean,
  what: "fewest" | "most",
): number | undefined {
  let best: number | undefined;
  for (const [index, { rank }] of shares.entries()) {
    if (!may(index) || (what === "most" && counts[index] === 0)) continue;
    const better =
      best === undefined ||
      (what === "fewest"
        ? rank - shares[best]!.rank || counts[index]! - counts[best]!
        : shares[best]!.rank - rank || counts[best]! - counts[index]!);
    if (better === true || (typeof better === "number" && (what === "fewest" ? better < 0 : better <= 0))) best = index;
  }
  return best;
}
