// Prints docs/commands.md and the README's table of commands from the command specs; scripts/build-reference.mjs runs it.
import type { Command } from "./commands/command.ts";
import { groups, helpSummary, registry } from "./commands/registry.ts";
import { globalOptions } from "./commands/shared/global-options.ts";
import { meaningOf, type OptionSpec } from "./commands/shared/option.ts";
import { workloadOptions } from "./commands/shared/workload-options.ts";

/** docs/commands.md: of every command its usage, description, options, formats and examples. */
export async function commandsPage(): Promise<string> {
  const sections = await Promise.all(registry.map(async ({ words, load }) => commandSection(words, await load())));
  return [
    "# Commands",
    "",
    "Made from what `aiplat help COMMAND` is made from. Exit codes and the codes of errors are in [codes.md](codes.md), the",
    "keys of the workload file in [workload.md](workload.md).",
    "",
    "## Global options",
    "",
    "Every command takes these.",
    "",
    ...table(globalOptions),
    workloadSection(),
    ...sections,
  ].join("\n");
}

/** The README's table: a row for each group of commands, and for each that stands alone. */
export function commandTable(): string {
  const rows = new Map<
    string,
    { readonly first: string; readonly summary: string; readonly verbs: readonly string[] }
  >();
  for (const { words, summary } of registry) {
    const [group, verb] = splitWords(words);
    const { first, verbs } = rows.get(group) ?? { first: words, verbs: [] };
    rows.set(
      group,
      verb === undefined
        ? { first, summary, verbs }
        : { first, summary: groups[group]!.split(":")[0]!, verbs: [...verbs, verb] },
    );
  }
  const link = (words: string) => `docs/commands.md#aiplat-${words.replaceAll(" ", "-")}`;
  return [
    "| command | what it is for |",
    "|---|---|",
    ...[...rows].map(
      ([group, { first, summary, verbs }]) =>
        `| ${[`[\`${group}\`](${link(first)})`, verbs.join(", ")].join(" ").trim()} | ${summary} |`,
    ),
    `| [\`help\`](docs/commands.md) | ${helpSummary} |`,
  ].join("\n");
}

/** `eks nodegroup create` is `create` of the group `eks nodegroup`; `init` stands alone. */
function splitWords(words: string): readonly [group: string, verb?: string] {
  const space = words.lastIndexOf(" ");
  return space < 0 ? [words] : [words.slice(0, space), words.slice(space + 1)];
}

/** The flags that every command with a workload shares, told once. */
function workloadSection(): string {
  return [
    "## Workload flags",
    "",
    "Commands that take a workload take these; a flag overrides the file. Everything after `--` is the command.",
    "",
    ...table(workloadOptions),
  ].join("\n");
}

function commandSection(words: string, spec: Command): string {
  const syntax = [
    "aiplat",
    words,
    ...(spec.options === undefined ? [] : ["[options]"]),
    ...(spec.arguments ?? []).map((argument) => argument.syntax),
    ...(spec.takesCommand === true ? ["[-- COMMAND...]"] : []),
  ];
  const parts = [`## aiplat ${words}`, "", `    ${syntax.join(" ")}`, "", spec.description, ""];
  for (const argument of spec.arguments ?? []) parts.push(`- \`${argument.syntax}\`: ${argument.description}`);
  if ((spec.arguments ?? []).length > 0) parts.push("");
  const shared = new Set<string>(workloadOptions.map((option) => option.flags));
  const takesWorkload = [...shared].every((flags) => spec.options?.some((option) => option.flags === flags) === true);
  const own = (spec.options ?? []).filter((option) => !takesWorkload || !shared.has(option.flags));
  if (takesWorkload) parts.push("Takes the [workload flags](#workload-flags).", "");
  if (own.length > 0) parts.push(...table(own));
  parts.push(`Formats (\`--output\`): ${spec.formats.join(", ")}.`, "");
  if (spec.examples !== undefined)
    parts.push("```sh", ...spec.examples.flatMap(([line, what]) => [`# ${what}`, line]), "```", "");
  return parts.join("\n");
}

function table(options: readonly OptionSpec[]): readonly string[] {
  return ["| option | meaning |", "|---|---|", ...options.map(optionRow), ""];
}

function optionRow(spec: OptionSpec): string {
  return `| \`${spec.flags.replace(/\|/g, "\\|")}\` | ${meaningOf(spec).replace(/\|/g, "\\|")} |`;
}
