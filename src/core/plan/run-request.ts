import { present } from "../base/present.ts";
import type { Capacity } from "../ecs/capacity.ts";
import { withoutRepeats } from "../ecs/placement-constraints.ts";
import type { PlacementOptions } from "../ecs/requirements.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import type {
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategyItem,
  RunTaskRequest,
  Tag,
  TaskDefinition,
} from "../ecs-api/api.ts";
import { listOr, problem, Refusal } from "../base/problem.ts";

/** What the user says of a run besides the workload: the flags of `aws ecs run-task`, and how slots are chosen. */
export interface RunSettings {
  readonly run: string;
  readonly cluster: string;
  /** How many tasks in all; a round plans those of them that are still to start. */
  readonly count: number;
  /** Fill one machine after the other, or spread over them. */
  readonly strategy: "pack" | "spread";
  readonly group?: string;
  readonly startedBy?: string;
  readonly placementConstraints: readonly PlacementConstraint[];
  /** What the file says of it; else slots are packed or spread. */
  readonly placementStrategy?: readonly PlacementStrategyItem[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand: boolean;
  /** The capacity provider to start tasks through; undefined for plain EC2. */
  readonly provider?: string;
}

type Request = Omit<RunTaskRequest, "count" | "clientToken">;

/**
 * The RunTask input of one definition.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export function runRequest(
  settings: RunSettings,
  definition: Pick<TaskDefinition, "family" | "tags" | "networkMode">,
  added: Partial<Request> = {},
): Request {
  const constraints = withoutRepeats([...settings.placementConstraints, ...(added.placementConstraints ?? [])]);
  const group = settings.group ?? added.group;
  return {
    cluster: settings.cluster,
    taskDefinition: added.taskDefinition ?? definition.family,
    // A strategy excludes a launch type; without one, Managed Instances and managed scaling are never asked.
    ...(settings.provider === undefined
      ? { launchType: "EC2" }
      : { capacityProviderStrategy: [{ capacityProvider: settings.provider, weight: 1 }] }),
    ...present({ group }),
    startedBy: settings.startedBy ?? settings.run,
    ...(constraints.length === 0 ? {} : { placementConstraints: constraints }),
    ...present({ placementStrategy: settings.placementStrategy ?? added.placementStrategy }),
    ...(definition.networkMode === "awsvpc" ? { networkConfiguration: settings.networkConfiguration! } : {}),
    ...(settings.enableExecuteCommand ? { enableExecuteCommand: true } : {}),
    tags: taskTags(definition.tags ?? [], settings.run),
  };
}

/** What the run's settings mean for placement. */
export function placementOptions({
  group,
  placementConstraints,
  provider,
}: Pick<RunSettings, "group" | "placementConstraints" | "provider">): PlacementOptions {
  return {
    ...present({ group }),
    placementConstraints,
    ...(provider === undefined ? {} : { capacityProviders: [provider] }),
  };
}

/** The definition's tags, and the run that the tasks belong to. */
function taskTags(tags: readonly Tag[], run: string): readonly Tag[] {
  return [...tags.filter((tag) => tag.key !== "aiplat:run"), { key: "aiplat:run", value: run }];
}

/**
 * The network configuration of a run: the flag, else the file's.
 *
 * @throws Refusal when the tasks have network interfaces of their own (awsvpc) and nothing names a subnet.
 */
export function networkConfigurationOf(
  { networkMode, workload }: Pick<EcsWorkload, "networkMode" | "workload">,
  flag: NetworkConfiguration | undefined,
): NetworkConfiguration | undefined {
  if (networkMode !== "awsvpc") return undefined;
  if (flag !== undefined) return flag;
  const { subnets, securityGroups, assignPublicIp } = workload.ecs.network ?? {};
  if (subnets === undefined || subnets.length === 0) {
    throw new Refusal([
      problem(
        "subnets-missing",
        ["ecs", "network", "subnets"],
        "in network mode awsvpc a task needs subnets",
        "Set ecs.network.subnets, or give --network-configuration awsvpcConfiguration={subnets=[subnet-1]}.",
      ),
    ]);
  }
  return {
    awsvpcConfiguration: {
      subnets,
      ...present({ securityGroups }),
      ...(assignPublicIp === undefined ? {} : { assignPublicIp: assignPublicIp ? "ENABLED" : "DISABLED" }),
    },
  };
}

/** The capacity providers of a cluster. */
export interface ClusterProviders {
  readonly all: readonly string[];
  /** Those of them that are Managed Instances; undefined where that is not known. */
  readonly managedInstances: readonly string[] | undefined;
}

/**
 * Who starts the tasks: a provider by name, the cluster's one Managed Instances provider, or plain EC2 (undefined).
 *
 * @throws Refusal where the cluster has no such provider: RunTask and CreateService take only those associated with it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export function chooseProvider(capacity: Capacity, providers: ClusterProviders): string | undefined {
  if (capacity.kind === "ec2") return undefined;
  const named = capacity.provider;
  const path = ["ecs", "capacity"];
  if (named !== undefined) {
    if (providers.all.includes(named)) return named;
    const there = providers.all.length === 0 ? "It has none" : `It has ${listOr(providers.all, "and")}`;
    throw new Refusal([
      problem(
        "no-such-provider",
        path,
        `the cluster has no capacity provider ${named}`,
        `${there}; aws ecs put-cluster-capacity-providers associates one with it.`,
      ),
    ]);
  }
  if (providers.managedInstances === undefined)
    throw new Refusal([
      problem(
        "managed-instances-unknown",
        path,
        "a snapshot does not tell which of the cluster's capacity providers are Managed Instances",
        "Name the provider: ecs.capacity: { managedInstances: NAME }.",
      ),
    ]);
  const [first, ...others] = providers.managedInstances;
  if (first === undefined)
    throw new Refusal([
      problem(
        "no-managed-instances",
        path,
        "the cluster has no Managed Instances capacity provider",
        "Attach one to the cluster, or name it: ecs.capacity: { managedInstances: NAME }.",
      ),
    ]);
  if (others.length > 0)
    throw new Refusal([
      problem(
        "several-managed-instances",
        path,
        `the cluster has several Managed Instances capacity providers: ${providers.managedInstances.join(", ")}`,
        "Name one: ecs.capacity: { managedInstances: NAME }.",
      ),
    ]);
  return first;
}
