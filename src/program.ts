import { present } from "./core/base/present.ts";
import { Command as Commander, CommanderError, Option } from "commander";
import type { Command } from "./commands/command.ts";
import { defaultTextOf, longFlag, type OptionsOf, type OptionSpec } from "./commands/shared/option.ts";
import { groups, registry, type RegistryEntry } from "./commands/registry.ts";
import { examplesText } from "./commands/shared/help-examples.ts";
import { globalOptions } from "./commands/shared/global-options.ts";
import { formats, type Context, type GlobalOptions, type OutputStream } from "./context.ts";
import { AiplatError, type ExitCode } from "./errors.ts";
import { listOr } from "./core/base/problem.ts";

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
  for (const option of globalOptions) root.addOption(toCommander(option));
  settle(root, io);

  // Beside the commands: it asks the program itself.
  root
    .command("help")
    .argument("[command...]")
    .summary("Show the help of a command")
    .action(async (command: readonly string[]) => {
      const words = command.join(" ");
      if (words !== "" && !Object.hasOwn(groups, words) && !registry.some((entry) => entry.words === words))
        throw new AiplatError("Usage", `no command ${words}`, { hint: "aiplat --help lists the commands." });
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
  let asked: Commander | undefined;
  for (const parent of parents.values()) {
    parent.hook("preSubcommand", async (_, command) => {
      const entry = loaders.get(command);
      if (entry === undefined) return;
      const given = root.opts<OptionsOf<typeof globalOptions>>();
      const tell = await addInstanceTypes(given.instanceTypesFile, io);
      const spec = await entry.load();
      attach(command, spec);
      asked = command;
      command.action(async () => {
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

  try {
    await root.parseAsync(words as string[], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for and printed; a group without a command printed
    // its help as the answer to a mistake.
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help")
      throw new AiplatError("Usage", "no command given", { hint: "The commands are listed above." });
    throw new AiplatError(
      "Usage",
      tidy(withMeantFlag(error, asked)),
      error.code === "commander.unknownCommand" ? { hint: "aiplat --help lists the commands." } : {},
    );
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
export function attach(command: Commander, spec: Command): void {
  command.description(spec.description);
  for (const argument of spec.arguments ?? []) command.argument(argument.syntax, argument.description);
  for (const option of spec.options ?? []) command.addOption(toCommander(option));
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

function toCommander(spec: OptionSpec): Option {
  const { flags, description, choices, parse } = spec;
  const otherwise = defaultTextOf(spec);
  const option = new Option(flags, otherwise === undefined ? description : `${description} (default: ${otherwise})`);
  if (choices !== undefined) option.choices(choices);
  const read = (text: string) => (parse === undefined ? text : parse(text, longFlag(flags)));
  if (spec.repeatable === true) {
    option.argParser((text: string, previous: readonly unknown[] | undefined) => {
      const values = spec.commas === true ? text.split(",") : [text];
      const strange = values.find((value) => choices !== undefined && !choices.includes(value));
      if (strange !== undefined)
        throw new AiplatError("Usage", `${longFlag(flags)} ${strange}: not one of ${listOr(choices!)}`);
      return [...(previous ?? []), ...values.map(read)];
    });
  } else if (parse !== undefined) {
    option.argParser(read);
  }
  return option;
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

/** What docker, kubectl, SkyPilot and vLLM call things that have flags of other names here. */
const otherFlags: Readonly<Record<string, readonly string[]>> = {
  accelerators: ["--instance-type", "--devices"],
  cpus: ["--cpu"],
  env: ["--environment"],
  gpus: ["--devices", "--min-devices"],
  "instance-types": ["--instance-type"],
  "max-model-len": ["--context"],
  "max-num-seqs": ["--sequences"],
  mem: ["--memory"],
  "num-nodes": ["--nodes"],
  "num-gpus": ["--devices", "--min-devices"],
  publish: ["--port"],
  quantization: ["--precision"],
  secrets: ["--secret"],
};

/** commander guesses by spelling, which finds no other tool's word; a flag that the command has not is no help. */
function withMeantFlag({ code, message }: CommanderError, command: Commander | undefined): string {
  const word = /^error: unknown option '--([^'=]+)/.exec(message)?.[1];
  if (code !== "commander.unknownOption" || word === undefined) return message;
  const meant = (otherFlags[word] ?? []).filter((flag) => command?.options.some(({ long }) => long === flag));
  return meant.length === 0 ? message : `error: unknown option '--${word}'\n(Did you mean ${meant.join(" and ")}?)`;
}

/** commander's sentence without its prefix and line break. */
function tidy(message: string): string {
  return message.replace(/^error: /, "").replace(/\n\(Did you mean (.*?)\?\)/, " - did you mean $1?");
}
