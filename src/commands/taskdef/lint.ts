import type { LintInput } from "../../core/ecs/lint/report.ts";
import { AiplatError, exitCodes } from "../../errors.ts";
import { nameOfFile, readTexts } from "../../files/read.ts";
import { replaceFile } from "../../files/write.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { defineCommand } from "../command.ts";

export const taskdefLint = defineCommand({
  description:
    "Checks ECS task definitions against what the hardware and ECS can do. Takes JSON or YAML: " +
    "the input of register-task-definition, the answer of describe-task-definition, or a list of them. " +
    "Piped, each line is: place, severity, rule, path, message, fix. " +
    "With --fix it corrects in place what has one right answer, and reports what is left; " +
    "the rest of a file stays as it is written. Standard input comes out corrected on stdout, " +
    "with the report on stderr.",
  arguments: [{ syntax: "<file...>", description: "files with task definitions, or - for standard input" }],
  options: [
    {
      flags: "--fail-on <severity>",
      description: "exit 3 where there is a finding of this severity or worse",
      choices: ["error", "warning"],
      default: "error",
    },
    { flags: "--fix", description: "correct what has one right answer; what is left decides the exit code" },
  ],
  examples: [
    ["aiplat taskdef lint bert.json", "check a task definition"],
    ["aws ecs describe-task-definition --task-definition bert | aiplat taskdef lint -", "check what is registered"],
    ["aiplat taskdef lint --fix taskdefs/*.json", "correct what can be corrected"],
    ["aiplat taskdef lint --fail-on warning -o github taskdefs/*.json", "annotate a pull request"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "github", "html"],
  run: async (context, { args, options }) => {
    if (args.filter((path) => path === "-").length > 1)
      throw new AiplatError("Usage", "- was given more than once: standard input can be read once");
    const [{ fixFiles, lintFiles }, { fixLines, lintReportView, lintSummary }] = await Promise.all([
      import("../../core/ecs/lint/report.ts"),
      import("../../output/lint-report.ts"),
    ]);
    const read = await readTexts(context, args);
    const files = args.map((path, index): LintInput => ({ name: nameOfFile(path), text: read[index]! }));
    const { report, texts } = options.fix === true ? fixFiles(files) : { report: lintFiles(files), texts: [] };
    for (const [index, text] of texts.entries()) {
      if (args[index] === "-") context.stdout.write(text);
      else if (text !== files[index]!.text) replaceFile(context, args[index]!, text);
    }
    // Then stdout is the corrected text.
    const reportTo = options.fix === true && args.includes("-") ? { ...context, stdout: context.stderr } : context;
    await print(reportTo, lintReportView(report));
    for (const line of fixLines(report)) note(context, line);
    note(context, lintSummary(report));
    const failing = report.findings.some(({ severity }) => severity === "error" || options.failOn === "warning");
    return failing ? exitCodes.check : exitCodes.success;
  },
});
