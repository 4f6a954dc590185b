/**
 * Whether a deployment can finish on the machines there are, worked out before it starts. Accelerators are full
 * nodes: a rolling update at 100/200 % on a cluster without a spare slot never ends.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
import { present } from "../base/present.ts";
import { missingCapacityCommand } from "../cluster/capacity-command.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { emptyInstance, instanceTypesFor } from "../placement/empty-instance.ts";
import { safePlacer } from "../placement/placer.ts";
import { requirementsOf, type PlacementOptions, type Requirements } from "../ecs/requirements.ts";
import type { RolloutBounds } from "../workload/resolved.ts";
import { emptyInstanceState, vacate, type InstanceState } from "../placement/instance-state.ts";
import { growthFor } from "./growth.ts";
import { stallOf, type Stall } from "./stall.ts";
import { copyWorld, worldOf, type SimulatedCluster } from "./world.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import { lowerLimit, percentDown, percentUp, upperLimit } from "../ecs-api/deployment-limits.ts";
import { groupOfService, type DeploymentSettings } from "../ecs-api/service.ts";

/** A service that is created or updated. */
export interface PlannedDeployment {
  readonly service: string;
  readonly definition: TaskDefinition;
  readonly desired: number;
  readonly settings: DeploymentSettings;
  /** Whether every task is replaced, or only their number changes. */
  readonly newDeployment: boolean;
  /** Its capacity providers may start machines. */
  readonly placement?: Omit<PlacementOptions, "group">;
  /** How many; as many as it takes where left out. */
  readonly mayGrow?: number;
  /** What keeps them from starting more. */
  readonly limit?: string;
  /** Why they start none all the same: its constraints name a machine where somebody holds a device of its tasks. */
  readonly barred?: string;
  /** Where the percentages come from bounds in replicas, which are what can be changed then. */
  readonly bounds?: RolloutBounds;
}

/** The changes that would let a stalled deployment finish, the least each; undefined where none of its kind does. */
export interface DeploymentRemedies {
  /** Rolling updates instead of the strategy, with the percentage below where there is one. */
  readonly rolling?: true;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly instances?: {
    readonly instanceType: string;
    readonly count: number;
    /** What makes them, where the cluster has nothing of the type. */
    readonly command?: string;
  };
}

export interface DeploymentOutcome extends Stall {
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
  /** The machines among them that capacity providers start. */
  readonly added?: { readonly instanceType: string; readonly machines: number };
  readonly remedies: DeploymentRemedies;
}

/**
 * Plays the deployments one after the other over the cluster, as ECS's arithmetic has it: start up to the upper
 * limit wherever there is room, stop down to the lower limit. A verdict for each, in order; what a stalled one holds
 * stays held for those after it.
 *
 * @param deleted Services whose tasks all stop before.
 */
export function simulateDeployments(
  snapshot: ClusterSnapshot,
  rollouts: readonly PlannedDeployment[],
  deleted: readonly string[] = [],
): readonly DeploymentOutcome[] {
  const base = lockPortBaseOf(snapshot.tags);
  const needed = rollouts.map((rollout) => deploymentRequirementsOf(rollout, base));
  const begin = () => {
    const fresh = growthFor(
      snapshot,
      rollouts.map((rollout, index) => ({ ...rollout, requirements: needed[index]! })),
    );
    const world = { ...worldOf(snapshot, [...rollouts.map(({ service }) => service), ...deleted], base), fresh };
    for (const service of deleted)
      for (const { instanceState, requirements, gpus } of world.old.get(service) ?? [])
        vacate(instanceState, requirements, gpus);
    return world;
  };
  // Played again for those that stall: a copy for each that might is most of the time on a large cluster.
  const before = (index: number) => {
    const world = begin();
    for (const [each, rollout] of rollouts.slice(0, index).entries()) play(world, rollout, needed[each]!);
    return world;
  };
  const world = begin();
  return rollouts.map((rollout, index) => {
    const requirements = needed[index]!;
    const { settings, desired, service } = rollout;
    const outcome = play(world, rollout, requirements);
    const machines = new Set(outcome.added).size;
    const fresh = world.fresh.get(service);
    return {
      service,
      finishes: outcome.finishes,
      desired,
      before: world.old.get(service)?.length ?? 0,
      lower: lowerLimit(desired, settings.minimumHealthyPercent),
      upper: upperLimit(desired, settings.maximumPercent),
      started: outcome.started.length + outcome.added.length,
      left: outcome.left,
      placements: [...outcome.started, ...outcome.added],
      ...(machines === 0 ? {} : { added: { instanceType: fresh!.instanceType, machines } }),
      remedies: outcome.finishes ? {} : remediesFor(snapshot, before(index), rollout, requirements),
      ...(outcome.finishes || settings.daemon
        ? {}
        : stallOf(snapshot, world.instanceStates, fresh?.instanceStates ?? [], requirements)),
    };
  });
}

/** The cluster's rooms beside everything that is there but the tasks of these services. */
export function instanceStatesWithout(
  snapshot: ClusterSnapshot,
  services: readonly string[],
): readonly InstanceState[] {
  const { instanceStates, old } = worldOf(snapshot, services, lockPortBaseOf(snapshot.tags));
  for (const tasks of old.values())
    for (const { instanceState, requirements, gpus } of tasks) vacate(instanceState, requirements, gpus);
  return instanceStates;
}

/** What one task of the service needs. */
export function deploymentRequirementsOf(
  { definition, placement = {}, service }: Pick<PlannedDeployment, "definition" | "placement" | "service">,
  lockPortBase: number,
): Requirements {
  return requirementsOf(definition, { ...placement, group: groupOfService(service) }, lockPortBase);
}

interface Outcome {
  readonly finishes: boolean;
  /** Where its tasks go: on machines that there are, and on those that are started for it. */
  readonly started: readonly string[];
  readonly added: readonly string[];
  readonly left: number;
}

/** Plays one deployment to its end or to where nothing moves; the world is changed. */
function play(
  { instanceStates, old, fresh }: SimulatedCluster,
  { service, desired, settings, newDeployment }: PlannedDeployment,
  requirements: Requirements,
): Outcome {
  const stale = [...(old.get(service) ?? [])];
  const started: string[] = [];
  const added: string[] = [];
  const growth = fresh.get(service);
  const count = () => started.length + added.length;
  const indexOf = new Map(stale.length === 0 ? [] : instanceStates.map((each, index) => [each, index]));
  const there = safePlacer(instanceStates, requirements);
  const beyond = safePlacer(growth?.instanceStates ?? [], requirements);
  const stop = (count: number) => {
    for (const { instanceState, requirements: held, gpus } of stale.splice(0, count)) {
      vacate(instanceState, held, gpus);
      there.changed(indexOf.get(instanceState)!);
    }
  };
  const start = (wanted: number) => {
    const before = count();
    for (const { instanceState } of there.place(wanted)) started.push(instanceState.instance.arn);
    for (const { instanceState } of beyond.place(before + wanted - count())) added.push(instanceState.instance.arn);
    return count() - before;
  };
  const outcome = (finishes: boolean): Outcome => ({ finishes, started, added, left: stale.length });
  if (settings.daemon) return outcome(stale.length === 0 || !newDeployment || settings.minimumHealthyPercent < 100);
  // Machines that nobody knows are not held against it.
  if (growth === undefined) return outcome(true);
  if (!newDeployment) {
    stop(stale.length - desired);
    start(desired - stale.length);
    return outcome(stale.length + count() === desired);
  }
  if (settings.strategy !== "ROLLING") {
    // The whole of the new beside the whole of the old until clean-up: the percentages do not reduce it.
    if (start(desired) < desired) return outcome(false);
    stop(stale.length);
    return outcome(true);
  }
  const lower = lowerLimit(desired, settings.minimumHealthyPercent);
  const upper = upperLimit(desired, settings.maximumPercent);
  // "After this percentage of tasks is healthy [...], Amazon ECS completes the deployment."
  const enough = lowerLimit(desired, settings.healthyPercent ?? 100);
  for (;;) {
    const placed = start(Math.min(desired - count(), upper - count() - stale.length));
    const stopping = Math.max(0, Math.min(stale.length, count() + stale.length - lower));
    stop(stopping);
    if (count() === desired && stale.length === 0) return outcome(true);
    if (placed === 0 && stopping === 0) return outcome(stale.length === 0 && count() >= enough);
  }
}

function remediesFor(
  snapshot: ClusterSnapshot,
  before: SimulatedCluster,
  rollout: PlannedDeployment,
  requirements: Requirements,
): DeploymentRemedies {
  const { desired, settings } = rollout;
  const finishes = (changes: Partial<DeploymentSettings>, extra: readonly InstanceState[] = []) => {
    const world = copyWorld(before);
    return play(
      { ...world, instanceStates: [...world.instanceStates, ...extra] },
      { ...rollout, settings: { ...settings, ...changes } },
      requirements,
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
  const instances = instanceTypesFor(snapshot, [requirements]).flatMap((instanceType) => {
    const empty = emptyInstance(snapshot, instanceType, [requirements]);
    if (empty === undefined) return [];
    const instanceStates = (count: number) =>
      Array.from({ length: count }, (_, index) => emptyInstanceState({ ...empty.instance, arn: `new-${index}` }));
    const count = least(desired, (each) => finishes({}, instanceStates(each)));
    const command = missingCapacityCommand(snapshot, instanceType);
    return count === undefined ? [] : [{ instanceType, count, ...present({ command }) }];
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
