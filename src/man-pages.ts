// Prints the manual's pages from the command specs; scripts/build-man-pages.mjs writes them.
// https://man7.org/linux/man-pages/man7/man.7.html
import type { Command } from "./commands/command.ts";
import { registry } from "./commands/registry.ts";
import { globalOptions } from "./commands/shared/global-options.ts";
import { meaningOf, type OptionSpec } from "./commands/shared/option.ts";
import { exitCodes, exitMeanings } from "./core/base/codes/error-codes.ts";

const summary = "puts an AI workload on the right accelerator on AWS";

/** The pages by their files' names: `aiplat.1`, and one a command. */
export async function manPages(): Promise<ReadonlyMap<string, string>> {
  const pages = await Promise.all(
    registry.map(async ({ words, load, summary: what }) => {
      const name = pageName(words);
      return [`${name}.1`, commandPage(words, name, what, await load())] as const;
    }),
  );
  return new Map([["aiplat.1", overview()], ...pages]);
}

function pageName(words: string): string {
  return `aiplat-${words.replaceAll(" ", "-")}`;
}

function overview(): string {
  return page("aiplat", summary, [
    section("SYNOPSIS", `.B aiplat\n${italic("command")} [${italic("options")}]`),
    section(
      "DESCRIPTION",
      text(
        "From one workload file, or flags, aiplat works out devices, memory, machine image, placement and network, and " +
          "writes or runs exactly that: ECS task definitions, tasks and services, and the same workload on EKS.",
      ),
    ),
    section("COMMANDS", registry.map(({ words, summary: what }) => entry(`aiplat ${words}`, what)).join("\n")),
    section("GLOBAL OPTIONS", options(globalOptions)),
    exitStatus(),
    section("SEE ALSO", registry.map(({ words }) => `.BR ${roff(pageName(words))} (1)`).join(",\n")),
  ]);
}

function commandPage(words: string, name: string, what: string, spec: Command): string {
  const given = (spec.arguments ?? []).map(({ syntax }) => ` ${italic(syntax)}`).join("");
  const command = spec.takesCommand === true ? ` [\\-\\- ${italic("COMMAND...")}]` : "";
  const chosen = spec.options === undefined ? "" : ` [${italic("options")}]`;
  const parts = [
    section("SYNOPSIS", `.B aiplat ${roff(words)}\n${`${chosen}${given}${command}`.trim()}`),
    section("DESCRIPTION", text(spec.description)),
  ];
  if (spec.arguments !== undefined && spec.arguments.length > 0)
    parts.push(
      section("ARGUMENTS", spec.arguments.map(({ syntax, description }) => entry(syntax, description)).join("\n")),
    );
  if (spec.options !== undefined && spec.options.length > 0) parts.push(section("OPTIONS", options(spec.options)));
  parts.push(section("OUTPUT", text(`--output takes ${spec.formats.join(", ")}; the first is the default.`)));
  if (spec.examples !== undefined && spec.examples.length > 0)
    parts.push(
      section(
        "EXAMPLES",
        spec.examples.map(([line, does]) => `${text(does)}\n.IP\n.EX\n${roff(line)}\n.EE\n.PP`).join("\n"),
      ),
    );
  return page(name, what, [...parts, exitStatus(), section("SEE ALSO", ".BR aiplat (1)")]);
}

function page(name: string, what: string, sections: readonly string[]): string {
  const title = `.TH ${roff(name.toUpperCase())} 1 "" aiplat "aiplat's manual"`;
  // No justified lines: flags and paths are long words.
  return `${[title, ".nh", ".ad l", section("NAME", `${roff(name)} \\- ${roff(lowerFirst(what))}`), ...sections].join("\n")}\n`;
}

function exitStatus(): string {
  const names = Object.keys(exitCodes) as readonly (keyof typeof exitCodes)[];
  return section("EXIT STATUS", names.map((name) => entry(String(exitCodes[name]), exitMeanings[name])).join("\n"));
}

function section(title: string, body: string): string {
  return `.SH ${title}\n${body}`;
}

function options(specs: readonly OptionSpec[]): string {
  return specs.map((spec) => entry(spec.flags, meaningOf(spec))).join("\n");
}

/** A term with what it means beneath it. */
function entry(term: string, meaning: string): string {
  return `.TP\n.B ${roff(term)}\n${text(meaning)}`;
}

/** Text in which no line is a request of roff's: each of Markdown's code spans is bold. */
function text(words: string): string {
  return roff(words).replace(/`([^`]+)`/g, "\\fB$1\\fR");
}

function italic(words: string): string {
  return `\\fI${roff(words)}\\fR`;
}

/** A backslash and a dash have a meaning of their own; so has a dot or an apostrophe at the start of a line. */
function roff(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");
}

function lowerFirst(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? words[0]!.toLowerCase() + words.slice(1) : words;
}
