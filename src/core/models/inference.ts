import { cacheBytesPerSequence, indexerBytesPerToken } from "./cache.ts";
import type { Engine, Rank } from "./engines.ts";
import type { ModelShape, Precision } from "./shape.ts";
import { weightBytesPerRank } from "./weights.ts";

const bytesPerMiB = 1024 * 1024;

/** What one rank's memory is spent on, in MiB; parts are rounded up, what is left down. */
export interface RankMemory {
  /** Memory of one rank: a GPU, or a NeuronCore as the runtime counts it. */
  readonly memoryMiB: number;
  /** What the engine or framework may use of it. */
  readonly usableMiB: number;
  readonly weightsMiB: number;
  readonly activationsMiB: number;
  readonly runtimeMiB: number;
  /** Of training: gradients and the optimizer's states. */
  readonly gradientsMiB?: number;
  readonly optimizerMiB?: number;
  /** What is left for sequences. */
  readonly leftMiB: number;
  /** Cache, or kept activations, of one sequence of the context. */
  readonly perSequenceMiB: number;
  /** How many sequences fit at once. */
  readonly sequences: number;
}

/** The memory of one rank of an engine that serves a model over `tensorParallel` ranks. */
export function inferenceMemory(
  shape: ModelShape,
  { precision, contextTokens, tensorParallel, rank, engine }: InferenceOptions,
): RankMemory {
  const { memoryMiB } = rank;
  const step = engine.step(rank, contextTokens);
  const usableMiB = Math.floor(memoryMiB * engine.memoryShare);
  const weightsMiB = Math.ceil(weightBytesPerRank(shape, precision, tensorParallel) / bytesPerMiB);
  const activationsMiB = Math.ceil(
    (step.stepTokens * bytesPerStepToken(shape, tensorParallel) +
      gatheredBytes(shape, contextTokens) +
      step.logitSequences * shape.vocabularySize * bytesPerLogit) /
      bytesPerMiB,
  );
  const { runtimeMiB, cacheShare, mostCacheShare = 1, leastCacheMiB = 0 } = engine;
  const room = Math.min(
    (usableMiB - weightsMiB - activationsMiB - runtimeMiB) * cacheShare,
    usableMiB * mostCacheShare,
  );
  const leftMiB = Math.floor(room);
  const perSequence = cacheBytesPerSequence(shape, contextTokens, tensorParallel, step);
  const sequences = leftMiB < leastCacheMiB ? 0 : Math.max(0, Math.floor((leftMiB * bytesPerMiB) / perSequence));
  return {
    memoryMiB,
    usableMiB,
    weightsMiB,
    activationsMiB,
    runtimeMiB,
    leftMiB,
    perSequenceMiB: Math.ceil(perSequence / bytesPerMiB),
    sequences,
  };
}

export interface InferenceOptions {
  readonly precision: Precision;
  readonly contextTokens: number;
  readonly tensorParallel: number;
  readonly rank: Rank;
  readonly engine: Engine;
}

/**
 * Keys of the indexer that vLLM gathers at once: those of 40 contexts. get_max_prefill_buffer_size of
 * https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/v1/attention/backends/mla/indexer.py
 */
function gatheredBytes({ layers }: ModelShape, contextTokens: number): number {
  return 40 * contextTokens * Math.max(...layers.map(({ attention }) => indexerBytesPerToken(attention)));
}

/** A logit and its probability in 32 bits. */
const bytesPerLogit = 8;

/** An estimate: the states between layers, and the widest network's inner states, in 16 bits. */
function bytesPerStepToken({ hiddenSize, layers }: ModelShape, tensorParallel: number): number {
  const inner = Math.max(
    ...layers.map(({ feedForward: { denseSize = 0, experts } }) =>
      experts === undefined ? denseSize : denseSize + experts.perToken * experts.size,
    ),
  );
  return 2 * (4 * hiddenSize + (3 * inner) / tensorParallel);
}
