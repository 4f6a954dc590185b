import { isRaw, own } from "../base/merge.ts";
import { nearestNames } from "../base/nearest.ts";
import { present } from "../base/present.ts";
import { listOr, Refusal, settingProblem, type Problem } from "../base/problem.ts";
import { architectures } from "./architectures.ts";
import { ConfigFields } from "./config-fields.ts";
import { parametersOfLayer } from "./tensors.ts";
import { readPublishedPrecision } from "./published-precision.ts";
import type { Layers, ModelShape, Precision, PredictionParameters } from "./shape.ts";

/**
 * The shape of a model from its config.json.
 *
 * @param from Names the file in messages.
 * @param precision What the weights are to be kept in, where not as published: of a checkpoint in a format that is not
 *   known this is the only way.
 * @throws Refusal with every problem: an architecture that is not known, figures that are missing or contradict.
 */
export function readModelConfig(config: unknown, from: string, precision?: Precision): ModelShape {
  if (!isRaw(config)) throw new Refusal([settingProblem("model-config", `${from} is no config.json of a model`)]);
  const modelType = config["model_type"];
  if (typeof modelType !== "string") throw new Refusal([withoutType(config, from)]);
  const architecture = own(architectures, modelType);
  if (architecture === undefined) throw new Refusal([unknownArchitecture(modelType, from)]);
  const problems: Problem[] = [];
  const published = readPublishedPrecision(config, from, precision === undefined ? problems : []);
  const fields = new ConfigFields(config, from, problems);
  const body = architecture.isWrapper === true ? fields.section("text_config") : fields;
  const layers = architecture.layers(body);
  const shape: ModelShape = {
    modelType,
    hiddenSize: body.count("hidden_size"),
    vocabularySize: body.count("vocab_size"),
    ...present({ maxContextTokens: body.optionalCount("max_position_embeddings") }),
    tiedEmbeddings: tieOf(config, body, architecture.tiedByDefault ?? false),
    normParameters: body.count("hidden_size") * (architecture.normsHaveBias === true ? 2 : 1),
    layers,
    visionParameters: architecture.vision?.(fields) ?? 0,
    prediction: predictionOf(body, layers, architecture.predictionHasVocabulary ?? false),
    ...published,
  };
  if (problems.length > 0) throw new Refusal(problems);
  return shape;
}

/** The model types whose shape is known, in alphabetical order. */
export const knownModelTypes: readonly string[] = Object.keys(architectures).toSorted();

function tieOf(config: Readonly<Record<string, unknown>>, body: ConfigFields, byDefault: boolean): boolean {
  const outer = config["tie_word_embeddings"];
  return body.flag("tie_word_embeddings", typeof outer === "boolean" ? outer : byDefault);
}

/** Each layer that predicts a further token is one more of the last ones', with what joins it to the token before. */
function predictionOf(body: ConfigFields, layers: readonly Layers[], hasVocabulary: boolean): PredictionParameters {
  const count = body.amount("num_nextn_predict_layers");
  const hidden = body.count("hidden_size");
  return {
    layers: count * (parametersOfLayer(hidden, layers.at(-1)!) + 2 * hidden * hidden + 3 * hidden),
    vocabulary: hasVocabulary ? count * 2 * body.count("vocab_size") * hidden : 0,
  };
}

function withoutType(config: Readonly<Record<string, unknown>>, from: string): Problem {
  const what = "_class_name" in config ? "it is of a diffusion pipeline" : "it has no model_type";
  return settingProblem(
    "model-config",
    `${from} is no config.json of a language model: ${what}`,
    "Take the config.json beside the model's safetensors.",
  );
}

function unknownArchitecture(modelType: string, from: string): Problem {
  const nearest = nearestNames(modelType, knownModelTypes);
  return settingProblem(
    "unknown-model-architecture",
    `${from}: the shape of architecture ${modelType} is not known`,
    `${nearest.length === 0 ? "" : `Nearest ${nearest.length === 1 ? "is" : "are"} ${listOr(nearest, "and")}. `}` +
      `Known are ${listOr(knownModelTypes, "and")}.`,
  );
}
