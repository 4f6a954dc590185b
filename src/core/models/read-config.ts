import { briefName } from "../base/brief-value.ts";
import { isRaw, own } from "../base/merge.ts";
import { nearestNames } from "../base/nearest.ts";
import { present } from "../base/present.ts";
import { listOr, Refusal, settingProblem, type Problem } from "../base/problem.ts";
import { architectures } from "./architectures.ts";
import { ConfigFields } from "./config-fields.ts";
import { parametersOf, parametersOfLayer } from "./tensors.ts";
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
  const published = readPublishedPrecision(config, from, problems, precision);
  const fields = new ConfigFields(config, from, problems);
  const body =
    architecture.textDefaults === undefined ? fields : fields.section("text_config", architecture.textDefaults);
  const layers = architecture.layers(body);
  const shape: ModelShape = {
    modelType,
    hiddenSize: body.count("hidden_size"),
    vocabularySize: body.count("vocab_size"),
    ...present({ maxContextTokens: body.optionalCount("max_position_embeddings") }),
    tiedEmbeddings: tieOf(config, body, architecture.tiedByDefault ?? false),
    normParameters: body.count("hidden_size") * (architecture.normsHaveBias === true ? 2 : 1),
    layers,
    visionParameters: architecture.vision?.(fields, body.count("hidden_size")) ?? 0,
    prediction: predictionOf(body, layers, architecture.predictionHasVocabulary ?? false),
    ...published,
    isFloat32: [config, config["text_config"]].some(isOfFloat32),
  };
  if (problems.length > 0) throw new Refusal(problems);
  if (shape.precision === "mxfp4" && !hasExperts(shape))
    throw new Refusal([settingProblem("model-config", `${from}: mxfp4 is of experts, and there are none`)]);
  const weights = parametersOf(shape) + shape.prediction.layers + shape.prediction.vocabulary;
  if (weights > mostWeights)
    throw new Refusal([
      settingProblem(
        "model-config",
        `${from}: its figures come to ${weights.toPrecision(2)} weights, and no model has more than ${mostWeights.toPrecision(2)}`,
      ),
    ]);
  return shape;
}

/** Whether some layer has experts. */
export function hasExperts({ layers }: ModelShape): boolean {
  return layers.some(({ feedForward }) => feedForward.experts !== undefined);
}

/** Several times those of any model, and few enough that their bytes are counted to the last digit. */
const mostWeights = 1e14;

/** By its name now and by the one of old. https://huggingface.co/docs/transformers/main_classes/configuration */
function isOfFloat32(section: unknown): boolean {
  return isRaw(section) && (section["dtype"] ?? section["torch_dtype"]) === "float32";
}

/** The model types whose shape is known, in alphabetical order. */
export const knownModelTypes: readonly string[] = Object.keys(architectures).toSorted();

function tieOf(config: Readonly<Record<string, unknown>>, body: ConfigFields, byDefault: boolean): boolean {
  const outer = config["tie_word_embeddings"];
  return body.flag("tie_word_embeddings", typeof outer === "boolean" ? outer : byDefault);
}

/** Each layer that predicts a further token is one more of the last ones', with what joins it to the token before. */
function predictionOf(body: ConfigFields, layers: readonly Layers[], hasVocabulary: boolean): PredictionParameters {
  const count = body.predictionLayers();
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
    `${from}: the shape of architecture ${briefName(modelType)} is not known`,
    `${nearest.length === 0 ? "" : `Nearest ${nearest.length === 1 ? "is" : "are"} ${listOr(nearest, "and")}. `}` +
      `Known are ${listOr(knownModelTypes, "and")}.`,
  );
}
