// Prints the README's command reference as Markdown from the command specs; scripts/build-reference.mjs runs it.
import type { Command } from "./commands/command.ts";
import { registry } from "./commands/registry.ts";
import { defaultTextOf, type OptionSpec } from "./commands/shared/option.ts";
import { workloadOptions } from "./commands/shared/workload-options.ts";

/** Markdown of every command: usage, description, options, formats and examples. */
export async function commandReference(): Promise<string> {
  const sections = await Promise.all(registry.map(async ({ words, load }) => commandSection(words, await load())));
  return [workloadSection(), ...sections].join("\n");
}

/** The flags that every command with a workload shares, told once. */
function workloadSection(): string {
  return [
    "### Workload flags",
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
  const parts = [`### aiplat ${words}`, "", `    ${syntax.join(" ")}`, "", spec.description, ""];
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
  const { flags, description, choices, repeatable } = spec;
  const otherwise = defaultTextOf(spec);
  const notes = [
    choices === undefined ? "" : `one of ${choices.join(", ")}`,
    otherwise === undefined ? "" : `default: ${otherwise}`,
    repeatable === true && !description.includes("repeatable") ? "repeatable" : "",
  ].filter(Boolean);
  const text = notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
  return `| \`${flags.replace(/\|/g, "\\|")}\` | ${text.replace(/\|/g, "\\|")} |`;
}
