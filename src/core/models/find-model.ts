import { nearestNames } from "../base/nearest.ts";
import { listOr, Refusal, settingProblem } from "../base/problem.ts";
import type { ModelShape } from "./shape.ts";
import { builtInModels, type BuiltInModel } from "./built-in-models.ts";

/** A model by what the user called it. */
export interface FoundModel {
  readonly name: string;
  /** Its name on Hugging Face; absent of a file. */
  readonly hubName?: string;
  readonly shape: ModelShape;
  /** Where its figures are from. */
  readonly source: string;
  /** Of a built-in model: the day its figures were read (YYYY-MM-DD). */
  readonly asOf?: string;
  /** Of a built-in model: weights in the published checkpoint. */
  readonly publishedParameters?: number;
}

/** The built-in model of that name, with or without the organisation before it, in any case. */
export function findModel(name: string): BuiltInModel | undefined {
  const wanted = name.toLowerCase();
  return builtInModels.find((model) =>
    [model.name, ...model.also].some((each) => [each.toLowerCase(), shortName(each)].includes(wanted)),
  );
}

/** The name on Hugging Face that was asked for: the model's own, or that of its tuned kin. */
export function hubNameOf({ name, also }: BuiltInModel, text: string): string {
  const wanted = text.toLowerCase();
  return [name, ...also].find((each) => [each.toLowerCase(), shortName(each)].includes(wanted)) ?? name;
}

/** `llama-3.1-8b` of `meta-llama/Llama-3.1-8B`: how a model is named on a command line. */
export function shortName(name: string): string {
  return name.slice(name.indexOf("/") + 1).toLowerCase();
}

/** Every built-in model under its short name, in alphabetical order. */
export function listModels(): readonly (BuiltInModel & { readonly shortName: string })[] {
  return builtInModels
    .map((model) => ({ ...model, shortName: shortName(model.name) }))
    .toSorted((one, other) => (one.shortName < other.shortName ? -1 : 1));
}

/** A Refusal for what is neither a built-in model nor a file, with the nearest names. */
export function unknownModel(text: string): Refusal {
  const names = builtInModels.flatMap(({ name, also }) => [name, ...also].map(shortName));
  const nearest = nearestNames(shortName(text), [...new Set(names)]);
  const hint =
    (nearest.length > 0 ? `Did you mean ${listOr(nearest)}? ` : familyHint(text)) +
    "MODEL is a name that aiplat instances fit lists, a config.json, its folder, - or hf:ORG/NAME.";
  return new Refusal([settingProblem("unknown-model", `${text} is no model that is built in, and no file`, hint)]);
}

/** The models whose names begin so: people name a family before they name a model. */
function familyHint(text: string): string {
  const ofFamily = listModels().flatMap(({ shortName: name }) => (name.startsWith(text.toLowerCase()) ? [name] : []));
  return ofFamily.length === 0 ? "" : `Built in of ${text}: ${ofFamily.join(", ")}. `;
}
