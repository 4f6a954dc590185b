import { dirname, join } from "node:path";
import type { Context } from "../context.ts";
import { listOr } from "../core/base/problem.ts";
import type { StarterTarget } from "../core/models/starter.ts";
import { AiplatError } from "../errors.ts";
import { readTemplate } from "../files/templates.ts";
import { writeNewFiles } from "../files/write.ts";
import { note } from "../output/note.ts";
import { defineCommand } from "./command.ts";
import { chooseTemplate } from "./shared/choose-template.ts";
import type { OptionsOf, OptionSpec } from "./shared/option.ts";
import { wholeFrom } from "./shared/parse-numbers.ts";

const defaultFile = "aiplat.yaml";

const modelOptions = [
  {
    flags: "--model <model>",
    description:
      "in place of a template: what serves the model on the cheapest type that it fits, as instances fit has it",
  },
  {
    flags: "--target <target>",
    description: "of --model: where it will run",
    choices: ["ecs", "eks"],
    defaultText: "ecs",
  },
  { flags: "--instance-type <type>", description: "of --model: the type, in place of the cheapest" },
  {
    flags: "--context <tokens>",
    description: "of --model: tokens of one sequence",
    parse: wholeFrom(1),
    defaultText: "8192, or the model's own where that is less",
  },
  {
    flags: "--sequences <n>",
    description: "of --model: sequences at once that must fit",
    parse: wholeFrom(1),
    defaultText: "1",
  },
] as const satisfies readonly OptionSpec[];

export const init = defineCommand({
  description: "Writes a workload file to start from: a template, or what serves a language model.",
  arguments: [{ syntax: "[template]", description: "the template; aiplat templates list shows them" }],
  options: [
    { flags: "--file <path>", description: "the file to write, or - for standard output", default: defaultFile },
    { flags: "--force", description: "overwrite a file that is there" },
    ...modelOptions,
  ],
  examples: [
    ["aiplat init pytorch-inference-inf2", "an aiplat.yaml for PyTorch on Inferentia2"],
    ["aiplat init --model qwen3-8b", "an aiplat.yaml that serves Qwen3 8B where it is cheapest"],
    ["aiplat init --model llama-3.3-70b-instruct --instance-type trn2.48xlarge --target eks", "on Trainium2 on EKS"],
    ["aiplat init tensorflow-serving-inf1 --file serving.yaml", "into another file"],
  ],
  formats: ["text"],
  run: async (context, { args, options: { file, force = false, ...options } }) => {
    const { workload, files, target, needs } = await startFrom(context, args[0], options);
    if (file === "-") {
      context.stdout.write(workload);
      if (files.size > 0) note(context, `${listOr([...files.keys()], "and")} go with it: --file PATH writes them all.`);
      return;
    }
    const others = Array.from(files, ([name, text]) => [join(dirname(file), name), text] as const);
    const all = new Map([...others, [file, workload]]);
    if (all.size === others.length)
      throw new AiplatError("Usage", `${file} is a file that goes with the workload's`, {
        hint: `Name another with --file: ${listOr([...files.keys()], "and")} are written beside it.`,
      });
    writeNewFiles(context, all, { force });
    const argument = file === defaultFile ? "" : ` ${file}`;
    note(
      context,
      `Wrote ${listOr([...all.keys()], "and")}.${needs}\nThen:  aiplat validate${argument}\n` +
        `       aiplat ${target === "eks" ? "eks" : "taskdef"} generate${argument}`,
    );
  },
});

interface Start {
  readonly workload: string;
  /** What goes with it, by the name of the file. */
  readonly files: ReadonlyMap<string, string>;
  /** What it is generated for first. */
  readonly target: StarterTarget;
  /** What is said of it. */
  readonly needs: string;
}

async function startFrom(
  context: Context,
  template: string | undefined,
  options: OptionsOf<typeof modelOptions>,
): Promise<Start> {
  if (options.model !== undefined) {
    if (template !== undefined)
      throw new AiplatError("Usage", "a template and --model are two files: name one of them");
    const { workloadOfModel } = await import("./shared/workload-of-model.ts");
    const workload = await workloadOfModel(context, options.model, options);
    return { workload, files: new Map(), target: options.target ?? "ecs", needs: " Its comments say why." };
  }
  const [stray] = Object.keys(options);
  if (stray !== undefined)
    throw new AiplatError(
      "Usage",
      "--target, --instance-type, --context and --sequences are of --model, which is missing",
    );
  const { name, workload, files, targets } = readTemplate(chooseTemplate(template).name);
  const [target = "ecs"] = targets;
  return { workload, files, target, needs: `\nRead:  aiplat templates show ${name}` };
}
