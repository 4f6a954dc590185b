import { readTemplate } from "../../files/templates.ts";
import { print } from "../../output/print.ts";
import { templateView } from "../../output/templates.ts";
import { defineCommand } from "../command.ts";
import { chooseTemplate } from "../shared/choose-template.ts";

export const templatesShow = defineCommand({
  description: "Shows a template: what it needs and its workload file. Piped, the workload file alone.",
  arguments: [{ syntax: "<name>", description: "the template; aiplat templates list shows them" }],
  examples: [["aiplat templates show pytorch-inference-inf2", "what the template needs, and its file"]],
  formats: ["text", "json", "yaml"],
  run: async (context, { args }) => {
    const summary = chooseTemplate(args[0]);
    await print(context, templateView(readTemplate(summary.name), summary));
  },
});
