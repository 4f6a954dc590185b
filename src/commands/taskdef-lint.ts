import type { Severity } from "../core/ecs/lint/rule.ts";
import { AiplatError, exitCodes } from "../errors.ts";
import { readText, stdinName } from "../files/read.ts";
import { note } from "../output/note.ts";
import { print } from "../output/print.ts";
import type { Command } from "./command.ts";

interface Options {
  readonly failOn?: Severity;
}

export const taskdefLint: Command<Options> = {
  description:
    "Checks ECS task definitions against what the hardware and ECS can do. Takes JSON or YAML: the input of register-task-definition, the answer of describe-task-definition, or a list of them. Piped, each line is: place, severity, rule, path, message, fix.",
  arguments: [{ syntax: "<file...>", description: "files with task definitions, or - for standard input" }],
  options: [{ flags: "--fail-on <severity>", description: "exit 3 where there is a finding of this severity or worse", choices: ["error", "warning"], defaultText: "error" }],
  examples: [
    ["aiplat taskdef lint bert.json", "check a task definition"],
    ["aws ecs describe-task-definition --task-definition bert | aiplat taskdef lint -", "check what is registered"],
    ["aiplat taskdef lint --fail-on warning -o github taskdefs/*.json", "annotate a pull request"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "github", "html"],
  run: async (context, { args, options }) => {
    if (args.filter((path) => path === "-").length > 1) throw new AiplatError("Usage", "- was given more than once: standard input can be read once");
    const [{ lintFiles }, { lintReportView, lintSummary }] = await Promise.all([import("../core/ecs/lint/report.ts"), import("../output/lint-report.ts")]);
    const files: { readonly name: string; readonly text: string }[] = [];
    for (const path of args) files.push({ name: path === "-" ? stdinName : path, text: await readText(context, path) });
    const report = lintFiles(files);
    await print(context, lintReportView(report));
    note(context, lintSummary(report));
    const failing = report.findings.some(({ severity }) => severity === "error" || options.failOn === "warning");
    return failing ? exitCodes.check : exitCodes.success;
  },
};
