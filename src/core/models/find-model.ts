import { nearestNames } from "../base/nearest.ts";
import { listOr, Refusal, settingProblem } from "../base/problem.ts";
import { builtInModels, type BuiltInModel } from "./built-in-models.ts";

/** The built-in model of that name, with or without the organisation before it, in any case. */
export function findModel(name: string): BuiltInModel | undefined {
  const wanted = name.toLowerCase();
  return builtInModels.find((model) =>
    [model.name, ...model.also].some((each) => [each.toLowerCase(), shortName(each)].includes(wanted)),
  );
}

/** `llama-3.1-8b` of `meta-llama/Llama-3.1-8B`: how a model is named on a command line. */
export function shortName(name: string): string {
  return name.slice(name.indexOf("/") + 1).toLowerCase();
}

/** The short names of all built-in models, in alphabetical order. */
export function builtInNames(): readonly string[] {
  return builtInModels.map(({ name }) => shortName(name)).toSorted();
}

/** A Refusal for what is neither a built-in model nor a file, with the nearest names. */
export function unknownModel(text: string): Refusal {
  const names = builtInModels.flatMap(({ name, also }) => [name, ...also].map(shortName));
  const nearest = nearestNames(shortName(text), [...new Set(names)]);
  const hint =
    (nearest.length === 0 ? "" : `Did you mean ${listOr(nearest)}? `) +
    "MODEL is a config.json, its folder, - for standard input, hf:ORG/NAME, or a name that aiplat instances fit --help lists.";
  return new Refusal([settingProblem("unknown-model", `${text} is no model that is built in, and no file`, hint)]);
}
