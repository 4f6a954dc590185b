import { templateList } from "../../core/workload/template-list.ts";
import { templateTargets } from "../../core/workload/template.ts";
import { readTemplates } from "../../files/templates.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { templateListView } from "../../output/templates.ts";
import { defineCommand } from "../command.ts";

export const templatesList = defineCommand({
  description:
    "Lists the templates that aiplat init writes a workload file from. " +
    "Piped, each line is: name, summary, group, targets, accelerators.",
  arguments: [{ syntax: "[word]", description: "in the name, the group or the README of the template, in any case" }],
  options: [
    { flags: "--target <target>", description: "whose README says how to run it there", choices: templateTargets },
    {
      flags: "--accelerator <kind>",
      description: "that run on this kind; none: on CPU alone",
      choices: ["neuron", "nvidia", "none"],
    },
  ],
  examples: [
    ["aiplat templates list", "every template with what it is for"],
    ["aiplat templates list --target eks --accelerator neuron", "for Trainium and Inferentia on EKS"],
    ["aiplat templates list deepspeed", "those whose README has the word"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { args, options: { target, accelerator } }) => {
    const said = namesWith(args[0]?.toLowerCase());
    const found = templateList.filter(
      ({ name, targets, accelerators }) =>
        (said === undefined || said.has(name)) &&
        (target === undefined || targets.includes(target)) &&
        (accelerator === undefined || accelerators.includes(accelerator)),
    );
    if (found.length === 0) note(context, "No template matches: aiplat templates list shows them all.");
    await print(context, templateListView(found));
  },
});

/** The templates that say the word in their name or README, of which a list without a word reads none. */
function namesWith(word: string | undefined): ReadonlySet<string> | undefined {
  if (word === undefined) return undefined;
  const found = readTemplates().filter(({ name, readme }) => `${name}\n${readme}`.toLowerCase().includes(word));
  return new Set(found.map(({ name }) => name));
}
