import type { Context, Format } from "../context.ts";
import type { ExitCode } from "../errors.ts";
import { readOptions, type OptionsOf, type OptionSpec, type RawOptions } from "./shared/option.ts";

/** An argument such as `[WORKLOAD]` or `<type...>`, in commander's notation. */
export interface ArgumentSpec {
  readonly syntax: string;
  readonly description: string;
}

export interface Invocation<Options> {
  readonly args: readonly string[];
  readonly options: Options;
  /** Everything after `--`; undefined when there was no `--`. */
  readonly passthrough?: readonly string[];
}

/** What is said of a command: program.ts builds commander, the README's reference and the completions from it. */
interface CommandData<Specs> {
  readonly description: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: Specs;
  /** Lines as a user would type them, with what they do. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  /** The values of --output that make sense here; the first is the default. */
  readonly formats: readonly Format[];
  /** Takes `-- COMMAND...`. */
  readonly takesCommand?: boolean;
  /** Takes --region more than once. */
  readonly manyRegions?: boolean;
}

/** A command whose options' types are known only to itself: `defineCommand` makes it. */
export interface Command extends CommandData<readonly OptionSpec[]> {
  /** @param invocation With the options as commander collected them. */
  readonly run: (context: Context, invocation: Invocation<RawOptions>) => Promise<ExitCode | void>;
}

type KeysOf<Spec> = Spec extends unknown ? keyof Spec : never;

/** Of a type parameter the compiler does not look for keys that are not there: this says which. */
type KnownKeys<Specs extends readonly OptionSpec[]> = [Exclude<KeysOf<Specs[number]>, keyof OptionSpec>] extends [never]
  ? unknown
  : `an option has no ${Exclude<KeysOf<Specs[number]>, keyof OptionSpec> & string}`;

/** A command as its file writes it: what `run` gets follows from `options`. */
interface CommandSpec<Specs extends readonly OptionSpec[]> extends CommandData<Specs & KnownKeys<Specs>> {
  readonly run: (context: Context, invocation: Invocation<OptionsOf<Specs>>) => Promise<ExitCode | void>;
}

/** A command for the registry. Its options' types stay within: `run` alone knows them. */
export function defineCommand<const Specs extends readonly OptionSpec[] = readonly []>(
  spec: CommandSpec<Specs>,
): Command {
  return {
    ...spec,
    run: (context, invocation) =>
      spec.run(context, { ...invocation, options: readOptions<Specs>(spec.options, invocation.options) }),
  };
}
