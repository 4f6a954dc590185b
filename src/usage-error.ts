import type { Command } from "./commands/command.ts";
import { registry, groups } from "./commands/registry.ts";
import { longFlag, type OptionSpec } from "./commands/shared/option.ts";
import { agreeing } from "./core/base/counted.ts";
import { nearestNames } from "./core/base/nearest.ts";
import { present } from "./core/base/present.ts";
import { listOr } from "./core/base/problem.ts";
import { AiplatError, together } from "./errors.ts";

/** A flag whose value cannot be read, with the flag's own refusal where it has one. */
export interface WrongValue {
  readonly spec: OptionSpec;
  readonly text: string;
  readonly error?: AiplatError;
}

/** The command that argv names, as far as usage goes. */
export interface AskedCommand extends Pick<Command, "arguments" | "options"> {
  readonly words: string;
  /** What of argv was read as its arguments. */
  readonly args: () => readonly string[];
}

/** commander's own error. */
interface Stop {
  readonly code: string;
  readonly message: string;
}

interface Mistakes {
  readonly wrong: readonly WrongValue[];
  /** Where commander stopped. */
  readonly stopped?: Stop;
  readonly asked?: AskedCommand;
  /** The command line. */
  readonly words: readonly string[];
}

const ofShell = "A variable of the shell that is not set leaves nothing there.";

/** What is wrong with a command line, all of it at once. */
export function usageErrorOf({ wrong, stopped, asked, words }: Mistakes): unknown {
  const mistakes = wrong.map(wrongValue);
  if (stopped !== undefined) mistakes.push(stoppedAt(stopped, asked, words));
  else if (asked?.args().includes("") === true)
    mistakes.push(usage(`an argument of aiplat ${asked.words} is empty`, ofShell));
  return together(mistakes);
}

function usage(message: string, hint?: string): AiplatError {
  return new AiplatError("Usage", message, present({ hint }));
}

/** The refusal of words that are no command. */
export function unknownCommand(words: string): AiplatError {
  const [near] = nearestNames(words, [...Object.keys(groups), ...registry.map((entry) => entry.words)], 1);
  const hint = `${near === undefined ? "" : `Did you mean ${near}? `}aiplat --help lists the commands.`;
  return new AiplatError("Usage", `no command ${words}`, { hint });
}

function wrongValue({ spec, text, error }: WrongValue): AiplatError {
  if (error !== undefined) return error;
  const flag = longFlag(spec.flags);
  if (text === "") return usage(`${flag} is empty`, `Write ${written(spec)}, or leave it out. ${ofShell}`);
  const near = nearestNames(text, spec.choices!);
  const hint = near.length === 0 ? undefined : `Did you mean ${listOr(near)}?`;
  return usage(`${flag} ${text}: not one of ${listOr(spec.choices!)}`, hint);
}

/** `--output <format>` of `-o, --output <format>`. */
function written({ flags }: OptionSpec): string {
  return flags.slice(flags.indexOf("--"));
}

function stoppedAt({ code, message }: Stop, asked: AskedCommand | undefined, words: readonly string[]): AiplatError {
  const [, flag] = /^error: (?:unknown )?option '(?:-\w, )?(--[^'=\s]+)/.exec(message) ?? [];
  switch (code) {
    case "commander.unknownCommand":
      return usage(tidy(message), `${helpOf(groupBefore(/'([^']+)'/.exec(message)?.[1], words))} lists the commands.`);
    case "commander.unknownOption":
      return usage(withMeantFlag(message, flag, asked));
    case "commander.optionMissingArgument":
      return usage(`${flag} needs a value`, `Write ${/'(?:-\w, )?(--[^']+)'/.exec(message)![1]}.`);
    case "commander.missingArgument": {
      const [first] = asked!.arguments!;
      return usage(`aiplat ${asked!.words} needs ${first!.syntax}`, `${first!.syntax}: ${first!.description}.`);
    }
    case "commander.excessArguments":
      return tooMany(asked!);
    default:
      return usage(tidy(message));
  }
}

/** The group of commands that was named before a word: `eks nodegroup` of `aiplat eks nodegroup x`. */
function groupBefore(word: string | undefined, words: readonly string[]): string | undefined {
  const before = ` ${words.slice(0, words.indexOf(word ?? "")).join(" ")}`;
  return Object.keys(groups)
    .toSorted((a, b) => b.length - a.length)
    .find((group) => before.endsWith(` ${group}`));
}

function helpOf(group: string | undefined): string {
  return group === undefined ? "aiplat --help" : `aiplat ${group} --help`;
}

function tooMany({ words, args, arguments: takes = [] }: AskedCommand): AiplatError {
  const what = takes.length === 0 ? "no argument" : `${takes.map(({ syntax }) => syntax).join(" ")} and no more`;
  const extra = args().slice(takes.length);
  return usage(
    `aiplat ${words} takes ${what}: ${listOr(extra, "and")} ${agreeing(extra.length, "is", "are")} too many`,
    `aiplat ${words} --help shows what it takes.`,
  );
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
function withMeantFlag(message: string, flag: string | undefined, asked: AskedCommand | undefined): string {
  const has = (each: string) => asked?.options?.some(({ flags }) => longFlag(flags) === each) === true;
  const meant = (otherFlags[flag?.slice(2) ?? ""] ?? []).filter(has);
  return meant.length === 0 ? tidy(message) : `unknown option '${flag}' - did you mean ${listOr(meant, "and")}?`;
}

/** commander's sentence without its prefix and line break. */
function tidy(message: string): string {
  return message.replace(/^error: /, "").replace(/\n\(Did you mean (.*?)\?\)/, " - did you mean $1?");
}
