import type { Context, Format } from "../context.ts";
import type { ExitCode } from "../errors.ts";

/** An argument such as `[WORKLOAD]` or `<type...>`, in commander's notation. */
export interface ArgumentSpec {
  readonly syntax: string;
  readonly description: string;
}

/** A flag in commander's notation, e.g. `--count <n>`. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  /** May stand more than once; the values are collected in order. */
  readonly repeatable?: boolean;
  /** Of a repeatable flag: more words may follow one flag, as `KEY=VALUE` or JSON, as the AWS CLI takes lists. */
  readonly words?: boolean;
  readonly choices?: readonly string[];
  /** Shown in the help; the command applies it. */
  readonly defaultText?: string;
  /** Turns the text into a value; throws AiplatError("Usage") with what is legal. */
  readonly parse?: (text: string) => unknown;
}

export interface Invocation<Options> {
  readonly args: readonly string[];
  readonly options: Options;
  /** Everything after `--`; undefined when there was no `--`. */
  readonly passthrough?: readonly string[];
}

/** A command is data: program.ts builds commander, the README's reference and the completions from it. */
export interface Command<Options = Record<string, never>> {
  readonly description: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Lines as a user would type them, with what they do. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  /** The values of --output that make sense here; the first is the default. */
  readonly formats: readonly Format[];
  /** Takes `-- COMMAND...`. */
  readonly takesCommand?: boolean;
  /** Takes --region more than once. */
  readonly manyRegions?: boolean;
  run(context: Context, invocation: Invocation<Options>): Promise<ExitCode | void>;
}

/** A command whose option types are known only to itself. */
// oxlint-disable-next-line typescript/no-explicit-any -- options are checked inside each command
export type AnyCommand = Command<any>;
