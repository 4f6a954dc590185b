/** What of a model runs on GPUs, by engine, image and GPU. */
import { own } from "../base/merge.ts";
import { compareVersions } from "../base/version.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { gpuEngines, type EngineName } from "./engines.ts";
import { computeCapabilities } from "./gpus.ts";
import type { FittingImage } from "./serving-images.ts";
import type { ModelShape, Precision } from "./shape.ts";

/**
 * The first vLLM that has an architecture newer than 0.9.2: `_VLLM_MODELS` of vllm/model_executor/models/registry.py in
 * the releases on PyPI.
 */
const firstVllm: Readonly<Record<string, string>> = {
  glm4_moe: "0.10.0",
  gpt_oss: "0.10.1",
  smollm3: "0.10.1",
  qwen3_next: "0.10.2",
  qwen3_vl: "0.11.0",
  qwen3_vl_moe: "0.11.0",
  deepseek_v32: "0.11.0",
  minimax_m2: "0.11.1",
  glm_moe_dsa: "0.16.0",
  qwen3_5: "0.17.0",
  qwen3_5_moe: "0.17.0",
  gemma4: "0.19.0",
};

/** Why an engine does not serve a model on a GPU type; undefined where it does. */
export function gpuServingProblem(
  { modelType, layers }: ModelShape,
  precision: Precision,
  engine: EngineName,
  { accelerator: { name } }: InstanceType,
  image: FittingImage | undefined,
): string | undefined {
  const first = own(firstVllm, modelType);
  if (engine !== "vllm") {
    if (first !== undefined) return unsourced(engine, image, `architecture ${modelType}`);
    return precision === "nvfp4" ? unsourced(engine, image, "nvfp4 weights") : undefined;
  }
  const version = image === undefined ? undefined : /:(\d+\.\d+\.\d+)-/.exec(image.image)?.[1];
  if (first !== undefined && version !== undefined && compareVersions(version, first) < 0)
    return `architecture ${modelType} is in vLLM from ${first} on, and ${image!.image} has ${version}`;
  const isSparse = layers.some(({ attention }) => attention.kind === "latent" && attention.indexer !== undefined);
  return isSparse ? sparseProblem(name, computeCapabilities[name]!) : undefined;
}

/**
 * TGI's list has none of these: docs/source/supported_models.md of text-generation-inference @db931fc. Triton's image has
 * no tag here, so that its TensorRT-LLM is not known.
 */
function unsourced(engine: "tgi" | "triton", image: FittingImage | undefined, what: string): string {
  return engine === "tgi"
    ? `no source says that ${image?.image ?? gpuEngines.tgi.title} serves ${what}`
    : `not every TensorRT-LLM serves ${what}, and which one ${image!.image} has is not known`;
}

/**
 * vLLM's kernels for attention to what an indexer picks: supports_compute_capability of the backends in
 * https://github.com/vllm-project/vllm/tree/v0.27.1/vllm/v1/attention/backends/mla
 */
function sparseProblem(name: string, capability: number): string | undefined {
  if (capability >= 12) return `its attention needs --kv-cache-dtype fp8 on ${name}, which is not counted here`;
  return capability >= 9
    ? undefined
    : `its attention needs compute capability 9.0, and ${name} has ${capability.toFixed(1)}`;
}
