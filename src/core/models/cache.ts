import type { Attention, LinearAttention, ModelShape } from "./shape.ts";
import { keyValueHeadsPerRank } from "./weights.ts";

/** Bytes of one value of the cache: engines keep it in the model's 16 bits unless told otherwise. */
const bytesPerValue = 2;

/** How an engine lays out the cache. */
export interface CacheLayout {
  /** Tokens of one block. */
  readonly blockTokens: number;
  /** Tokens that a layer with a window may hold beyond it: those of the steps that are under way at once. */
  readonly inFlightTokens: number;
}

/** Bytes that one token takes in the cache of a layer, on each of `tensorParallel` ranks. */
export function cacheBytesPerToken(attention: Attention, tensorParallel = 1): number {
  if (attention.kind === "linear") return 0;
  // The compressed vector is the same for all heads: each rank has all of it.
  if (attention.kind === "latent")
    return (attention.keyValueRank + attention.ropeSize) * bytesPerValue + indexerBytesPerToken(attention);
  return 2 * keyValueHeadsPerRank(attention, tensorParallel) * attention.headSize * bytesPerValue;
}

/**
 * Bytes of a token's key of the indexer: 8 bits a value, and a scale of 4 bytes for 128. Indexer.k_cache in
 * https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/model_executor/models/deepseek_v2.py
 */
export function indexerBytesPerToken(attention: Attention): number {
  if (attention.kind !== "latent" || attention.indexer === undefined) return 0;
  const { headSize } = attention.indexer;
  return headSize + 4 * Math.floor(headSize / 128);
}

/** Bytes that one token takes in all layers together, windows left aside. */
export function modelCacheBytesPerToken({ layers }: ModelShape, tensorParallel = 1): number {
  return layers.reduce((sum, { count, attention }) => sum + count * cacheBytesPerToken(attention, tensorParallel), 0);
}

/**
 * Bytes of the cache of one sequence of `contextTokens` on each rank, in whole blocks. A layer with a window keeps the
 * window and what is under way, one that looks back within pieces of the context a piece and what is under way, as vLLM counts
 * it: max_memory_usage_bytes of SlidingWindowSpec, ChunkedLocalAttentionSpec and MambaSpec in
 * https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/v1/kv_cache_interface.py. With linear attention there is no cache
 * of prefixes unless it is asked for, so that a sequence has one state (default_prefix_caching in its engine/arg_utils.py).
 */
export function cacheBytesPerSequence(
  { layers }: ModelShape,
  contextTokens: number,
  tensorParallel: number,
  { blockTokens, inFlightTokens }: CacheLayout,
): number {
  const page = pageBytes({ layers }, tensorParallel, blockTokens);
  return layers.reduce((sum, { count, attention }) => {
    const perToken = cacheBytesPerToken(attention, tensorParallel);
    const bytes = page ?? blockTokens * perToken;
    const blocks = perToken === 0 ? 1 : blocksOf(attention, contextTokens, bytes / perToken, inFlightTokens);
    return sum + count * blocks * bytes;
  }, 0);
}

function blocksOf(attention: Attention, contextTokens: number, blockTokens: number, inFlightTokens: number): number {
  const { windowTokens = undefined, chunkTokens = undefined } = attention.kind === "grouped" ? attention : {};
  if (windowTokens !== undefined)
    return Math.ceil(Math.min(windowTokens - 1 + inFlightTokens, contextTokens) / blockTokens) + 1;
  return Math.ceil(Math.min((chunkTokens ?? contextTokens) + inFlightTokens, contextTokens) / blockTokens);
}

/**
 * Bytes of a page, which is the same for all layers: a block of the layer with the largest, and so much that the state of
 * a layer with linear attention fits. Undefined with latent attention, where each layer has its own.
 * `_align_hybrid_block_size` in https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/platforms/interface.py,
 * `unify_kv_cache_spec_page_size` in https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/v1/core/kv_cache_utils.py
 */
function pageBytes(
  { layers }: Pick<ModelShape, "layers">,
  tensorParallel: number,
  blockTokens: number,
): number | undefined {
  const attentions = layers.map(({ attention }) => attention);
  if (attentions.some(({ kind }) => kind === "latent")) return undefined;
  const block = blockTokens * Math.max(...attentions.map((each) => cacheBytesPerToken(each, tensorParallel)));
  const states = attentions.flatMap((each) => (each.kind === "linear" ? [stateBytes(each) / tensorParallel] : []));
  return block * Math.max(1, ...states.map((bytes) => Math.ceil(bytes / block)));
}

/** Bytes of a sequence's state in a layer: what the convolution reaches over, and the state itself. */
function stateBytes({ heads, valueSize, keyHeads, keySize, convolution, stateBytes: each }: LinearAttention): number {
  return (
    (convolution - 1) * (2 * keyHeads * keySize + heads * valueSize) * bytesPerValue +
    heads * valueSize * keySize * each
  );
}
