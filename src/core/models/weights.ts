import type { Attention, ModelShape, Precision } from "./shape.ts";
import { tensorsOf, type Split, type Tensors } from "./tensors.ts";

/** Weights of quantised checkpoints share a scale, and a zero point, by so many: AWQ's and GPTQ's usual group. */
export const groupSize = 128;

/** fp8 in blocks, as DeepSeek publishes it: one scale of 4 bytes for 128 by 128 weights. */
const fp8Block = 128;

/**
 * Bytes of one weight of a linear layer, scales included. int8: a scale of 4 bytes for each row, of 1,024 weights at
 * least (https://docs.vllm.ai/en/latest/features/quantization/int8/). int4: a scale of 2 bytes and a zero point of the
 * weight's width for each group (https://docs.vllm.ai/en/latest/features/quantization/auto_awq/). mxfp4: a scale of
 * one byte for 32 weights (OCP Microscaling Formats 1.0, section 5).
 */
const bytesOfLinear: Readonly<Record<Precision, number>> = {
  bf16: 2,
  fp8: 1 + 4 / fp8Block ** 2,
  int8: 1 + 4 / 1024,
  int4: 0.5 + (2 + 0.5) / groupSize,
  mxfp4: 0.5 + 1 / 32,
};

/** Bytes of the whole model's weights on `tensorParallel` devices: what cannot be divided is there on each. */
export function weightBytesPerRank(shape: ModelShape, precision: Precision, tensorParallel: number): number {
  const keyValueRanks = keyValueDivisor(shape.layers[0]!.attention, tensorParallel);
  const divisors: Readonly<Record<Split, number>> = { whole: tensorParallel, "key-value": keyValueRanks, none: 1 };
  return tensorsOf(shape).reduce((sum, each) => sum + bytesOf(each, precision) / divisors[each.split], 0);
}

/** Bytes of the checkpoint on disk, those layers included that predict further tokens. */
export function checkpointBytes(shape: ModelShape): number {
  const { prediction, precision } = shape;
  return (
    weightBytesPerRank(shape, precision, 1) +
    prediction.layers * bytesOfLinear[precision] +
    prediction.vocabulary * bytesOfLinear.bf16
  );
}

/** Key-value heads are divided until each rank has one; from there on each is on several. */
function keyValueDivisor(attention: Attention, tensorParallel: number): number {
  return attention.kind === "latent"
    ? tensorParallel
    : attention.keyValueHeads / keyValueHeadsPerRank(attention, tensorParallel);
}

/** Key-value heads on each of `tensorParallel` ranks; of heads that divide neither way each rank has its queries'. */
export function keyValueHeadsPerRank(
  { heads, keyValueHeads }: { readonly heads: number; readonly keyValueHeads: number },
  tensorParallel: number,
): number {
  if (keyValueHeads % tensorParallel === 0) return keyValueHeads / tensorParallel;
  return tensorParallel % keyValueHeads === 0 ? 1 : Math.ceil(heads / tensorParallel);
}

function bytesOf({ parameters, isLinear, what }: Tensors, precision: Precision): number {
  // mxfp4 is the experts' alone: gpt-oss keeps the rest in 16 bits (modules_to_not_convert of its config.json).
  const quantised = precision === "mxfp4" ? what === "experts" : isLinear;
  return parameters * (quantised ? bytesOfLinear[precision] : bytesOfLinear.bf16);
}
