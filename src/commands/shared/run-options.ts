import { present } from "../../core/base/present.ts";
import { listOr } from "../../core/base/problem.ts";
import { AiplatError, refuseMistakes } from "../../errors.ts";
import {
  capacityOptions,
  networkConfigurationOption,
  placementConstraintsOption,
  placementStrategyOption,
  tagOptions,
} from "./aws-flags.ts";
import type { Invocation } from "../command.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";
import { wholeFrom } from "./parse-numbers.ts";
import type { clusterStateOption } from "./cluster-state.ts";
import { watchOptions } from "./watch-tasks.ts";
import { flagTexts, workloadOptions, type WorkloadOptions } from "./workload-options.ts";

export const taskDefinitionOption = {
  flags: "--task-definition <definition>",
  description: "run a registered task definition (family, family:revision or ARN) instead of a workload",
} as const satisfies OptionSpec;

const fillOptions = [
  { flags: "--pack", description: "fill one machine after the other (the default)" },
  { flags: "--spread", description: "spread the replicas over the machines" },
] as const satisfies readonly OptionSpec[];

/** What to run and where. Flags that `aws ecs run-task` has too keep its name and meaning. */
export const placementOptions = [
  ...workloadOptions,
  {
    flags: "--count <n>",
    description: "replicas to run now",
    defaultText: "the file's replicas for a job, 1 for a service",
    parse: wholeFrom(1),
  },
  taskDefinitionOption,
  ...fillOptions,
  placementConstraintsOption,
  placementStrategyOption,
  networkConfigurationOption,
  ...capacityOptions,
] as const satisfies readonly OptionSpec[];

export const enableExecuteCommandOption = {
  flags: "--enable-execute-command",
  description: "let aws ecs execute-command into the containers",
} as const satisfies OptionSpec;

export const groupOption = {
  flags: "--group <name>",
  description: "task group",
  defaultText: "ECS's own, family:NAME",
} as const satisfies OptionSpec;

const startedByOption = {
  flags: "--started-by <text>",
  description: "who started the tasks",
  defaultText: "the run's id",
} as const satisfies OptionSpec;

const clientTokenOption = {
  flags: "--client-token <token>",
  description: "makes the command repeatable: what it started before under this token is not started again",
} as const satisfies OptionSpec;

/** All that a run's plan holds. */
export const plannedOptions = [
  ...placementOptions,
  groupOption,
  startedByOption,
  enableExecuteCommandOption,
  ...tagOptions,
  clientTokenOption,
] as const;

/** Options of a run that no service has. */
export const runOnlyOptions = [
  ...fillOptions,
  placementConstraintsOption,
  placementStrategyOption,
  ...capacityOptions,
  ...tagOptions,
  groupOption,
  startedByOption,
  clientTokenOption,
] as const;

const allOrNothingOption = {
  flags: "--all-or-nothing",
  description: "stop every task again when not all can be placed",
} as const satisfies OptionSpec;

export const runOptions = [
  ...plannedOptions,
  {
    flags: "--plan <file>",
    description:
      "carry out what `aiplat plan -o json` printed (- for standard input); refused where the plan no longer holds",
  },
  allOrNothingOption,
  { flags: "--dry-run", description: "print the exact API requests and change nothing" },
  { flags: "--wait", description: "wait until the tasks have stopped; exit 1 when a container failed" },
  ...watchOptions,
] as const satisfies readonly OptionSpec[];

/** What plan and run-task are told of a run, and what either is told besides. */
export type RunOptions = OptionsOf<
  readonly [...typeof plannedOptions, typeof allOrNothingOption, typeof clusterStateOption]
>;

/** What is asked about a run of a registered definition, by all who take one. */
type DefinitionOptions = WorkloadOptions & OptionsOf<[typeof taskDefinitionOption]>;

/** Whether a workload flag is given besides --cluster, which says where and not what. */
function describesWorkload(options: WorkloadOptions): boolean {
  return [...flagTexts(options).texts.keys()].some((flag) => flag !== "--cluster");
}

/** @throws AiplatError Usage on flags that contradict each other or that ECS does not take. */
export function checkRunFlags({ args, options, passthrough }: Invocation<RunOptions>): void {
  const { pack = false, spread = false, placementStrategy, startedBy = "", group = "" } = options;
  const ways = [
    ...(placementStrategy === undefined ? [] : ["--placement-strategy"]),
    ...(pack ? ["--pack"] : []),
    ...(spread ? ["--spread"] : []),
  ];
  const mistakes = [
    ...(ways.length > 1 ? [`give ${listOr(ways)}, not ${ways.length > 2 ? "all three" : "both"}`] : []),
    ...besideDefinition({ args, options, ...present({ passthrough }) }),
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    ...(startedBy.length > 128 ? ["--started-by is at most 128 characters"] : []),
    ...(group.length > 255 ? ["--group is at most 255 characters"] : []),
  ];
  refuseMistakes(mistakes.map((message) => new AiplatError("Usage", message)));
}

/** @throws AiplatError Usage where a workload stands beside --task-definition. */
export function checkDefinitionAlone(invocation: Invocation<DefinitionOptions>): void {
  refuseMistakes(besideDefinition(invocation).map((message) => new AiplatError("Usage", message)));
}

function besideDefinition({ args, options, passthrough }: Invocation<DefinitionOptions>): readonly string[] {
  return options.taskDefinition !== undefined &&
    (args.length > 0 || passthrough !== undefined || describesWorkload(options))
    ? ["give a workload or --task-definition, not both"]
    : [];
}
