import type { NetworkConfiguration, PlacementConstraint } from "../../core/ecs-api/api.ts";
import { parseExpression } from "../../core/ecs-api/query/parse.ts";
import { AiplatError } from "../../errors.ts";
import { parseNetworkConfiguration, parsePlacementConstraints } from "./aws-syntax.ts";
import type { Invocation, OptionSpec } from "../command.ts";
import { workloadOptions, type WorkloadOptions } from "./load-workload.ts";
import { wholeNumber } from "./parse-numbers.ts";
import { watchOptions, type WatchOptions } from "./watch-tasks.ts";
import { flagTexts } from "./workload-options.ts";

export interface RunOptions extends WorkloadOptions, WatchOptions {
  readonly cluster?: string;
  readonly taskDefinition?: string;
  readonly count?: number;
  readonly group?: string;
  readonly startedBy?: string;
  readonly placementConstraints?: readonly (readonly PlacementConstraint[])[];
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand?: boolean;
  readonly clientToken?: string;
  readonly pack?: boolean;
  readonly spread?: boolean;
  readonly allOrNothing?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  /** run-task's only: a saved plan. */
  readonly plan?: string;
  /** plan's only: a snapshot instead of the cluster. */
  readonly clusterState?: string;
}

/** The network of tasks in awsvpc mode, instead of the file's. */
export const networkConfigurationOption: OptionSpec = {
  flags: "--network-configuration <configuration>",
  description: "awsvpcConfiguration={subnets=[...],securityGroups=[...]}",
  parse: parseNetworkConfiguration,
};

/** What to run and where. Flags that `aws ecs run-task` has too keep its name and meaning. */
export const placementOptions: readonly OptionSpec[] = [
  ...workloadOptions,
  {
    flags: "--count <n>",
    description: "replicas to run now",
    defaultText: "the file's replicas for a job, 1 for a service",
    parse: wholeNumber("--count"),
  },
  {
    flags: "--task-definition <definition>",
    description: "run a registered task definition (family, family:revision or ARN) instead of a workload",
  },
  { flags: "--pack", description: "fill one machine after the other (the default)" },
  { flags: "--spread", description: "spread the replicas over the machines" },
  {
    flags: "--placement-constraints <constraint>",
    description: "type=memberOf,expression=... or type=distinctInstance",
    repeatable: true,
    parse: parsePlacementConstraints,
  },
  networkConfigurationOption,
];

export const enableExecuteCommandOption: OptionSpec = {
  flags: "--enable-execute-command",
  description: "let aws ecs execute-command into the containers",
};

/** All that a run's plan holds. */
export const plannedOptions: readonly OptionSpec[] = [
  ...placementOptions,
  { flags: "--group <name>", description: "task group", defaultText: "ECS's own, family:NAME" },
  { flags: "--started-by <text>", description: "who started the tasks", defaultText: "the run's id" },
  enableExecuteCommandOption,
  {
    flags: "--client-token <token>",
    description: "makes the command repeatable: what it started before under this token is not started again",
  },
];

export const runOptions: readonly OptionSpec[] = [
  ...plannedOptions,
  {
    flags: "--plan <file>",
    description:
      "carry out what `aiplat plan -o json` printed (- for standard input); refused where the plan no longer holds",
  },
  { flags: "--all-or-nothing", description: "stop every task again when not all can be placed" },
  { flags: "--dry-run", description: "print the exact API requests and change nothing" },
  { flags: "--wait", description: "wait until the tasks have stopped; exit 1 when a container failed" },
  ...watchOptions,
];

/** Whether a workload flag is given besides --cluster, which says where and not what. */
function describesWorkload(options: RunOptions): boolean {
  return [...flagTexts(options).texts.keys()].some((flag) => flag !== "--cluster");
}

/** @throws AiplatError Usage on flags that contradict each other or that ECS does not take. */
export function checkRunFlags({ args, options, passthrough }: Invocation<RunOptions>): void {
  const usage = (message: string) => new AiplatError("Usage", message);
  if (options.pack === true && options.spread === true) throw usage("give --pack or --spread, not both");
  if (
    options.taskDefinition !== undefined &&
    (args.length > 0 || passthrough !== undefined || describesWorkload(options))
  )
    throw usage("give a workload or --task-definition, not both");
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
  if ((options.startedBy?.length ?? 0) > 128) throw usage("--started-by is at most 128 characters");
  if ((options.group?.length ?? 0) > 255) throw usage("--group is at most 255 characters");
  for (const { expression } of (options.placementConstraints ?? []).flat())
    if (expression !== undefined) parseExpression(expression, ["--placement-constraints"]);
}
