import type { Context } from "../../context.ts";
import { instanceTypes as catalogue } from "../../core/catalog/instance-types/catalog.ts";
import { regions as allRegions } from "../../core/catalog/regions.ts";
import type { EcsPort } from "../../ports.ts";
import type { Command } from "../command.ts";
import type { OptionSpec } from "./option.ts";
import { helpSummary, type RegistryEntry } from "../registry.ts";
import { globalOptions } from "./global-options.ts";
import { shells } from "./completion-scripts.ts";

/** What may stand as a command line's last word. */
export interface Completion {
  readonly value: string;
  readonly description?: string;
}

/** Every command there is. */
export interface Commands {
  readonly groups: Readonly<Record<string, string>>;
  readonly registry: readonly RegistryEntry[];
}

type Source = (context: Context, words: readonly string[]) => Promise<readonly Completion[]>;

/** How long AWS is waited for: whoever presses Tab waits too. */
const patienceMs = 2_000;

/**
 * What may stand last in a command line that begins with `words`, without `aiplat`; nothing where that is a file, or
 * anybody's guess. It never fails: where AWS cannot be asked there are no names.
 */
export async function candidatesFor(
  words: readonly string[],
  commands: Commands,
  context: Context,
): Promise<readonly Completion[]> {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  if (before.includes("--")) return [];
  const typed = commandWords(before);
  const entry = commands.registry.find(({ words: own }) => startsWith(typed, own.split(" ")));
  const command = await entry?.load();
  const options = [...(command?.options ?? []), ...globalOptions];
  const flag = options.find((option) => takesValue(option) && namesOf(option).includes(before.at(-1) ?? ""));
  const possible = async () => {
    if (flag !== undefined) return valuesOf(flag, command, before, context);
    if (last.startsWith("-")) return options.flatMap(longFlags);
    if (entry === undefined) return subcommands(typed, commands);
    return (await argumentSources[entry.words]?.(context, before)) ?? [];
  };
  return (await possible()).filter(({ value }) => value.startsWith(last));
}

/** The words of a line that are no flag of every command, nor the value of one. */
function commandWords(before: readonly string[]): readonly string[] {
  const valued = new Set(globalOptions.filter(takesValue).flatMap(namesOf));
  return before.filter((word, index) => !word.startsWith("-") && !valued.has(before[index - 1] ?? ""));
}

function startsWith(words: readonly string[], own: readonly string[]): boolean {
  return own.every((word, index) => words[index] === word);
}

function longFlags(option: OptionSpec): readonly Completion[] {
  return namesOf(option)
    .filter((name) => name.startsWith("--"))
    .map((value) => ({ value, description: option.description }));
}

/** The next word of the commands and groups that begin so. */
function subcommands(before: readonly string[], { groups, registry }: Commands): readonly Completion[] {
  const all = [
    ...Object.entries(groups).map(([words, description]) => ({ words: words.split(" "), description })),
    ...registry.map(({ words, summary }) => ({ words: words.split(" "), description: summary })),
    { words: ["help"], description: helpSummary },
  ];
  // `help service dep`: the words of a command.
  const typed = before[0] === "help" ? before.slice(1) : before;
  return all
    .filter(({ words }) => words.length === typed.length + 1 && startsWith(words, typed))
    .map(({ words, description }) => ({ value: words.at(-1)!, description }));
}

function namesOf({ flags }: OptionSpec): readonly string[] {
  return flags.split(/[ ,|]+/).filter((word) => word.startsWith("-"));
}

function takesValue({ flags }: OptionSpec): boolean {
  return /[<[]/.test(flags);
}

function valuesOf(
  option: OptionSpec,
  command: Command | undefined,
  before: readonly string[],
  context: Context,
): readonly Completion[] | Promise<readonly Completion[]> {
  if (option.choices !== undefined) return option.choices.map((value) => ({ value }));
  const names = namesOf(option);
  if (names.includes("--output")) return (command?.formats ?? []).map((value) => ({ value }));
  const source = names.map((name) => flagSources[name]).find((each) => each !== undefined);
  return source === undefined ? [] : source(context, before);
}

const instanceTypes: Source = async () => catalogue.map(({ instanceType }) => ({ value: instanceType }));

const regions: Source = async () => allRegions.map((value) => ({ value }));

const kinds: Source = async () => {
  const { kinds: all } = await import("../../core/kubernetes/kinds.ts");
  return all.map((value) => ({ value }));
};

const templates: Source = async () => {
  const { templateList } = await import("../../core/workload/template-list.ts");
  return templateList.map(({ name, summary }) => ({ value: name, description: summary }));
};

/** The first argument; those after it are files. */
const platforms: Source = async (_, before) => {
  if (before.at(-1) !== "generate") return [];
  const { platforms: all } = await import("../../core/kubernetes/platforms/platforms.ts");
  return Object.entries(all).map(([value, { summary }]) => ({ value, description: summary }));
};

const clusters: Source = (context) => asked(context, (ecs) => ecs.listClusters());

const services: Source = (context, before) => {
  const index = before.lastIndexOf("--cluster");
  const cluster = index < 0 ? context.env["AIPLAT_CLUSTER"] : before[index + 1];
  return asked(context, (ecs) => ecs.listServices(cluster ?? "default"));
};

/** By flag; those with choices complete by these. */
const flagSources: Readonly<Record<string, Source>> = {
  "--instance-type": instanceTypes,
  "--region": regions,
  "--cluster": clusters,
  "--as": kinds,
};

/** The arguments of commands; the others are files. */
const argumentSources: Readonly<Record<string, Source>> = {
  init: templates,
  "templates show": templates,
  "eks platform generate": platforms,
  "instances show": instanceTypes,
  completion: async () => shells.map((value) => ({ value })),
  "service status": services,
  "service logs": services,
  "service exec": services,
  "service open": services,
  "service scale": services,
  "service rollback": services,
  "service delete": services,
  "service import": services,
};

/** The names of ARNs that AWS lists; none where it does not answer soon, or refuses. */
async function asked(
  context: Context,
  list: (ecs: EcsPort) => Promise<readonly string[]>,
): Promise<readonly Completion[]> {
  try {
    const arns = await list(await context.aws.ecsWithin(patienceMs));
    return arns.map((arn) => ({ value: arn.split("/").at(-1)! }));
  } catch {
    return [];
  }
}
