import { present } from "./core/base/present.ts";
import { Command as Commander, CommanderError, Option } from "commander";
import type { Command } from "./commands/command.ts";
import { defaultTextOf, longFlag, type OptionsOf, type OptionSpec } from "./commands/shared/option.ts";
import { groups, helpSummary, registry, type RegistryEntry } from "./commands/registry.ts";
import { examplesText } from "./commands/shared/help-examples.ts";
import { globalOptions } from "./commands/shared/global-options.ts";
import { formats, type Context, type GlobalOptions, type OutputStream } from "./context.ts";
import { AiplatError, type ExitCode } from "./errors.ts";
import { listOr } from "./core/base/problem.ts";
import type { AskedCommand, WrongValue } from "./usage-error.ts";

declare const AIPLAT_VERSION: string;

/** Runs the command that argv (without node and script) names, in the context that `connect` makes for its options. */
export async function runProgram(
  argv: readonly string[],
  io: Streams & Pick<Context, "cwd" | "readStdin" | "signal">,
  connect: (options: GlobalOptions) => Context,
): Promise<ExitCode> {
  const dashes = argv.indexOf("--");
  const words = dashes < 0 ? argv : argv.slice(0, dashes);
  const passthrough = dashes < 0 ? undefined : argv.slice(dashes + 1);
  let exitCode: ExitCode = 0;

  const root = new Commander("aiplat")
    .description("Puts an AI workload on the right accelerator on AWS.")
    .version(AIPLAT_VERSION, "-V, --version", "print the version")
    .addHelpText("after", "\nStart with:  aiplat init --help   or   aiplat instances list --accelerator neuron");
  const wrong: WrongValue[] = [];
  for (const option of globalOptions) root.addOption(toCommander(option, wrong));
  settle(root, io);

  // Beside the commands: it asks the program itself.
  root
    .command("help")
    .argument("[command...]")
    .summary(helpSummary)
    .action(async (command: readonly string[]) => {
      const words = command.join(" ");
      if (words !== "" && !Object.hasOwn(groups, words) && !registry.some((entry) => entry.words === words))
        throw (await import("./usage-error.ts")).unknownCommand(words);
      await root.parseAsync([...command, "--help"], { from: "user" });
    });
  const parents = new Map([["", root]]);
  /** `eks nodegroup create` is the command `create` of the group `eks nodegroup`. */
  const add = (words: string, summary: string) => {
    const space = words.lastIndexOf(" ");
    return parents
      .get(words.slice(0, Math.max(space, 0)))!
      .command(words.slice(space + 1))
      .summary(summary);
  };
  const isWanted = wantedBy(words[0]);
  for (const [words, summary] of Object.entries(groups))
    if (isWanted(words)) parents.set(words, add(words, summary).description(summary).helpCommand(false));
  for (const entry of registry) if (isWanted(entry.words)) loaders.set(add(entry.words, entry.summary), entry);
  let asked: AskedCommand | undefined;
  for (const parent of parents.values()) {
    parent.hook("preSubcommand", async (_, command) => {
      const entry = loaders.get(command);
      if (entry === undefined) return;
      const given = root.opts<OptionsOf<typeof globalOptions>>();
      const tell = wrong.length > 0 ? undefined : await addInstanceTypes(given.instanceTypesFile, io);
      const spec = await entry.load();
      attach(command, spec, wrong);
      asked = { ...spec, words: entry.words, args: () => command.args };
      command.action(async () => {
        if (wrong.length > 0 || command.args.includes("")) throw await usageError();
        const options = checkedOptions(given, spec, passthrough !== undefined);
        const context = connect(options);
        await tell?.(context);
        exitCode =
          (await spec.run(context, {
            args: command.args,
            options: command.opts(),
            ...present({ passthrough }),
          })) ?? 0;
      });
    });
  }

  const usageError = async (stopped?: CommanderError) => {
    const { usageErrorOf } = await import("./usage-error.ts");
    return usageErrorOf({ wrong, words, ...present({ stopped, asked }) });
  };
  try {
    await root.parseAsync(words as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for and printed; a group without a command printed
    // its help as the answer to a mistake.
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help")
      throw new AiplatError("Usage", "no command given", { hint: "The commands are listed above." });
    throw await usageError(error);
  }
  return exitCode;
}

/** Which commands commander has to know: making all of them costs a tenth of a start-up. */
function wantedBy(first: string | undefined): (words: string) => boolean {
  const beginsSo = (words: string) => words === first || words.startsWith(`${first} `);
  return registry.some((entry) => beginsSo(entry.words)) ? beginsSo : () => true;
}

/** Before a command is loaded: what is derived of the catalogue is worked out once. */
async function addInstanceTypes(file: string | undefined, io: Pick<Context, "cwd" | "readStdin" | "signal">) {
  if (file === undefined) return undefined;
  const { addInstanceTypesOf } = await import("./commands/shared/add-instance-types.ts");
  return addInstanceTypesOf(file, io);
}

interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

const loaders = new Map<Commander, RegistryEntry>();

/** What every command inherits of the root, and the root's own lack of a help command. */
function settle(root: Commander, io: Streams): void {
  root
    .exitOverride()
    .helpCommand(false)
    // A narrow column of words is better than words that the terminal breaks.
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // The error is reported once, by main, in the format that was asked for.
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns || 80,
      getErrHelpWidth: () => io.stderr.columns || 80,
      // Help has none to be taken out: to ask whether there may be some would make Node's stream.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    });
}

/** Gives a commander command what its spec says. */
export function attach(command: Commander, spec: Command, wrong: WrongValue[] = []): void {
  command.description(spec.description);
  for (const argument of spec.arguments ?? []) command.argument(argument.syntax, argument.description);
  for (const option of spec.options ?? []) command.addOption(toCommander(option, wrong));
  const lists = (spec.options ?? []).filter(({ words }) => words === true).map(({ flags }) => longFlag(flags));
  if (lists.length > 0) {
    const parse = command.parseOptions.bind(command);
    command.parseOptions = (words) => parse(flagEachWord(words, lists));
  }
  if (spec.takesCommand === true) command.usage(`${command.usage()} [-- COMMAND...]`);
  const { examples } = spec;
  if (examples !== undefined)
    command.addHelpText("after", () => `\n${examplesText(examples, command.configureOutput().getOutHelpWidth!()!)}`);
}

/** Gives every word of a list its flag: what follows the flag's value and reads as another item is one. */
export function flagEachWord(words: readonly string[], lists: readonly string[]): string[] {
  const spread: string[] = [];
  let flag: string | undefined;
  for (const [index, word] of words.entries()) {
    const isValue = index > 0 && words[index - 1] === flag;
    if (word.startsWith("-")) flag = lists.includes(word) ? word : undefined;
    else if (flag !== undefined && !isValue) {
      if (/^(?:[A-Za-z]+=|[[{]|file:\/\/)/.test(word)) spread.push(flag);
      else flag = undefined;
    }
    spread.push(word);
  }
  return spread;
}

/** What cannot be read goes into `wrong`, so that every wrong value is told at once. */
function toCommander(spec: OptionSpec, wrong: WrongValue[]): Option {
  const { flags, description, choices, parse, mayBeEmpty } = spec;
  const otherwise = defaultTextOf(spec);
  const option = new Option(flags, otherwise === undefined ? description : `${description} (default: ${otherwise})`);
  if (!/ [<[]/.test(flags)) return option;
  // The help shows them; commander's own refusal would be the end of reading.
  if (choices !== undefined) option.argChoices = [...choices];
  const read = (text: string): readonly unknown[] => {
    if ((text === "" && mayBeEmpty !== true) || choices?.includes(text) === false) {
      wrong.push({ spec, text });
      return [];
    }
    try {
      return [parse === undefined ? text : parse(text, longFlag(flags))];
    } catch (error) {
      if (!(error instanceof AiplatError)) throw error;
      wrong.push({ spec, text, error });
      return [];
    }
  };
  return option.argParser<unknown>((text, previous) => {
    if (spec.repeatable !== true) return read(text)[0];
    return [
      ...((previous as readonly unknown[] | undefined) ?? []),
      ...(spec.commas === true ? text.split(",") : [text]).flatMap(read),
    ];
  });
}

function checkedOptions(
  {
    region: regions = [],
    profile,
    endpointUrl,
    sandbox,
    output,
    quiet,
    color,
    debug,
    input,
    yes,
  }: OptionsOf<typeof globalOptions>,
  spec: Command,
  hasCommand: boolean,
): GlobalOptions {
  if (regions.length > 1 && spec.manyRegions !== true)
    throw new AiplatError("Usage", `--region was given ${regions.length} times: this command works in one region`);
  if (hasCommand && spec.takesCommand !== true) throw new AiplatError("Usage", "this command takes nothing after --");
  if (sandbox === true && endpointUrl !== undefined)
    throw new AiplatError("Usage", "give --sandbox or --endpoint-url, not both");
  const format = output === undefined ? spec.formats[0]! : spec.formats.find((each) => each === output);
  if (format === undefined) {
    const known = formats.some((each) => each === output) ? "not offered by this command" : "not a format";
    throw new AiplatError("Usage", `--output ${output}: ${known}`, { hint: `Use ${listOr(spec.formats)}.` });
  }
  return {
    regions,
    ...present({ profile, endpointUrl }),
    sandbox: sandbox === true,
    format,
    quiet: quiet === true,
    color,
    debug: debug === true,
    input,
    yes: yes === true,
  };
}
