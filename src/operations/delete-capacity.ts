import type { ClusterContents, GroupedMachines } from "../core/capacity/capacity-use.ts";
import { withoutProvider } from "../core/capacity/provider-list.ts";
import type { Stack } from "../core/capacity/stack.ts";
import type { CloudFormationPort } from "../capacity-ports.ts";
import type { Runtime } from "../context.ts";
import { AiplatError } from "../errors.ts";
import type { AutoScalingPort, ClusterDescription, EcsPort } from "../ports.ts";
import { changeProviders } from "./change-providers.ts";
import { deleteStack } from "./change-stack.ts";
import { emptyGroup } from "./empty-group.ts";
import { observeClusterContents } from "./observe-cluster-contents.ts";
import type { StackWatch } from "./follow-stack.ts";
import { halfDone } from "./half-done.ts";

export interface Remover {
  readonly ecs: EcsPort;
  readonly autoScaling: AutoScalingPort;
  readonly cloudFormation: CloudFormationPort;
  readonly runtime: Runtime;
  readonly token: string;
  readonly watch: (name: string) => StackWatch;
  readonly say: (text: string) => void;
}

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
  { autoScaling, cloudFormation }: Remover,
  name: string,
  cluster: string,
  described: ClusterDescription | undefined,
): Promise<DoomedCapacity> {
  const stack = await cloudFormation.stack(name);
  const left = stack === undefined || stack.status === "DELETE_COMPLETE" ? undefined : stack;
  const listed = described?.status === "ACTIVE" && described.capacityProviders.includes(name);
  if (left === undefined && !listed)
    throw new AiplatError(
      "NotFound",
      `there is no stack ${name}, and cluster ${cluster} lists no provider of that name`,
      {
        hint: "aiplat capacity check --cluster NAME shows the capacities of a cluster.",
      },
    );
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
  const look = async () => {
    const described = await ecs.describeCluster(cluster);
    if (described?.status !== "ACTIVE") return false;
    const [group, contents] = await Promise.all([autoScaling.group(name), observeClusterContents(ecs, described)]);
    const instances = (group?.instances ?? []).map(({ id }) => id);
    refuse([...gone.map((each) => ({ ...each, makesCluster: false })), { ...doomed, instances }], contents);
    return true;
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
    await emptyGroup(autoScaling, runtime, name, { ...watch(name), onChange: say });
    if (stack !== undefined) await deleteStack(cloudFormation, runtime, stack, token, watch(name));
  } catch (error) {
    throw halfDone(error, standing, watch(name).hint);
  }
}
