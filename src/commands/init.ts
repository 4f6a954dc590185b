import { nearestNames } from "../core/base/nearest.ts";
import type { Template } from "../core/workload/template.ts";
import { AiplatError } from "../errors.ts";
import { readTemplates } from "../files/templates.ts";
import { writeNewFile } from "../files/write.ts";
import { note } from "../output/note.ts";
import type { Command } from "./command.ts";

interface Options {
  readonly file?: string;
  readonly force?: boolean;
}

const defaultFile = "aiplat.yaml";

export const init: Command<Options> = {
  description: "Writes a workload file to start from.",
  arguments: [{ syntax: "[template]", description: "the template; aiplat templates list shows them" }],
  options: [
    { flags: "--file <path>", description: "the file to write, or - for standard output", defaultText: defaultFile },
    { flags: "--force", description: "overwrite a file that is there" },
  ],
  examples: [
    ["aiplat init pytorch-inference-inf2", "an aiplat.yaml for PyTorch on Inferentia2"],
    ["aiplat init tensorflow-serving-inf1 --file serving.yaml", "into another file"],
  ],
  formats: ["text"],
  run: async (context, { args, options: { file = defaultFile, force = false } }) => {
    const { name, workload } = chooseTemplate(readTemplates(), args[0]);
    if (file === "-") {
      context.stdout.write(workload);
      return;
    }
    writeNewFile(context, file, workload, force);
    const argument = file === defaultFile ? "" : ` ${file}`;
    note(
      context,
      `Wrote ${file}. Read what it needs: aiplat templates show ${name}\nThen:  aiplat validate${argument}\n` +
        `       aiplat taskdef generate${argument}`,
    );
  },
};

/** The template of that name; the error lists them all. */
export function chooseTemplate(templates: readonly Template[], name: string | undefined): Template {
  const found = templates.find((each) => each.name === name);
  if (found !== undefined) return found;
  const near =
    name === undefined
      ? undefined
      : nearestNames(
          name,
          templates.map((each) => each.name),
        )[0];
  const list = templates
    .map((each) => `${each.name.padEnd(Math.max(...templates.map((one) => one.name.length)))}  ${each.summary}`)
    .join("\n");
  throw new AiplatError("Usage", name === undefined ? "no template given" : `there is no template ${name}`, {
    hint: `${near === undefined ? "" : `Did you mean ${near}? `}The templates are:\n${list}`,
    details: { templates: templates.map((each) => each.name) },
  });
}
