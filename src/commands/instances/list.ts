import { instanceTypes } from "../../core/catalog/instance-types/catalog.ts";
import { filterInstanceTypes, sortInstanceTypes, sortKeys } from "../../core/catalog/instance-types/filter.ts";
import { summariseInstanceType } from "../../core/catalog/instance-types/summary.ts";
import { instanceTypeListView } from "../../output/instance-types.ts";
import { note } from "../../output/note.ts";
import { print, printArtefact } from "../../output/print.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpec } from "../shared/option.ts";
import { readLiveTypes } from "./live-types.ts";
import { requireFamilies, typeFilterOf, typeFilterOptions } from "./type-filter.ts";

const options = [
  ...typeFilterOptions,
  {
    flags: "--live",
    description: "ask EC2 what the region has: JSON rows for --instance-types-file, in other formats the list as usual",
  },
  { flags: "--sort <key>", description: "ascending; without it by kind, family and size", choices: sortKeys },
] as const satisfies readonly OptionSpec[];

export const instancesList = defineCommand({
  description:
    "Lists the accelerated EC2 instance types of the catalogue, or with --live those of the region. " +
    "Piped, each line is: type, kind, accelerator, devices, MiB of one device, vCPU, memory in MiB, architecture, " +
    "EFA interfaces, on-demand USD an hour in us-east-1, status.",
  options,
  examples: [
    ["aiplat instances list --accelerator neuron", "every Inferentia and Trainium type"],
    [
      "aiplat instances list --min-device-memory 40GiB --max-price 8 --sort price",
      "the cheapest types for a large model",
    ],
    ["aiplat instances list --name 'g6*.xlarge' -o json", "as a document for scripts"],
    ["aiplat instances list --live --family trn3 > types.json", "types that are newer than this release"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { options }) => {
    const { family = [], live = false, sort } = options;
    if (!live) requireFamilies(family);
    const rows = live ? await readLiveTypes(context) : undefined;
    const matching = filterInstanceTypes(rows === undefined ? instanceTypes : [...rows.keys()], typeFilterOf(options));
    const sorted = sort === undefined ? matching : sortInstanceTypes(matching, sort);
    if (sorted.length === 0) note(context, `No instance type of ${live ? "the region" : "the catalogue"} matches.`);
    if (rows !== undefined && context.options.format === "text")
      await printArtefact(
        context,
        sorted.map((type) => rows.get(type)!),
      );
    else await print(context, instanceTypeListView(sorted.map(summariseInstanceType)));
  },
});
