import type { ModelShape, Precision } from "./shape.ts";
import { nvfp4Group, scaleGroupOf, usualGroup } from "./weights.ts";

/**
 * Why a model cannot be divided over so many ranks; undefined where it can. Heads and key-value heads as vLLM checks
 * them (`verify_with_parallel_config` in vllm/config/model.py, QKVParallelLinear in
 * vllm/model_executor/layers/linear.py), the widths as its parallel layers divide them, and quantised widths in whole
 * blocks or groups. On Neuron the heads must divide as well (NxD Inference's feature guide, "Tensor-parallelism support");
 * its code would pad those that do not (gqa.py, get_shardable_head_counts), which is not counted here.
 */
export function degreeProblem(shape: ModelShape, precision: Precision, tensorParallel: number): string | undefined {
  if (tensorParallel === 1) return undefined;
  for (const { attention, feedForward } of shape.layers) {
    const { heads } = attention;
    if (heads % tensorParallel !== 0) return `${heads} heads do not divide by ${tensorParallel}`;
    if (attention.kind === "grouped") {
      const { keyValueHeads } = attention;
      if (keyValueHeads % tensorParallel !== 0 && tensorParallel % keyValueHeads !== 0)
        return `${keyValueHeads} key-value heads and ${tensorParallel} ranks do not divide each other`;
    }
    if (attention.kind === "linear" && attention.keyHeads % tensorParallel !== 0)
      return `${attention.keyHeads} key heads do not divide by ${tensorParallel}`;
    const widths = [
      ["a width", feedForward.denseSize],
      ["an expert's width", feedForward.experts?.size],
    ] as const;
    for (const [what, width] of widths) {
      if (width === undefined) continue;
      if (width % tensorParallel !== 0) return `${what} of ${width} does not divide by ${tensorParallel}`;
      const unit = unitOf(shape, precision);
      if ((width / tensorParallel) % unit !== 0)
        return `${what} of ${width} over ${tensorParallel} ranks is no multiple of the ${unit} weights that share a scale`;
    }
  }
  return undefined;
}

/** The degrees up to `most` that divide the model, ascending. */
export function legalDegrees(shape: ModelShape, precision: Precision, most: number): readonly number[] {
  return Array.from({ length: most }, (_, index) => index + 1).filter(
    (degree) => degreeProblem(shape, precision, degree) === undefined,
  );
}

function unitOf(shape: ModelShape, precision: Precision): number {
  const usual = { int4: usualGroup, nvfp4: nvfp4Group };
  return scaleGroupOf(shape, precision) ?? (precision === "int4" || precision === "nvfp4" ? usual[precision] : 1);
}
