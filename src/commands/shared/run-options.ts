import { present } from "../../core/base/present.ts";
import { AiplatError } from "../../errors.ts";
import {
  capacityOptions,
  networkConfigurationOption,
  placementConstraintsOption,
  placementStrategyOption,
  tagOptions,
  type AwsFlagOptions,
} from "./aws-flags.ts";
import type { Invocation, OptionSpec } from "../command.ts";
import { workloadOptions, type WorkloadOptions } from "./load-workload.ts";
import { wholeNumber } from "./parse-numbers.ts";
import { watchOptions, type WatchOptions } from "./watch-tasks.ts";
import { flagTexts } from "./workload-options.ts";

export interface RunOptions extends WorkloadOptions, WatchOptions, AwsFlagOptions {
  readonly cluster?: string;
  readonly taskDefinition?: string;
  readonly count?: number;
  readonly group?: string;
  readonly startedBy?: string;
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

export const taskDefinitionOption: OptionSpec = {
  flags: "--task-definition <definition>",
  description: "run a registered task definition (family, family:revision or ARN) instead of a workload",
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
  taskDefinitionOption,
  { flags: "--pack", description: "fill one machine after the other (the default)" },
  { flags: "--spread", description: "spread the replicas over the machines" },
  placementConstraintsOption,
  placementStrategyOption,
  networkConfigurationOption,
  ...capacityOptions,
];

export const enableExecuteCommandOption: OptionSpec = {
  flags: "--enable-execute-command",
  description: "let aws ecs execute-command into the containers",
};

export const groupOption: OptionSpec = {
  flags: "--group <name>",
  description: "task group",
  defaultText: "ECS's own, family:NAME",
};

/** All that a run's plan holds. */
export const plannedOptions: readonly OptionSpec[] = [
  ...placementOptions,
  groupOption,
  { flags: "--started-by <text>", description: "who started the tasks", defaultText: "the run's id" },
  enableExecuteCommandOption,
  ...tagOptions,
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
  if (options.placementStrategy !== undefined && (options.pack === true || options.spread === true))
    throw usage(`give --placement-strategy or --${options.pack === true ? "pack" : "spread"}, not both`);
  checkDefinitionAlone({ args, options, ...present({ passthrough }) });
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
  if ((options.startedBy?.length ?? 0) > 128) throw usage("--started-by is at most 128 characters");
  if ((options.group?.length ?? 0) > 255) throw usage("--group is at most 255 characters");
}

/** @throws AiplatError Usage where a workload stands beside --task-definition. */
export function checkDefinitionAlone({ args, options, passthrough }: Invocation<RunOptions>): void {
  if (
    options.taskDefinition !== undefined &&
    (args.length > 0 || passthrough !== undefined || describesWorkload(options))
  )
    throw new AiplatError("Usage", "give a workload or --task-definition, not both");
}
