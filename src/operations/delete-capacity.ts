import type { ClusterContents, GroupedMachines } from "../core/capacity/capacity-use.ts";
import { agreeing, counted } from "../core/base/counted.ts";
import { formatDuration } from "../core/base/duration.ts";
import { present } from "../core/base/present.ts";
import { otherCluster } from "../core/cluster/missing-cluster.ts";
import type { ContainerInstance } from "../core/cluster/snapshot.ts";
import { isInOrComing, type GroupDetail } from "../core/capacity/scaling-group.ts";
import { withoutProvider } from "../core/capacity/provider-list.ts";
import type { Stack } from "../core/capacity/stack.ts";
import type { CloudFormationPort } from "../capacity-ports.ts";
import type { Runtime } from "../context.ts";
import { AiplatError } from "../errors.ts";
import type { AutoScalingPort, ClusterDescription, EcsPort } from "../ports.ts";
import { changeProviders } from "./change-providers.ts";
import { deleteStack } from "./change-stack.ts";
import { settleMs } from "./roll-machines.ts";
import { emptyGroup } from "./empty-group.ts";
import { noCluster } from "./observe-cluster.ts";
import { observeClusterContents } from "./observe-cluster-contents.ts";
import type { StackWatch } from "./follow-stack.ts";
import { halfDone } from "./half-done.ts";
import { surely } from "./uncertain.ts";

export interface Remover {
  readonly ecs: EcsPort;
  readonly autoScaling: AutoScalingPort;
  readonly cloudFormation: CloudFormationPort;
  readonly runtime: Runtime;
  readonly token: string;
  readonly watch: (name: string) => StackWatch;
  readonly say: (text: string) => void;
}

/** How long a machine may take to register before it counts as one that never will. */
const registeringMs = 300_000;
const lookMs = 5_000;

/** A capacity that is to go: its stack, group and provider have one name. */
export interface DoomedCapacity extends GroupedMachines {
  readonly cluster: string;
  /** Absent where only the cluster's list still has the provider. */
  readonly stack?: Stack;
  /** Whether the stack made the cluster, which goes with it. */
  readonly makesCluster: boolean;
}

/** @throws Where somebody uses the capacities, or something else is in a cluster that goes with them. */
export type RefuseUse = (doomed: readonly DoomedCapacity[], contents: ClusterContents) => void;

/** Looks at what there is of capacities. @throws NotFound where there is nothing of one; what `refuse` throws. */
export async function findDoomed(
  remover: Remover,
  names: readonly string[],
  cluster: string,
  refuse: RefuseUse,
): Promise<readonly DoomedCapacity[]> {
  const described = await remover.ecs.describeCluster(cluster);
  const found = await Promise.all(names.map((name) => findOne(remover, name, cluster, described)));
  if (described?.status === "ACTIVE") refuse(found, await observeClusterContents(remover.ecs, described));
  // A cluster can go only when nothing is in it.
  return [...found.filter((each) => !each.makesCluster), ...found.filter((each) => each.makesCluster)];
}

async function findOne(
  { ecs, autoScaling, cloudFormation }: Remover,
  name: string,
  cluster: string,
  described: ClusterDescription | undefined,
): Promise<DoomedCapacity> {
  const stack = await cloudFormation.stack(name);
  const left = stack === undefined || stack.status === "DELETE_COMPLETE" ? undefined : stack;
  const isActive = described?.status === "ACTIVE";
  const listed = isActive && described.capacityProviders.includes(name);
  if (left === undefined && !listed) {
    const { message, hint } = isActive
      ? {
          message: `cluster ${cluster} lists no provider of that name`,
          hint: `aiplat capacity check --cluster ${cluster} shows the capacities of the cluster.`,
        }
      : noCluster(ecs, cluster, described, otherCluster);
    throw new AiplatError("NotFound", `there is no stack ${name}, and ${message}`, present({ hint }));
  }
  const [group, resources] = await Promise.all([
    autoScaling.group(name),
    left === undefined ? [] : cloudFormation.resources(left.id),
  ]);
  return {
    name,
    cluster,
    ...(left === undefined ? {} : { stack: left }),
    instances: (group?.instances ?? []).map(({ id }) => id),
    makesCluster: resources.some(({ type, status }) => type === "AWS::ECS::Cluster" && status !== "DELETE_COMPLETE"),
  };
}

/**
 * Takes a capacity away, a step after the other: out of the cluster's list, the group's machines, the stack. Each step
 * looks at what is left to do: interrupted, the same goes on.
 *
 * @param gone The capacities that went before it, whose machines the cluster may still show.
 * @param refuse Asked again, since somebody may have come after the first look.
 */
export async function deleteCapacity(
  remover: Remover,
  doomed: DoomedCapacity,
  gone: readonly DoomedCapacity[],
  refuse: RefuseUse,
): Promise<void> {
  const { ecs, autoScaling, cloudFormation, runtime, token, watch, say } = remover;
  const { name, cluster, stack } = doomed;
  const refuseIn = ({ group, contents }: Look) =>
    refuse(
      [...gone.map((each) => ({ ...each, makesCluster: false })), { ...doomed, instances: idsOf(group) }],
      contents,
    );
  const look = async () => {
    const found = await lookAt(remover, doomed);
    if (found !== undefined) refuseIn(found);
    return found !== undefined;
  };
  const isThere = await look();
  const closing: Closing = { closed: new Set(), shutSince: new Map(), missingSince: new Map() };
  let list: string | undefined;
  try {
    if (isThere) {
      list = `Whether cluster ${cluster} still lists ${name} is not known`;
      const changed = await changeProviders(ecs, runtime, cluster, (providers) => withoutProvider(providers, name));
      list = `Cluster ${cluster} no longer lists ${name}`;
      if (changed) {
        say(`cluster ${cluster} no longer lists ${name}`);
        // Until the list was without it, a task could still be placed there.
        await look();
      }
    }
    const beforeEnding = () => closeMachines(remover, doomed, refuseIn, closing);
    await emptyGroup(autoScaling, runtime, name, { ...watch(name), onChange: say, beforeEnding });
    closing.shutSince.clear();
    if (stack !== undefined) await deleteStack(cloudFormation, runtime, stack, token, watch(name));
  } catch (error) {
    const shut = closing.shutSince.size;
    const machines =
      shut === 0 ? "" : `, and ${counted(shut, "machine")} of it ${agreeing(shut, "gets", "get")} no tasks`;
    throw halfDone(error, list === undefined ? undefined : `${list}${machines}.`, watch(name).hint);
  }
}

/** What there is of a capacity's machines and in their cluster. */
interface Look {
  readonly group?: GroupDetail;
  readonly contents: ClusterContents;
}

/** Undefined where the cluster is no more. */
async function lookAt(
  { ecs, autoScaling }: Remover,
  { cluster, name }: Pick<DoomedCapacity, "cluster" | "name">,
): Promise<Look | undefined> {
  const described = await ecs.describeCluster(cluster);
  if (described?.status !== "ACTIVE") return undefined;
  const [group, contents] = await Promise.all([autoScaling.group(name), observeClusterContents(ecs, described)]);
  return { contents, ...present({ group }) };
}

/** What a deletion knows of its machines from one look to the next. */
interface Closing {
  /** Those that it set to DRAINING itself, by ARN. */
  readonly closed: Set<string>;
  /** Since when they are known to be DRAINING, by ARN. */
  readonly shutSince: Map<string, number>;
  /** Since when they have not registered, by EC2 id. */
  readonly missingSince: Map<string, number>;
}

/**
 * Has ECS place nothing more on the machines, and looks who is there: a task that names no provider is placed whatever
 * the cluster lists, and would end with its machine. A machine that is still starting is waited for, since it takes
 * tasks as soon as it has registered. Where a task has come the machines take tasks again.
 *
 * @throws AiplatError Timeout; what `refuseIn` throws.
 */
async function closeMachines(
  remover: Remover,
  doomed: DoomedCapacity,
  refuseIn: (look: Look) => void,
  closing: Closing,
): Promise<void> {
  const { ecs, runtime, watch, say } = remover;
  const { name, cluster } = doomed;
  const { closed, shutSince, missingSince } = closing;
  const { deadline, hint } = watch(name);
  let said = "";
  for (;;) {
    const look = await lookAt(remover, doomed);
    if (look === undefined) return;
    try {
      refuseIn(look);
    } catch (refusal) {
      await reopenMachines(remover, cluster, closing);
      throw refusal;
    }
    const ids = new Set(idsOf(look.group));
    const own = look.contents.instances.filter(({ ec2InstanceId }) => ids.has(ec2InstanceId));
    const open = own.filter(({ status }) => status === "ACTIVE");
    const isLate = runtime.now() > deadline;
    if (isLate && open.some(({ arn }) => closed.has(arn)))
      throw new AiplatError("Timeout", `machines of ${name} do not stay DRAINING: somebody else sets them to ACTIVE`, {
        hint,
        details: { group: name, instances: open.map(({ ec2InstanceId }) => ec2InstanceId) },
      });
    for (const { arn } of open) {
      await surely(runtime, () => ecs.drainInstance(cluster, arn));
      closed.add(arn);
      shutSince.set(arn, runtime.now());
    }
    if (open.length > 0)
      say(`${counted(open.length, "machine")} of ${name} ${agreeing(open.length, "gets", "get")} no more tasks`);
    // Another command may have set it to DRAINING a moment ago, and a task from before that is not shown yet.
    const shut = own.filter(({ status }) => status === "ACTIVE" || status === "DRAINING");
    if (shut.some(({ arn }) => runtime.now() - since(shutSince, arn, runtime) < settleMs)) {
      await runtime.sleep(settleMs);
      continue;
    }
    const starting = startingOf(look.group, own).filter(
      (id) => runtime.now() - since(missingSince, id, runtime) < registeringMs,
    );
    if (starting.length === 0) return;
    const text = `${counted(starting.length, "machine")} of ${name} ${agreeing(starting.length, "has", "have")} not registered with cluster ${cluster}`;
    const patience = formatDuration(registeringMs);
    if (isLate)
      throw new AiplatError("Timeout", text, {
        hint: `After ${patience} it goes on without them: give it a longer --timeout. ${hint}`,
        details: { group: name, instances: starting },
      });
    if (text !== said) say(`${text} yet, and would take tasks: waiting up to ${patience}`);
    said = text;
    await runtime.sleep(lookMs);
  }
}

/** Has the machines that were closed take tasks again, as far as that can be done: the others stay known as shut. */
async function reopenMachines(
  { ecs, runtime }: Remover,
  cluster: string,
  { closed, shutSince }: Closing,
): Promise<void> {
  for (const arn of closed) {
    const reopened = await surely(runtime, () => ecs.activateInstance(cluster, arn)).then(
      () => true,
      () => false,
    );
    if (reopened) shutSince.delete(arn);
  }
}

function since(times: Map<string, number>, key: string, { now }: Runtime): number {
  const time = times.get(key) ?? now();
  times.set(key, time);
  return time;
}

/** Machines of the group that come, or have come, and are not in the cluster yet, by their EC2 ids. */
function startingOf(group: GroupDetail | undefined, own: readonly ContainerInstance[]): readonly string[] {
  const known = new Set(own.flatMap(({ ec2InstanceId, status }) => (status === "REGISTERING" ? [] : [ec2InstanceId])));
  return (group?.instances ?? []).flatMap((each) => (isInOrComing(each) && !known.has(each.id) ? [each.id] : []));
}

function idsOf(group: GroupDetail | undefined): readonly string[] {
  return (group?.instances ?? []).map(({ id }) => id);
}
