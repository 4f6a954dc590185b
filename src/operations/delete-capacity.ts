import type { ClusterContents, GroupedMachines } from "../core/capacity/capacity-use.ts";
import { agreeing, counted } from "../core/base/counted.ts";
import { formatDuration } from "../core/base/duration.ts";
import { present } from "../core/base/present.ts";
import { otherCluster } from "../core/cluster/missing-cluster.ts";
import type { ContainerInstance } from "../core/cluster/snapshot.ts";
import type { GroupDetail } from "../core/capacity/scaling-group.ts";
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
  let standing: string | undefined;
  try {
    if (isThere) {
      standing = `Whether cluster ${cluster} still lists ${name} is not known.`;
      const changed = await changeProviders(ecs, runtime, cluster, (list) => withoutProvider(list, name));
      standing = `Cluster ${cluster} no longer lists ${name}.`;
      if (changed) {
        say(`cluster ${cluster} no longer lists ${name}`);
        // Until the list was without it, a task could still be placed there.
        await look();
      }
    }
    const beforeEnding = async () => {
      await closeMachines(remover, doomed, refuseIn);
      if (standing !== undefined)
        standing = `Cluster ${cluster} no longer lists ${name}, and its machines get no tasks.`;
    };
    await emptyGroup(autoScaling, runtime, name, { ...watch(name), onChange: say, beforeEnding });
    if (stack !== undefined) await deleteStack(cloudFormation, runtime, stack, token, watch(name));
  } catch (error) {
    throw halfDone(error, standing, watch(name).hint);
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

/**
 * Has ECS place nothing more on the machines, and looks who is there: a task that names no provider is placed whatever
 * the cluster lists, and would end with its machine. A machine that is still starting is waited for, since it takes
 * tasks as soon as it has registered. Where a task has come the machines take tasks again.
 *
 * @throws AiplatError Timeout; what `refuseIn` throws.
 */
async function closeMachines(remover: Remover, doomed: DoomedCapacity, refuseIn: (look: Look) => void): Promise<void> {
  const { ecs, runtime, watch, say } = remover;
  const { name, cluster } = doomed;
  const { deadline, hint } = watch(name);
  const waitsUntil = runtime.now() + registeringMs;
  const closed = new Set<string>();
  let said = "";
  for (;;) {
    const look = await lookAt(remover, doomed);
    if (look === undefined) return;
    try {
      refuseIn(look);
    } catch (refusal) {
      for (const arn of closed) await surely(runtime, () => ecs.activateInstance(cluster, arn));
      throw refusal;
    }
    const ids = new Set(idsOf(look.group));
    const own = look.contents.instances.filter(({ ec2InstanceId }) => ids.has(ec2InstanceId));
    const open = own.filter(({ status }) => status === "ACTIVE");
    const starting = startingOf(look.group, own);
    const isLate = runtime.now() >= waitsUntil;
    if (open.length === 0 && (starting.length === 0 || isLate)) return;
    for (const { arn } of open) {
      await surely(runtime, () => ecs.drainInstance(cluster, arn));
      closed.add(arn);
    }
    if (open.length > 0) {
      say(`${counted(open.length, "machine")} of ${name} ${agreeing(open.length, "gets", "get")} no more tasks`);
      await runtime.sleep(settleMs);
      continue;
    }
    const text = `${counted(starting.length, "machine")} of ${name} ${agreeing(starting.length, "has", "have")} not registered with cluster ${cluster}`;
    if (runtime.now() > deadline)
      throw new AiplatError("Timeout", text, { hint, details: { group: name, instances: starting } });
    if (text !== said) say(`${text} yet, and would take tasks: waiting up to ${formatDuration(registeringMs)}`);
    said = text;
    await runtime.sleep(lookMs);
  }
}

/** Machines of the group that come, or have come, and are not in the cluster, by their EC2 ids. */
function startingOf(group: GroupDetail | undefined, registered: readonly ContainerInstance[]): readonly string[] {
  const known = new Set(registered.map(({ ec2InstanceId }) => ec2InstanceId));
  return (group?.instances ?? []).flatMap(({ id, lifecycle }) =>
    /^(Pending|InService)/.test(lifecycle) && !known.has(id) ? [id] : [],
  );
}

function idsOf(group: GroupDetail | undefined): readonly string[] {
  return (group?.instances ?? []).map(({ id }) => id);
}
