/** What of a model runs on Neuron, and how it may be divided there. */
import { own } from "../base/merge.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import { neuronNative, neuronNxd, type Engine } from "./engines.ts";
import type { ModelShape, Precision } from "./shape.ts";

/**
 * Tensor-parallel degrees that a chip's collectives take: aws-neuron-sdk @81ce03a,
 * libraries/nxd-inference/developer_guides/feature-guide.rst, "Tensor parallelism".
 */
const degreesByFamily: Readonly<Record<string, readonly number[] | undefined>> = {
  inf2: [1, 2, 4, 8, 24],
  trn1: [1, 2, 8, 16, 32],
  trn1n: [1, 2, 8, 16, 32],
  trn2: [1, 2, 4, 8, 16, 32, 64],
  trn2u: [1, 2, 4, 8, 16, 32, 64],
};

/** The degrees of a Neuron family, ascending; undefined where no source says. */
export function neuronDegrees({ family }: InstanceType): readonly number[] | undefined {
  return degreesByFamily[family];
}

/**
 * Architectures of NxD Inference: neuronx-distributed-inference @4bcdc54,
 * src/neuronx_distributed_inference/utils/constants.py. Those that need Trainium2: its model reference and tests.
 */
const nxdModelTypes = new Set(["llama", "mistral", "mixtral", "qwen2", "qwen3", "qwen3_moe", "gemma3"]);
const nxdModelTypesOfTrn2 = new Set(["gpt_oss", "qwen3_vl", "llama4"]);

/** Architectures of vLLM Neuron: aws-neuron-sdk @81ce03a, vllm-neuron/docs/model-recipes. */
const nativeModelTypes = new Set(["llama", "gpt_oss", "qwen3_vl"]);

/** The engine that serves an architecture on a Neuron type; undefined where no source names one. */
export function neuronEngine(modelType: string, precision: Precision, type: InstanceType): Engine | undefined {
  const isTrn2 = isTrainium2(type);
  // vLLM Neuron has bf16 and fp8; NxD Inference int8 too.
  if (isTrn2 && nativeModelTypes.has(modelType) && precision !== "int8") return neuronNative;
  const serves = nxdModelTypes.has(modelType) || (isTrn2 && nxdModelTypesOfTrn2.has(modelType));
  return serves ? neuronNxd : undefined;
}

/**
 * Degrees by which AWS itself divides a model whose heads they do not divide: NxD Inference pads the heads (gqa.py,
 * get_shardable_head_counts). aws-neuron-sdk @81ce03a, libraries/nxd-inference/tutorials/llama4-tutorial.ipynb.
 */
const paddedDegrees: Readonly<Record<string, number>> = { llama4: 64 };

/** The model as it is divided by a degree: with the heads that NxD Inference pads it to. */
export function paddedShape(shape: ModelShape, degree: number): ModelShape {
  if (own(paddedDegrees, shape.modelType) !== degree) return shape;
  const padded = (heads: number) => Math.ceil(heads / degree) * degree;
  return {
    ...shape,
    layers: shape.layers.map((layer) => ({
      ...layer,
      attention: { ...layer.attention, heads: padded(layer.attention.heads) },
    })),
  };
}

/** Why weights of a precision do not run on a Neuron type; undefined where they do. */
export function neuronPrecisionProblem(precision: Precision, type: InstanceType): string | undefined {
  const chip = type.accelerator.name;
  switch (precision) {
    case "bf16":
    case "int8":
      return undefined;
    case "fp8":
      return isTrainium2(type) ? undefined : `no source says that ${chip} serves fp8 weights`;
    case "int4":
    case "mxfp4":
    case "nvfp4":
      return `${precision} weights are not served on ${chip}: bf16, int8${isTrainium2(type) ? " and fp8" : ""} are`;
  }
}

/** The precision in which published weights are served on Neuron: gpt-oss in bf16 on Trainium2 (its recipe). */
export function neuronPrecision(published: Precision): Precision {
  return published === "mxfp4" ? "bf16" : published;
}

function isTrainium2({ family }: InstanceType): boolean {
  return family.startsWith("trn2");
}
