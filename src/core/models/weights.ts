import type { ModelShape, Precision } from "./shape.ts";
import { tensorsOf, type KeyValueHeads, type Split, type Tensors } from "./tensors.ts";

/** Weights of int4 share a scale, and a zero point, by so many where nothing else is said: AWQ's and GPTQ's usual group. */
export const usualGroup = 128;

/** The weights of nvfp4 that share a scale. */
export const nvfp4Group = 16;

/** fp8 in blocks, as DeepSeek publishes it: one scale of 4 bytes for 128 by 128 weights. */
const fp8Block = 128;

/**
 * Bytes of one weight of a linear layer, scales included. int8: a scale of 4 bytes for each row, of 1,024 weights at
 * least (https://docs.vllm.ai/en/latest/features/quantization/int8/). int4, and int8 in groups: a scale of 2 bytes and a
 * zero point of the weight's width for each group (https://docs.vllm.ai/en/latest/features/quantization/auto_awq/).
 * mxfp4: a scale of one byte for 32 weights (OCP Microscaling Formats 1.0, section 5). nvfp4: a scale of one byte for 16
 * (ModelOptNvFp4LinearMethod of
 * https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/model_executor/layers/quantization/modelopt.py).
 */
function bytesOfLinear(shape: ModelShape, precision: Precision): number {
  const group = scaleGroupOf(shape, precision);
  switch (precision) {
    case "bf16":
      return bytesOfOther;
    case "fp8":
      return 1 + 4 / (group ?? fp8Block) ** 2;
    case "int8":
      return group === undefined ? 1 + 4 / 1024 : 1 + (2 + 1) / group;
    case "int4":
      return 0.5 + (2 + 0.5) / (group ?? usualGroup);
    case "mxfp4":
      return 0.5 + 1 / 32;
    case "nvfp4":
      return 0.5 + 1 / (group ?? nvfp4Group);
  }
}

/** Bytes of a weight that keeps its 16 bits. */
const bytesOfOther = 2;

/** The published checkpoint's group, where the weights stay as published. */
export function scaleGroupOf(
  { precision: published, scaleGroup }: ModelShape,
  precision: Precision,
): number | undefined {
  return precision === published ? scaleGroup : undefined;
}

/** Bytes of the whole model's weights on `tensorParallel` devices: what cannot be divided is there on each. */
export function weightBytesPerRank(shape: ModelShape, precision: Precision, tensorParallel: number): number {
  return tensorsOf(shape).reduce(
    (sum, each) => sum + bytesOf(shape, each, precision) / divisorOf(each.split, tensorParallel),
    0,
  );
}

/** Bytes of the checkpoint on disk, those layers included that predict further tokens. */
export function checkpointBytes(shape: ModelShape): number {
  const { prediction, precision, isFloat32 } = shape;
  const bytes =
    weightBytesPerRank(shape, precision, 1) +
    prediction.layers * bytesOfLinear(shape, precision) +
    prediction.vocabulary * bytesOfOther;
  return isFloat32 && precision === "bf16" ? 2 * bytes : bytes;
}

/** Key-value heads are divided until each rank has one; from there on each is on several. */
function divisorOf(split: Split, tensorParallel: number): number {
  if (typeof split === "object") return split.keyValueHeads / keyValueHeadsPerRank(split, tensorParallel);
  return split === "none" ? 1 : tensorParallel;
}

/** Key-value heads on each of `tensorParallel` ranks; of heads that divide neither way each rank has its queries'. */
export function keyValueHeadsPerRank({ heads, keyValueHeads }: KeyValueHeads, tensorParallel: number): number {
  if (keyValueHeads % tensorParallel === 0) return keyValueHeads / tensorParallel;
  return tensorParallel % keyValueHeads === 0 ? 1 : Math.ceil(heads / tensorParallel);
}

function bytesOf(shape: ModelShape, { parameters, isLinear, what }: Tensors, precision: Precision): number {
  // mxfp4 is the experts' alone: gpt-oss keeps the rest in 16 bits (modules_to_not_convert of its config.json).
  const kept = what === "attention" && shape.keepsAttention === true && precision === shape.precision;
  const quantised = precision === "mxfp4" ? what === "experts" : isLinear && !kept;
  return parameters * (quantised ? bytesOfLinear(shape, precision) : bytesOfOther);
}
