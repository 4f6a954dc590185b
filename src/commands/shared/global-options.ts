import type { OptionSpec } from "./option.ts";

/** The options that every command takes. */
export const globalOptions = [
  {
    flags: "--region <region>",
    description: "AWS region",
    defaultText: "AWS_REGION, then the profile's",
    repeatable: true,
  },
  { flags: "--profile <name>", description: "profile of the AWS configuration" },
  { flags: "--endpoint-url <url>", description: "another AWS endpoint for every call" },
  {
    flags: "--instance-types-file <file>",
    description: "instance types newer than this release: JSON rows as `aiplat instances list --live` prints them",
  },
  {
    flags: "--sandbox",
    description: "work on a sandbox of the command's own instead of AWS: nothing is kept, no credentials needed",
  },
  {
    flags: "-o, --output <format>",
    description: "text, json, yaml and, where they make sense, table, markdown, github, env, html",
  },
  { flags: "-q, --quiet", description: "no progress, no notes" },
  { flags: "--no-color", description: "no colour" },
  { flags: "--debug", description: "stack traces and AWS calls on stderr" },
  { flags: "--no-input", description: "never ask" },
  { flags: "-y, --yes", description: "answer yes to every question" },
] as const satisfies readonly OptionSpec[];
