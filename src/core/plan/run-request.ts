import { present } from "../base/present.ts";
import { checkExecRole, checkExecRoot } from "../ecs/exec.ts";
import { checkConstraintCount, withoutRepeats } from "../ecs/placement-constraints.ts";
import { requirementsOf, type PlacementOptions } from "../ecs/requirements.ts";
import { volumeTag, type VolumeConfigurations } from "../ecs/volumes.ts";
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
import { problem, Refusal, refuseErrors, settingProblem } from "../base/problem.ts";

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
  /** Of the volumes that a launch configures. */
  readonly volumeConfigurations?: VolumeConfigurations;
  readonly enableExecuteCommand: boolean;
  /** The capacity providers to start tasks through; undefined for plain EC2. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  /** How many more machines these may start. */
  readonly mayGrow?: number;
  /** What keeps them from starting more. */
  readonly limit?: string;
  readonly overrides?: RunTaskRequest["overrides"];
  /** Tags of the tasks besides those of their definition. */
  readonly tags?: readonly Tag[];
  readonly propagateTags?: string;
  readonly enableECSManagedTags?: boolean;
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
 *
 * @throws Refusal where it has more constraints than ECS takes, or ECS Exec could open none of its tasks.
 */
export function runRequest(
  settings: RunSettings,
  definition: Pick<
    TaskDefinition,
    "family" | "containerDefinitions" | "tags" | "networkMode" | "placementConstraints" | "taskRoleArn"
  >,
  added: Partial<Request> = {},
): Request {
  const constraints = withoutRepeats([...settings.placementConstraints, ...(added.placementConstraints ?? [])]);
  refuseErrors([
    ...checkConstraintCount(definition, constraints),
    ...checkExecRole(definition, settings.enableExecuteCommand, settings.overrides?.taskRoleArn),
    ...checkExecRoot(definition, settings.enableExecuteCommand),
  ]);
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
    ...present({
      volumeConfigurations: settings.volumeConfigurations,
      overrides: settings.overrides,
      propagateTags: settings.propagateTags,
      enableECSManagedTags: settings.enableECSManagedTags,
    }),
    tags: taskTags(definition.tags ?? [], settings),
  };
}

/** What the run's settings mean for placement. */
export function placementOptions({
  group,
  placementConstraints,
  capacityProviderStrategy,
  overrides,
  tags,
}: Pick<
  RunSettings,
  "group" | "placementConstraints" | "capacityProviderStrategy" | "overrides" | "tags"
>): PlacementOptions {
  return {
    ...present({ group, overrides, tags }),
    placementConstraints,
    ...providersIn({ ...present({ capacityProviderStrategy }) }),
  };
}

/**
 * The definition's tags, those of the run, and the run itself. Who wants no tags propagated gets aiplat's own, by which
 * the tasks are found. What a definition remembers of its volumes is the definition's alone.
 */
function taskTags(
  ofDefinition: readonly Tag[],
  { run, tags = [], propagateTags }: Pick<RunSettings, "run" | "tags" | "propagateTags">,
): readonly Tag[] {
  const kept = ofDefinition.filter(
    ({ key }) => !key.startsWith(volumeTag) && (propagateTags !== "NONE" || key.startsWith("aiplat:")),
  );
  const byKey = new Map([...kept, ...tags, { key: "aiplat:run", value: run }].map((tag) => [tag.key, tag]));
  return [...byKey.values()];
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
  checkNetworkFlag(networkMode, flag);
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

/**
 * @throws Refusal where --network-configuration is given to tasks that have the network of their machine. RunTask:
 * "Network Configuration is not valid for the given networkMode of this task definition."
 */
export function checkNetworkFlag(networkMode: string, flag: NetworkConfiguration | undefined): void {
  if (flag === undefined || networkMode === "awsvpc") return;
  throw new Refusal([
    settingProblem(
      "network-without-awsvpc",
      `--network-configuration is for network mode awsvpc, and the mode is ${networkMode}`,
      "Leave it out, or give --network-mode awsvpc.",
    ),
  ]);
}

/** The workload as a run's tasks have it: with the run's overrides and tags in what each variant needs. */
export function runningAs(ecs: EcsWorkload, settings: Pick<RunSettings, "overrides" | "tags">): EcsWorkload {
  const { overrides, tags } = settings;
  if (overrides === undefined && tags === undefined) return ecs;
  const running = new Map(
    ecs.everyVariant.map((variant) => [
      variant,
      {
        ...variant,
        requirements: requirementsOf(variant.definition, present({ overrides, tags }), ecs.lockPortBase),
      },
    ]),
  );
  return {
    ...ecs,
    variants: ecs.variants.map((variant) => running.get(variant)!),
    everyVariant: [...running.values()],
  };
}
