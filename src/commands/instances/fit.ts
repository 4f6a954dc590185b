import { instanceTypes } from "../../core/catalog/instance-types/catalog.ts";
import { filterInstanceTypes } from "../../core/catalog/instance-types/filter.ts";
import { present } from "../../core/base/present.ts";
import { priceOf } from "../../core/catalog/instance-types/price.ts";
import { fitModel } from "../../core/models/fit.ts";
import { modelFigures } from "../../core/models/model-figures.ts";
import { shownFits } from "../../core/models/shown-fits.ts";
import { exitCodes } from "../../errors.ts";
import { note } from "../../output/note.ts";
import { print } from "../../output/print.ts";
import { defineCommand } from "../command.ts";
import type { OptionSpec } from "../shared/option.ts";
import { fitOptions, fitRequestOf } from "../shared/fit-options.ts";
import { requireFamilies, typeFilterOf, typeFilterOptions } from "./type-filter.ts";

const options = [
  ...fitOptions,
  { flags: "-a, --all", description: "every slot of every type, also those that the model does not fit, and why" },
  { flags: "--arithmetic", description: "how each figure comes about, in place of the table" },
  ...typeFilterOptions,
] as const satisfies readonly OptionSpec[];

export const instancesFit = defineCommand({
  description:
    "Says which instance types a model fits, on how many devices, how many sequences at once, and for how much: the " +
    "smallest slot of each type, cheapest first. MODEL is a name that is built in, a config.json, its folder, - for " +
    "standard input, or hf:ORG/NAME (HF_TOKEN, HF_ENDPOINT); without it the names are listed. Figures that no source " +
    "gives are marked as not verified. Exit 4 where it fits nowhere. Piped, each line is: type, devices, fits, ranks, " +
    "precision, MiB of a rank, weights in MiB, left in MiB, MiB of a sequence, sequences, replicas an instance, on-demand " +
    "USD an hour in us-east-1, reasons.",
  arguments: [{ syntax: "[MODEL]", description: "built-in name, config.json, its folder, -, or hf:ORG/NAME" }],
  options,
  examples: [
    ["aiplat instances fit llama-3.1-8b", "where it fits, cheapest first"],
    ["aiplat instances fit llama-3.3-70b-instruct --accelerator neuron --context 16384", "on Trainium and Inferentia"],
    ["aiplat instances fit qwen2.5-32b --precision int4 --sequences 16 --max-price 5", "quantised, for 16 at once"],
    ["aiplat instances fit ./model/config.json --name 'p5*' --all --arithmetic", "every slot, and the sums"],
    ["aiplat instances fit llama-3.1-8b --task lora --context 4096", "train adapters"],
    ["aiplat instances fit", "the models that are built in"],
  ],
  formats: ["text", "json", "yaml", "table", "markdown", "html"],
  run: async (context, { args: [text], options: given }) => {
    if (text === undefined) {
      const { modelListView } = await import("../../output/model-list.ts");
      const { listModels } = await import("../../core/models/find-model.ts");
      const { modelsAsOf } = await import("../../core/models/built-in-models.ts");
      return await print(context, modelListView(listModels(), modelsAsOf));
    }
    requireFamilies(given.family ?? []);
    const { findModelShape } = await import("../shared/find-model-shape.ts");
    const model = await findModelShape(context, text, given.precision);
    const request = fitRequestOf(given, model.shape, model.name);
    const all = fitModel(model.shape, request, filterInstanceTypes(instanceTypes, typeFilterOf(given)));
    const fits = given.all === true ? all : shownFits(all);
    const { modelFitView } = await import("../../output/model-fit.ts");
    const priced = fits.map((each) => ({ ...each, ...present({ price: priceOf(each.type) }) }));
    const shape = { all: given.all === true, arithmetic: given.arithmetic === true };
    await print(context, modelFitView(modelFigures(model), request, priced, shape));
    if (all.some((each) => each.fits)) return;
    note(context, nothingFits(all.length, given.all === true));
    return exitCodes.capacity;
  },
});

function nothingFits(slots: number, isAll: boolean): string {
  if (slots === 0) return "No instance type of the catalogue matches.";
  return `It fits no slot of the types asked for${isAll ? "" : ": --all says why"}.`;
}
