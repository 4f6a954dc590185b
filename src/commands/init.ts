import { readTemplates } from "../files/templates.ts";
import { writeNewFile } from "../files/write.ts";
import { note } from "../output/note.ts";
import { defineCommand } from "./command.ts";
import { chooseTemplate } from "./shared/choose-template.ts";

const defaultFile = "aiplat.yaml";

export const init = defineCommand({
  description: "Writes a workload file to start from.",
  arguments: [{ syntax: "[template]", description: "the template; aiplat templates list shows them" }],
  options: [
    { flags: "--file <path>", description: "the file to write, or - for standard output", default: defaultFile },
    { flags: "--force", description: "overwrite a file that is there" },
  ],
  examples: [
    ["aiplat init pytorch-inference-inf2", "an aiplat.yaml for PyTorch on Inferentia2"],
    ["aiplat init tensorflow-serving-inf1 --file serving.yaml", "into another file"],
  ],
  formats: ["text"],
  run: async (context, { args, options: { file, force = false } }) => {
    const { name, workload } = chooseTemplate(readTemplates(), args[0]);
    if (file === "-") {
      context.stdout.write(workload);
      return;
    }
    writeNewFile(context, file, workload, { force });
    const argument = file === defaultFile ? "" : ` ${file}`;
    note(
      context,
      `Wrote ${file}. Read what it needs: aiplat templates show ${name}\nThen:  aiplat validate${argument}\n` +
        `       aiplat taskdef generate${argument}`,
    );
  },
});
