import { withoutProvider } from "../core/capacity/provider-list.ts";
import type { Stack } from "../core/capacity/stack.ts";
import type { CloudFormationPort } from "../capacity-ports.ts";
import type { Runtime } from "../context.ts";
import { AiplatError } from "../errors.ts";
import type { AutoScalingPort, EcsPort } from "../ports.ts";
import { findCapacityUse, type CapacityUse } from "./capacity-use.ts";
import { changeProviders } from "./change-providers.ts";
import { deleteStack } from "./change-stack.ts";
import { emptyGroup } from "./empty-group.ts";
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
export interface DoomedCapacity {
  readonly name: string;
  readonly cluster: string;
  /** Absent where only the cluster's list still has the provider. */
  readonly stack?: Stack;
  /** Machines of its group. */
  readonly instances: readonly string[];
  /** Whether the stack made the cluster, which goes with it. */
  readonly makesCluster: boolean;
  readonly use: CapacityUse;
}

/** Looks at what there is of a capacity. @throws NotFound where there is nothing of it. */
export async function findDoomed(
  { ecs, autoScaling, cloudFormation }: Remover,
  name: string,
  cluster: string,
): Promise<DoomedCapacity> {
  const [stack, described] = await Promise.all([cloudFormation.stack(name), ecs.describeCluster(cluster)]);
  const isThere = described?.status === "ACTIVE";
  const left = stack === undefined || stack.status === "DELETE_COMPLETE" ? undefined : stack;
  const listed = isThere && described.capacityProviders.includes(name);
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
  const instances = (group?.instances ?? []).map(({ id }) => id);
  return {
    name,
    cluster,
    ...(left === undefined ? {} : { stack: left }),
    instances,
    makesCluster: resources.some(({ type, status }) => type === "AWS::ECS::Cluster" && status !== "DELETE_COMPLETE"),
    use: isThere ? await findCapacityUse(ecs, cluster, name, instances) : { tasks: [], services: [] },
  };
}

/**
 * Takes a capacity away, a step after the other: out of the cluster's list, the group's machines, the stack. Each step
 * looks at what is left to do: interrupted, the same goes on.
 *
 * @param refuse Throws where somebody has come to use it since it was looked at.
 */
export async function deleteCapacity(
  remover: Remover,
  { name, cluster, stack }: DoomedCapacity,
  refuse: (use: CapacityUse) => void,
): Promise<void> {
  const { ecs, autoScaling, cloudFormation, runtime, token, watch, say } = remover;
  let standing: string | undefined;
  try {
    const described = await ecs.describeCluster(cluster);
    if (described?.status === "ACTIVE") {
      standing = `Whether cluster ${cluster} still lists ${name} is not known.`;
      if (await changeProviders(ecs, runtime, cluster, (list) => withoutProvider(list, name)))
        say(`cluster ${cluster} no longer lists ${name}`);
      standing = `Cluster ${cluster} no longer lists ${name}.`;
      // Until the list was without it, a task could still be placed there.
      const group = await autoScaling.group(name);
      const instances = (group?.instances ?? []).map(({ id }) => id);
      refuse(await findCapacityUse(ecs, cluster, name, instances));
    }
    await emptyGroup(autoScaling, runtime, name, { ...watch(name), onChange: say });
    if (stack !== undefined) await deleteStack(cloudFormation, runtime, stack, token, watch(name));
  } catch (error) {
    throw halfDone(error, standing, watch(name).hint);
  }
}
