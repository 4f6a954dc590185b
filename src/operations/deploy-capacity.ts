import type { CapacityPlan } from "../core/capacity/plans.ts";
import { defaultStrategyChange, withProvider, type DefaultStrategyChange } from "../core/capacity/provider-list.ts";
import { isHollow, isUnderWay, type ChangeSet, type ResourceChange, type Stack } from "../core/capacity/stack.ts";
import type { CloudFormationPort } from "../capacity-ports.ts";
import type { Runtime } from "../context.ts";
import { AiplatError } from "../errors.ts";
import type { ClusterDescription, EcsPort } from "../ports.ts";
import { changeProviders } from "./change-providers.ts";
import { dropChangeSet, executeChangeSet, makeChangeSet, settleStack } from "./change-stack.ts";
import { resumeFollowing, type StackWatch } from "./follow-stack.ts";
import { halfDone } from "./half-done.ts";
import { noCluster } from "./observe-cluster.ts";
import { callToken } from "./tokens.ts";

/** What a template's body may have. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const mostBytes = 51_200;

const clusterType = "AWS::ECS::Cluster";
const providerType = "AWS::ECS::CapacityProvider";

/** A capacity with what CloudFormation would do for it. */
export interface PreparedCapacity {
  readonly plan: CapacityPlan;
  readonly action: "create" | "update" | "none";
  readonly changes: readonly ResourceChange[];
  /** Absent where nothing is to be changed, and where only a deletion makes room for it. */
  readonly changeSet?: ChangeSet;
}

export interface Deployer {
  readonly ecs: EcsPort;
  readonly cloudFormation: CloudFormationPort;
  readonly runtime: Runtime;
  /** Words of the command's own: the same words make the same change once. */
  readonly token: string;
  readonly watch: (stackName: string) => StackWatch;
}

/**
 * Has CloudFormation work out what a capacity changes. Nothing but change sets is made.
 *
 * @param goesOn Whether the deployment follows: what an earlier one left that came to nothing is taken away then.
 * @throws AiplatError where the cluster is not there, or the stack is not aiplat's or would lose the cluster it made.
 */
export async function prepareCapacity(
  deployer: Deployer,
  plan: CapacityPlan,
  goesOn: boolean,
): Promise<PreparedCapacity> {
  const { cloudFormation, runtime, watch } = deployer;
  const { stackName } = plan;
  const there = await cloudFormation.stack(stackName);
  await refuseOther(deployer, plan, there);
  if (!goesOn && there !== undefined) {
    if (isUnderWay(there)) await resumeFollowing(cloudFormation, runtime, there, watch(stackName));
    else if (isHollow(there)) return { plan, action: "create", changes: additions(plan) };
  }
  const stack = await settleStack(cloudFormation, runtime, stackName, deployer.token, watch(stackName));
  const request = requestOf(deployer, plan);
  const changeSet = await makeChangeSet(cloudFormation, runtime, {
    ...request,
    type: stack === undefined ? "CREATE" : "UPDATE",
    template: bodyOf(plan),
  });
  if (changeSet === undefined) return { plan, action: "none", changes: [] };
  return { plan, action: stack === undefined ? "create" : "update", changes: changeSet.changes, changeSet };
}

/** What the capacity's provider replaces as the cluster's default strategy, where the cluster is there or is to be made. */
export async function findDefaultChange(
  { ecs }: Deployer,
  { cluster, stackName }: CapacityPlan,
): Promise<DefaultStrategyChange | undefined> {
  const described = await ecs.describeCluster(cluster);
  const none = { capacityProviders: [], defaultCapacityProviderStrategy: [] };
  return defaultStrategyChange(described?.status === "ACTIVE" ? described : none, stackName);
}

/** Carries out what was prepared, and has the cluster's list name the provider. */
export async function deployCapacity(
  deployer: Deployer,
  { plan: { stackName, cluster }, changeSet }: PreparedCapacity,
  asDefault: boolean,
): Promise<{ readonly listed: boolean }> {
  const { ecs, cloudFormation, runtime, token, watch } = deployer;
  if (changeSet !== undefined) await executeChangeSet(cloudFormation, runtime, changeSet, token, watch(stackName));
  try {
    return { listed: await changeProviders(ecs, runtime, cluster, (list) => withProvider(list, stackName, asDefault)) };
  } catch (error) {
    const standing = `Stack ${stackName} is as wanted; whether the cluster lists its provider is not known.`;
    throw halfDone(error, standing, watch(stackName).hint);
  }
}

/** Takes away the change sets that are not carried out. */
export async function dropPrepared(deployer: Deployer, prepared: readonly PreparedCapacity[]): Promise<void> {
  for (const { plan, changeSet } of prepared)
    if (changeSet !== undefined) await dropChangeSet(deployer.cloudFormation, requestOf(deployer, plan));
}

function requestOf({ token }: Deployer, { stackName }: CapacityPlan) {
  return {
    stackName,
    changeSetName: `aiplat-${token.slice(0, 16)}`,
    clientToken: callToken(token, { stackName }),
  };
}

function bodyOf({ stackName, template }: CapacityPlan): string {
  const body = JSON.stringify(template, undefined, 1);
  const bytes = new TextEncoder().encode(body).length;
  if (bytes <= mostBytes) return body;
  throw new AiplatError(
    "InvalidInput",
    `the template of ${stackName} has ${bytes} bytes, and CloudFormation takes ${mostBytes}`,
    { hint: "Give the machines fewer attributes and mounts." },
  );
}

function additions({ template }: CapacityPlan): readonly ResourceChange[] {
  return Object.entries(template.Resources).map(([logicalId, { Type }]) => ({
    action: "Add",
    logicalId,
    type: Type,
    causes: [],
  }));
}

async function refuseOther(deployer: Deployer, plan: CapacityPlan, stack: Stack | undefined): Promise<void> {
  const { ecs, cloudFormation } = deployer;
  const { stackName, cluster, template } = plan;
  const makesCluster = Object.values(template.Resources).some(({ Type }) => Type === clusterType);
  if (stack === undefined || isHollow(stack) || stack.status === "DELETE_COMPLETE") {
    const described = await ecs.describeCluster(cluster);
    if (makesCluster && described?.status === "ACTIVE") {
      // Another command may have made it, with the stack, since the stack was read.
      const now = await cloudFormation.stack(stackName);
      if (now?.status !== stack?.status) return refuseOther(deployer, plan, now);
    }
    return refuseCluster(ecs, cluster, described, makesCluster);
  }
  if (isUnderWay(stack)) return;
  const resources = await cloudFormation.resources(stack.id);
  const has = (type: string) =>
    resources.some((resource) => resource.type === type && resource.status !== "DELETE_COMPLETE");
  if (!has(providerType))
    throw new AiplatError(
      "OperationFailed",
      `stack ${stackName} is there and has no capacity provider: it is not aiplat's`,
      {
        hint: "Delete it, or take another cluster or instance type: the name is made of both.",
      },
    );
  if (has(clusterType) && !makesCluster)
    throw new AiplatError(
      "Usage",
      `stack ${stackName} has made cluster ${cluster}: without --create-cluster it would be deleted`,
      {
        hint: "Add --create-cluster.",
      },
    );
  if (!has(clusterType)) refuseCluster(ecs, cluster, await ecs.describeCluster(cluster), makesCluster);
}

function refuseCluster(
  ecs: EcsPort,
  cluster: string,
  described: ClusterDescription | undefined,
  makesCluster: boolean,
): void {
  const isThere = described?.status === "ACTIVE";
  if (isThere && makesCluster)
    throw new AiplatError("Usage", `cluster ${cluster} is there already`, {
      hint: "Leave --create-cluster out: a stack that makes it would take it away with itself.",
    });
  if (!isThere && !makesCluster)
    throw noCluster(
      ecs,
      cluster,
      described,
      "Add --create-cluster to have the stack make it, or name another with --cluster.",
    );
}
