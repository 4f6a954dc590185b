import { present } from "../../core/base/present.ts";
import { workloadFlags, type WorkloadFlagRow } from "../../core/workload/flags.ts";
import type { FlagTexts } from "../../core/workload/overlay.ts";
import type { ArgumentSpec } from "../command.ts";
import { optionKey, type OptionsOf, type OptionSpec } from "./option.ts";

/** The argument of every command that takes a workload. */
export const workloadArgument: ArgumentSpec = {
  syntax: "[workload...]",
  description:
    "workload files, each merged over those before it, or - for standard input (default: ./aiplat.yaml where there is one)",
};

/** The option that a row of the workload flags is. */
type OptionOf<Row extends WorkloadFlagRow> = Row extends unknown
  ? {
      readonly flags: `${Row["flag"]} ${Row["argument"]}`;
      readonly description: string;
    } & (Row extends { readonly collects: string } ? { readonly repeatable: true } : unknown)
  : never;

export const setOption = {
  flags: "--set <path=value>",
  description: "sets one value of the workload, as resources.memory=24GiB; repeatable, null deletes",
  repeatable: true,
} as const satisfies OptionSpec;

export const noFileOption = {
  flags: "--no-file",
  description: "leave ./aiplat.yaml out: the flags are the workload",
} as const satisfies OptionSpec;

/**
 * The options of every command that takes a workload. Their texts are read together, to report every mistake at once.
 */
export const workloadOptions = [
  ...(workloadFlags.map(({ flag, argument, description, mayBeEmpty, collects }) => ({
    flags: `${flag} ${argument}`,
    description,
    ...present({ mayBeEmpty }),
    ...(collects === undefined ? {} : { repeatable: true }),
  })) as unknown as readonly OptionOf<WorkloadFlagRow>[]),
  setOption,
  noFileOption,
] as const satisfies readonly OptionSpec[];

/** The values of `workloadOptions`: text, or a list of texts. */
export type WorkloadOptions = OptionsOf<typeof workloadOptions> & {
  /** Whether the command says the kind, and no flag. */
  readonly kindIsImplied?: true;
};

/** The workload flags among a command's options. */
export function flagTexts(options: WorkloadOptions, passthrough?: readonly string[]): FlagTexts {
  const texts = new Map<string, readonly string[]>();
  for (const { flag } of workloadFlags) {
    const value = options[optionKey(flag)];
    if (value !== undefined) texts.set(flag, typeof value === "string" ? [value] : value);
  }
  return { texts, ...present({ command: passthrough }) };
}
