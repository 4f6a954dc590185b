/** A flag is data: one entry says how it is written and read, what the help says of it, and so the type of its value. */

/** A flag in commander's notation, e.g. `--count <n>`, `-a, --all`, `--no-wait`. */
export interface OptionSpec {
  readonly flags: `--${string}` | `-${string}, --${string}`;
  readonly description: string;
  /** May stand more than once; the values are collected in order. */
  readonly repeatable?: boolean;
  /** Of a repeatable flag: more words may follow one flag, as `KEY=VALUE` or JSON, as the AWS CLI takes lists. */
  readonly words?: boolean;
  /** Of a repeatable flag: one text may have several values, with commas between them. */
  readonly commas?: boolean;
  readonly choices?: readonly string[];
  /** An empty text is a value. Elsewhere it is what a shell makes of a variable that is not set, and refused. */
  readonly mayBeEmpty?: boolean;
  /** The text that counts where the flag is not given: its value is never undefined then. */
  readonly default?: string;
  /** What the help says of a default that the command itself works out, or in place of `default`. */
  readonly defaultText?: string;
  /** Turns the text into a value; throws AiplatError("Usage") with the flag and what is legal. */
  readonly parse?: (text: string, flag: string) => unknown;
}

type FirstWord<Text extends string> = Text extends `${infer First} ${string}` ? First : Text;

type CamelCase<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Text;

/**
 * commander's name of a flag's value: of `--instance-type <type>` it is instanceType, of `--no-wait` wait. A flag that
 * the compiler does not know by its letters has none.
 */
export type OptionKey<Flags extends string> = Flags extends `${string}--${infer Name}`
  ? string extends Name
    ? never
    : CamelCase<FirstWord<Name extends `no-${infer Negated}` ? Negated : Name>>
  : never;

/** What one text after the flag comes to. */
type ReadText<Spec extends OptionSpec> = Spec extends { readonly parse: (text: string, flag: string) => infer Value }
  ? Value
  : Spec extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : string;

type OneValue<Spec extends OptionSpec> = Spec["flags"] extends `${string}<${string}`
  ? ReadText<Spec>
  : Spec["flags"] extends `${string}[${string}`
    ? ReadText<Spec> | true
    : Spec["flags"] extends `${string}--no-${string}`
      ? boolean
      : true;

type OptionValue<Spec extends OptionSpec> = Spec extends { readonly repeatable: true }
  ? readonly OneValue<Spec>[]
  : OneValue<Spec>;

/** Flags that always have a value: those with a default, and `--no-...`, which is true where it is not given. */
type Settled = { readonly default: string } | { readonly flags: `${string}--no-${string}` };

/** The values of flags by their keys, as a command gets them. */
export type OptionsOf<Specs extends readonly OptionSpec[]> = {
  readonly [Spec in Extract<Specs[number], Settled> as OptionKey<Spec["flags"]>]: OptionValue<Spec>;
} & {
  readonly [Spec in Exclude<Specs[number], Settled> as OptionKey<Spec["flags"]>]?: OptionValue<Spec>;
};

/** What stands under the keys of flags before anybody knows which flags they are. */
export type RawOptions = Readonly<Record<string, unknown>>;

/** The flag that is written out, without short form and value: `--all` of `-a, --all`. */
export function longFlag(flags: OptionSpec["flags"]): string {
  return flags.slice(flags.indexOf("--")).split(" ", 1)[0]!;
}

/** commander's name of a flag's value. */
export function optionKey<Flags extends OptionSpec["flags"]>(flags: Flags): OptionKey<Flags> {
  const name = longFlag(flags).replace(/^--(?:no-)?/, "");
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as OptionKey<Flags>;
}

/** What the help says of the value that counts where the flag is not given. */
export function defaultTextOf(spec: OptionSpec): string | undefined {
  return spec.defaultText ?? spec.default;
}

/** What a reference says of a flag: what it is for, its choices, its default. */
export function meaningOf(spec: OptionSpec): string {
  const { description, choices, repeatable } = spec;
  const otherwise = defaultTextOf(spec);
  const notes = [
    ...(choices === undefined ? [] : [`one of ${choices.join(", ")}`]),
    ...(otherwise === undefined ? [] : [`default: ${otherwise}`]),
    ...(repeatable === true && !description.includes("repeatable") ? ["repeatable"] : []),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

/** Those of the flags that were given, as they are written. With a default nobody could tell. */
export function flagsGiven(
  options: RawOptions,
  specs: readonly (OptionSpec & { readonly default?: never })[],
): readonly string[] {
  return specs
    .filter(({ flags }) => {
      const value = options[optionKey(flags)];
      return longFlag(flags).startsWith("--no-") ? value === false : value !== undefined;
    })
    .map(({ flags }) => longFlag(flags));
}

/** The values as commander collected them, with the defaults: the one place where they get their type. */
export function readOptions<Specs extends readonly OptionSpec[]>(
  specs: Specs | undefined,
  raw: RawOptions,
): OptionsOf<Specs> {
  const defaults = (specs ?? []).flatMap((spec) => {
    if (spec.default === undefined) return [];
    const value = spec.parse === undefined ? spec.default : spec.parse(spec.default, longFlag(spec.flags));
    return [[optionKey(spec.flags), spec.repeatable === true ? [value] : value] as const];
  });
  return { ...Object.fromEntries(defaults), ...raw } as OptionsOf<Specs>;
}
