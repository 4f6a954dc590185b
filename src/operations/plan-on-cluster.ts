import { present } from "../core/base/present.ts";
import type { ClusterSnapshot, ContainerInstance } from "../core/cluster/snapshot.ts";
import { itemsPerCall, type Task } from "../core/ecs-api/api.ts";
import { tasksIn, type RunRound } from "../core/plan/run-plan.ts";
import type { RunReading } from "../core/plan/run-reading.ts";
import { AiplatError } from "../errors.ts";
import type { ClusterDescription, EcsPort } from "../ports.ts";
import { ClusterReader, type ObserveProgress } from "./cluster-reader.ts";
import { requireCluster } from "./observe-cluster.ts";
import { observeDaemons } from "./observe-daemons.ts";

/** Plans what is left of a run on what was read of the cluster. */
export type PlanOn = (snapshot: ClusterSnapshot) => RunRound;

export interface Observing {
  /** Where the plan may keep to a part of the cluster; else all of it is read. */
  readonly reading?: RunReading;
  /** Whether machines are started for what has no room: then it matters what each of them would run. */
  readonly grows: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly report?: (progress: ObserveProgress) => void;
  /** Told why not all daemons are known, where they matter. */
  readonly onDaemonsUnknown?: (why: string) => void;
}

/** Machines looked at beyond those that a plan counts on: another placement may come first there. */
const spare = 4;

/** So many are all looked at: ECS then has the choice of every one. */
const few = 10;

/**
 * Plans on a cluster as it is at each time, and reads no more of it than that takes. Of a large one these are the
 * instances that may take the tasks, and the tasks on those of them that the plan counts on: on more of them, until all
 * that it counts on have been looked at. Where that would take more calls than everything, or leaves tasks without a
 * place, everything is read, then and later.
 *
 * @throws AiplatError NotFound when there is no such cluster.
 */
export function clusterPlanner(
  ecs: EcsPort,
  cluster: string,
  observing: Observing,
): (plan: PlanOn) => Promise<RunRound> {
  let { reading } = observing;
  return async (plan) => {
    const description = await requireCluster(ecs, cluster);
    if (reading !== undefined) {
      const round = await planOnPart(ecs, description, { ...observing, reading }, plan);
      if (round !== undefined) return round;
      reading = undefined;
    }
    return planOnAll(ecs, description, observing, plan);
  };
}

async function planOnAll(
  ecs: EcsPort,
  description: ClusterDescription,
  { grows, now, report, onDaemonsUnknown }: Observing,
  plan: PlanOn,
): Promise<RunRound> {
  const { name } = description;
  const reader = new ClusterReader(ecs, name, report);
  const readDaemons = () => observeDaemons(ecs, name, Promise.resolve(description));
  const [instances, tasks, daemons] = await Promise.all([
    reader.instances(),
    reader.tasks(),
    grows ? readDaemons() : undefined,
  ]);
  const parts = { description, instances, tasks, now: now() };
  const snapshot = await reader.snapshot({ ...parts, ...present({ daemons }) });
  const round = plan(snapshot);
  // What would make room is told of machines that are yet to be added.
  const whole =
    daemons !== undefined || round.unplaced.length === 0
      ? snapshot
      : await reader.snapshot({ ...parts, daemons: await readDaemons() });
  if (whole.daemonsUnknown !== undefined) onDaemonsUnknown?.(whole.daemonsUnknown);
  return whole === snapshot ? round : plan(whole);
}

/** Undefined where it takes the whole cluster. */
async function planOnPart(
  ecs: EcsPort,
  description: ClusterDescription,
  { reading, now, report }: Observing & { readonly reading: RunReading },
  plan: PlanOn,
): Promise<RunRound | undefined> {
  const most = mostMachines(description);
  if (most === 0) return undefined;
  const reader = new ClusterReader(ecs, description.name, report);
  const instances = await reader.instances(reading.filter);
  const tasks: Task[] = [];
  const seen = new Set<string>();
  const snapshotOf = (some: readonly ContainerInstance[]) =>
    reader.snapshot({ description, instances: some, tasks, now: now() });
  /** Whether it could be done. */
  const lookAt = async (some: readonly ContainerInstance[]) => {
    for (const { arn } of some) seen.add(arn);
    const found = seen.size > most ? undefined : await tasksOn(reader, some);
    tasks.push(...(found ?? []));
    return found !== undefined;
  };
  if (instances.length <= few) {
    if (!(await lookAt(instances))) return undefined;
  } else {
    for (;;) {
      const wanted = countedOn(plan(await snapshotOf(instances)), instances).filter(({ arn }) => !seen.has(arn));
      if (wanted.length === 0) break;
      if (!(await lookAt(wanted))) return undefined;
    }
    const unseen = instances.filter(({ arn }) => !seen.has(arn));
    if (!(await lookAt(nextBest(await snapshotOf(unseen), plan)))) return undefined;
  }
  const known = instances.filter(({ arn }) => seen.has(arn));
  const snapshot = await snapshotOf(known);
  const round = plan(known.length < instances.length ? { ...snapshot, othersUnread: true } : snapshot);
  const isWhole = round.unplaced.length === 0 && tasksIn(round.steps) > 0;
  return isWhole ? round : undefined;
}

/** Of how many machines the tasks are read with fewer calls than those of the whole cluster; 0 for a small one. */
function mostMachines({ instances = 0, tasks = 0 }: ClusterDescription): number {
  return isSmall(instances) && isSmall(tasks) ? 0 : Math.floor((callsForTasks(tasks) - 1) / 2);
}

function isSmall(items: number): boolean {
  return items <= itemsPerCall;
}

/** Two calls a page, and one for those that have stopped. Of a machine two lists tell, and a call what they are. */
function callsForTasks(tasks: number): number {
  return 2 * Math.ceil(tasks / itemsPerCall) + 1;
}

/** Those that a plan would count on next. */
function nextBest(snapshot: ClusterSnapshot, plan: PlanOn): readonly ContainerInstance[] {
  const chosen = new Set<ContainerInstance>();
  while (chosen.size < spare) {
    const instances = snapshot.instances.filter((each) => !chosen.has(each));
    const next = countedOn(plan({ ...snapshot, instances }), instances);
    if (next.length === 0) break;
    for (const each of next.slice(0, spare - chosen.size)) chosen.add(each);
  }
  return [...chosen];
}

function countedOn({ machines = [] }: RunRound, instances: readonly ContainerInstance[]): readonly ContainerInstance[] {
  const ids = new Set(machines);
  return instances.filter(({ ec2InstanceId }) => ids.has(ec2InstanceId));
}

/** Undefined where one of the machines is gone since it was listed. */
async function tasksOn(
  reader: ClusterReader,
  instances: readonly ContainerInstance[],
): Promise<readonly Task[] | undefined> {
  try {
    return await reader.tasksOn(instances.map(({ arn }) => arn));
  } catch (error) {
    if (error instanceof AiplatError && error.details["awsCode"] === "InvalidParameterException") return undefined;
    throw error;
  }
}

/**
 * What there is around tasks that were started, to see whether one of them shares a device: their machines, or where
 * that takes no more calls the whole cluster.
 */
export async function observeAround(
  ecs: EcsPort,
  cluster: string,
  started: readonly Task[],
  now: number,
): Promise<ClusterSnapshot> {
  const description = await requireCluster(ecs, cluster);
  const machines = new Set(started.map(({ containerInstanceArn }) => containerInstanceArn));
  const reader = new ClusterReader(ecs, cluster);
  const { instances: all = 0, tasks: inAll = 0 } = description;
  // A task that waits for a machine has none yet.
  const arns = [...machines].flatMap((arn) => arn ?? []);
  const callsForAll = 2 * Math.ceil(all / itemsPerCall) + callsForTasks(inAll + started.length);
  if (arns.length === machines.size && 2 * arns.length + 2 <= callsForAll) {
    const [instances, tasks] = await Promise.all([ecs.describeContainerInstances(cluster, arns), reader.tasksOn(arns)]);
    return reader.snapshot({ description, instances, tasks, now });
  }
  const [instances, tasks] = await Promise.all([reader.instances(), reader.tasks()]);
  return reader.snapshot({ description, instances, tasks, now });
}
