import { readTemplates } from "../../files/templates.ts";
import { print } from "../../output/print.ts";
import { templateListView } from "../../output/templates.ts";
import { defineCommand } from "../command.ts";

export const templatesList = defineCommand({
  description: "Lists the templates that aiplat init writes a workload file from.",
  examples: [["aiplat templates list", "every template with what it is for"]],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context) => {
    await print(context, templateListView(readTemplates()));
  },
});
