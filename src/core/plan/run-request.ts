import { present } from "../base/present.ts";
import { withoutRepeats } from "../ecs/placement-constraints.ts";
import type { PlacementOptions } from "../ecs/requirements.ts";
import { providersIn } from "./choose-capacity.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import type {
  CapacityProviderStrategyItem,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategyItem,
  RunTaskRequest,
  Tag,
  TaskDefinition,
} from "../ecs-api/api.ts";
import { problem, Refusal } from "../base/problem.ts";

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
  /** The capacity providers to start tasks through; undefined for plain EC2. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  /** How many more machines these may start. */
  readonly mayGrow?: number;
}

/** How many machines the providers may start for tasks that have no room: a plan that does not say leaves it open. */
export function mayStart({ capacityProviderStrategy, mayGrow }: RunSettings): number {
  return capacityProviderStrategy === undefined ? 0 : (mayGrow ?? Number.POSITIVE_INFINITY);
}

/** The names of the providers that start a run's tasks. */
export function providersOf({ capacityProviderStrategy = [] }: RunSettings): readonly string[] {
  return capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider);
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
    ...(settings.capacityProviderStrategy === undefined
      ? { launchType: "EC2" }
      : { capacityProviderStrategy: settings.capacityProviderStrategy }),
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
  capacityProviderStrategy,
}: Pick<RunSettings, "group" | "placementConstraints" | "capacityProviderStrategy">): PlacementOptions {
  return {
    ...present({ group }),
    placementConstraints,
    ...providersIn({ ...present({ capacityProviderStrategy }) }),
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
