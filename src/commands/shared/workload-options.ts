import { present } from "../../core/base/present.ts";
import { workloadFlags } from "../../core/workload/flags.ts";
import type { FlagTexts } from "../../core/workload/overlay.ts";
import type { ArgumentSpec, OptionSpec } from "../command.ts";

/** The argument of every command that takes a workload. */
export const workloadArgument: ArgumentSpec = {
  syntax: "[workload...]",
  description:
    "workload files, each merged over those before it, or - for standard input (default: ./aiplat.yaml where there is one)",
};

/**
 * The options of every command that takes a workload. Their texts are read together, to report every mistake at once.
 */
export const workloadOptions: readonly OptionSpec[] = [
  ...workloadFlags.map(({ flag, argument, description, collects }) => ({
    flags: `${flag} ${argument}`,
    description,
    ...(collects === undefined ? {} : { repeatable: true }),
  })),
  {
    flags: "--set <path=value>",
    description: "sets one value of the workload, as resources.memory=24GiB; repeatable, null deletes",
    repeatable: true,
  },
  { flags: "--no-file", description: "leave ./aiplat.yaml out: the flags are the workload" },
];

/** The values of `workloadOptions` as commander hands them over: text, or a list of texts. */
export type WorkloadOptions = Readonly<Record<string, unknown>>;

/** The workload flags among a command's options. */
export function flagTexts(options: WorkloadOptions, passthrough?: readonly string[]): FlagTexts {
  const texts = new Map<string, readonly string[]>();
  for (const { flag } of workloadFlags) {
    const value = options[optionName(flag)];
    if (typeof value === "string") texts.set(flag, [value]);
    else if (Array.isArray(value)) texts.set(flag, value as readonly string[]);
  }
  return { texts, ...present({ command: passthrough }) };
}

/** commander's name of a flag's value: --instance-type is instanceType. */
export function optionName(flag: string): string {
  return flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What `--set` says, in its order. */
export function setTexts({ set }: WorkloadOptions): readonly string[] {
  return Array.isArray(set) ? (set as readonly string[]) : [];
}
