import { briefName } from "../base/brief-value.ts";
import { isRaw, own } from "../base/merge.ts";
import { listOr, settingProblem, type Problem } from "../base/problem.ts";
import { precisions, type ModelShape, type Precision } from "./shape.ts";
import { nvfp4Group } from "./weights.ts";

/** mxfp4 is of experts alone. */
const ofLinearLayers = precisions.filter((each) => each !== "mxfp4");

type Fields = Readonly<Record<string, unknown>>;

/** How a checkpoint keeps its weights. */
type Published = Pick<ModelShape, "precision" | "scaleGroup" | "keepsAttention">;

/** What each `quant_method` comes to; undefined for what of it is not known. */
const formats: Readonly<Record<string, ((fields: Fields) => Published | undefined) | undefined>> = {
  fp8: ({ weight_block_size: block }) => withGroup("fp8", sideOf(block)),
  mxfp4: () => ({ precision: "mxfp4" }),
  awq: inBits,
  gptq: inBits,
  "compressed-tensors": inGroups,
  modelopt: ({ quant_algo: algorithm, group_size: group }) => own(modelOptFormats, String(algorithm))?.(group),
};

const modelOptFormats: Readonly<Record<string, (group: unknown) => Published>> = {
  FP8: () => ({ precision: "fp8" }),
  NVFP4: (group) => withGroup("nvfp4", group),
};

/** Layers that are counted in 16 bits whatever the format: those of `Tensors.isLinear` are not among them. */
const neverQuantised =
  /head|embed|norm|\bgate\b|shared_expert_gate|router|e_score|vis(?:ion|ual)|projector|mtp|eh_proj|conv1d|in_proj_b?a?$|indexers?[_.](?:weights_)?proj/;

/** A layer's attention as a whole. */
const wholeAttention = /\.(\d+)\.self_attn\*?$/;

/**
 * How the checkpoint beside a config.json keeps its weights.
 * https://huggingface.co/docs/transformers/main_classes/quantization
 *
 * @param said What they come to by `--precision`: taken where the format is not known.
 * @param problems Takes what is said of a format that is not known.
 */
export function readPublishedPrecision(
  config: Fields,
  from: string,
  problems: Problem[],
  said: Precision | undefined,
): Published {
  const quantisation = quantisationOf(config);
  if (quantisation === undefined) return { precision: "bf16" };
  const text = isRaw(config["text_config"]) ? config["text_config"] : config;
  const published = isRaw(quantisation)
    ? publishedBy(quantisation, text["num_hidden_layers"])
    : "quantization_config is no map";
  if (typeof published !== "string") return published;
  if (said !== undefined) return { precision: said };
  problems.push(
    settingProblem(
      "model-config",
      `${from}: ${published}`,
      `Say with --precision what they come to: ${listOr(ofLinearLayers)}.`,
    ),
  );
  return { precision: "bf16" };
}

/** Where ModelOpt says how it quantised, which engines read where config.json does not. */
export const modelOptFile = "hf_quant_config.json";

/** Whether a config.json says itself how its checkpoint is quantised. */
export function saysPrecision(config: Fields): boolean {
  return quantisationOf(config) !== undefined;
}

/** The config.json with what ModelOpt says in the file beside it. */
export function withModelOpt(config: Fields, beside: unknown): Fields {
  const said = isRaw(beside) ? beside["quantization"] : undefined;
  return { ...config, quantization_config: isRaw(said) ? { ...said, quant_method: "modelopt" } : beside };
}

/** compressed-tensors wrote `compression_config` at first. */
function quantisationOf(config: Fields): unknown {
  return config["quantization_config"] ?? config["compression_config"] ?? undefined;
}

/** What the section comes to for so many layers, or what about it is not known. */
function publishedBy(fields: Fields, layers: unknown): Published | string {
  const { quant_method: method = "quant_algo" in fields ? "modelopt" : undefined } = fields;
  const published = own(formats, String(method))?.(fields);
  if (published === undefined)
    return `the weights are quantised by ${method === undefined ? "(no quant_method)" : briefName(method)}${detailOf(fields)}, which is not known`;
  // mxfp4 is the experts' alone anyway.
  const kept = published.precision === "mxfp4" ? [] : keptLayers(fields).filter((each) => !neverQuantised.test(each));
  const attention = new Set(kept.map((each) => wholeAttention.exec(each)?.[1]));
  if (kept.length === 0) return published;
  return attention.size === layers && !attention.has(undefined)
    ? { ...published, keepsAttention: true }
    : `of the weights, ${briefName(kept[0]!)} is left in 16 bits, and what that comes to is not known`;
}

function detailOf({ bits, quant_algo: algorithm }: Fields): string {
  if (typeof bits === "number") return ` in ${bits} bits`;
  return typeof algorithm === "string" ? ` in ${briefName(algorithm)}` : "";
}

/** The layers that are left as they were, by any format's name for them. */
function keptLayers({ modules_to_not_convert: one, ignore: other, exclude_modules: third }: Fields): readonly string[] {
  return [one, other, third].flat().filter((each) => typeof each === "string");
}

function inBits({ bits, group_size: group }: Fields): Published | undefined {
  if (bits === 4) return withGroup("int4", group);
  return bits === 8 ? withGroup("int8", group) : undefined;
}

/** compressed-tensors' groups of layers, where all are kept alike. */
function inGroups({ config_groups: groups }: Fields): Published | undefined {
  if (!isRaw(groups)) return undefined;
  const all = Object.values(groups).map((group) =>
    isRaw(group) && isRaw(group["weights"]) ? weightsOf(group["weights"]) : undefined,
  );
  const [first] = all;
  return all.every((each) => each?.precision === first?.precision && each?.scaleGroup === first?.scaleGroup)
    ? first
    : undefined;
}

function weightsOf({ num_bits: bits, type, group_size: group, block_structure: block }: Fields): Published | undefined {
  if (type === "float" && bits === 4)
    return group === nvfp4Group ? { precision: "nvfp4", scaleGroup: group } : undefined;
  if (type === "float") return bits === 8 ? withGroup("fp8", sideOf(block)) : undefined;
  return type === "int" ? inBits({ bits, group_size: group }) : undefined;
}

function sideOf(block: unknown): unknown {
  return Array.isArray(block) ? block[0] : undefined;
}

/** A group of -1 is the whole row, as is one that the file leaves out. */
function withGroup(precision: Precision, group: unknown): Published {
  return typeof group === "number" && Number.isInteger(group) && group > 0
    ? { precision, scaleGroup: group }
    : { precision };
}
