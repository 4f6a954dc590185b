import type { Attention, ModelShape } from "./shape.ts";
import { keyValueHeadsPerRank } from "./weights.ts";

/** Bytes of one value of the cache: engines keep it in the model's 16 bits unless told otherwise. */
const bytesPerValue = 2;

/** How an engine lays out the cache. */
export interface CacheLayout {
  /** Tokens of one block. */
  readonly blockTokens: number;
  /** Tokens that a layer with a window may hold beyond it, as one step computes so many at once. */
  readonly stepTokens: number;
}

/** Bytes that one token takes in the cache of a layer, on each of `tensorParallel` ranks. */
export function cacheBytesPerToken(attention: Attention, tensorParallel = 1): number {
  // The compressed vector is the same for all heads: each rank has all of it.
  if (attention.kind === "latent") return (attention.keyValueRank + attention.ropeSize) * bytesPerValue;
  return 2 * keyValueHeadsPerRank(attention, tensorParallel) * attention.headSize * bytesPerValue;
}

/** Bytes that one token takes in all layers together, windows left aside. */
export function modelCacheBytesPerToken({ layers }: ModelShape, tensorParallel = 1): number {
  return layers.reduce((sum, { count, attention }) => sum + count * cacheBytesPerToken(attention, tensorParallel), 0);
}

/**
 * Bytes of the cache of one sequence of `contextTokens` on each rank, in whole blocks. A layer with a window keeps the
 * window and what one step computes, as vLLM counts it: SlidingWindowSpec.max_memory_usage_bytes in
 * https://github.com/vllm-project/vllm/blob/main/vllm/v1/kv_cache_interface.py
 */
export function cacheBytesPerSequence(
  { layers }: ModelShape,
  contextTokens: number,
  tensorParallel: number,
  { blockTokens, stepTokens }: CacheLayout,
): number {
  return layers.reduce((sum, { count, attention }) => {
    const window = attention.kind === "grouped" ? attention.windowTokens : undefined;
    const blocks =
      window === undefined
        ? Math.ceil(contextTokens / blockTokens)
        : Math.ceil(Math.min(window - 1 + stepTokens, contextTokens) / blockTokens) + 1;
    return sum + count * blocks * blockTokens * cacheBytesPerToken(attention, tensorParallel);
  }, 0);
}
