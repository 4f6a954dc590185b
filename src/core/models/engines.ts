import type { CacheLayout } from "./cache.ts";

export const engineNames = ["vllm", "tgi", "triton"] as const;
export type EngineName = (typeof engineNames)[number];

/** A figure of an engine with where it is from; without a source it is an estimate that nobody has published. */
export interface Assumption {
  readonly what: string;
  readonly value: string;
  readonly source?: string;
}

/** What an engine sees of one rank. */
export interface Rank {
  /** The accelerator as EC2 names it. */
  readonly device: string;
  readonly memoryMiB: number;
}

/** What one step of an engine has at once, and how the cache is laid out for it. */
export interface EngineStep extends CacheLayout {
  /** Tokens of one step. */
  readonly stepTokens: number;
  /** Sequences whose logits are there at once. */
  readonly logitSequences: number;
}

/** How an engine spends the memory of one rank. */
export interface Engine {
  readonly title: string;
  /** The part of a rank's memory that weights, activations and cache share. */
  readonly memoryShare: number;
  /** The part of what is left beside the weights that the cache gets. */
  readonly cacheShare: number;
  /** The most of `memoryShare` that the cache may be. */
  readonly mostCacheShare?: number;
  /** Below so much cache the engine does not start. */
  readonly leastCacheMiB?: number;
  /** Context, libraries, graphs. */
  readonly runtimeMiB: number;
  readonly step: (rank: Rank, contextTokens: number) => EngineStep;
  readonly assumptions: readonly Assumption[];
}

const vllmCommit = "https://github.com/vllm-project/vllm/blob/002f10e0cfa1373a19a0d2756598a34b700d20e5";

const vllmBatchDefaults =
  "https://github.com/vllm-project/vllm/blob/99d7eb5d6a512cfcc5a2b104f24ebf2d6cda772b/vllm/engine/arg_utils.py " +
  "(get_batch_defaults)";

const largeMiB = 70 * 1024;

/** Whether vLLM's server takes its larger defaults: a large GPU, and no A100, which they slow down. */
function hasLargeBatches({ device, memoryMiB }: Rank): boolean {
  return memoryMiB >= largeMiB && device !== "A100";
}

const estimate = (what: string, value: string): Assumption => ({ what, value });

/** What every estimate of activations says. */
const activations = estimate(
  "activations of a rank",
  "16 bits for 4 hidden and 3 inner widths of each token of a step, and 8 bytes for each logit of all sequences at once",
);

/** One step after the other. */
const oneStep = (blockTokens: number, stepTokens: number, logitSequences: number): EngineStep => ({
  blockTokens,
  stepTokens,
  inFlightTokens: stepTokens,
  logitSequences,
});

const vllm: Engine = {
  title: "vLLM",
  memoryShare: 0.92,
  cacheShare: 1,
  runtimeMiB: 1024,
  step: (rank) => ({
    ...oneStep(16, hasLargeBatches(rank) ? 8192 : 2048, hasLargeBatches(rank) ? 1024 : 256),
    inFlightTokens: 2 * (hasLargeBatches(rank) ? 8192 : 2048),
  }),
  assumptions: [
    {
      what: "--gpu-memory-utilization",
      value: "0.92",
      source: `${vllmCommit}/vllm/config/cache.py`,
    },
    { what: "cache in 16 bits, blocks of 16 tokens", value: "16", source: `${vllmCommit}/vllm/config/cache.py` },
    {
      what: "--max-num-batched-tokens",
      value: "8192 from 70 GiB a GPU on but for A100, else 2048",
      source: vllmBatchDefaults,
    },
    {
      what: "--max-num-seqs",
      value: "1024 from 70 GiB a GPU on but for A100, else 256",
      source: vllmBatchDefaults,
    },
    {
      what: "steps under way at once, whose tokens layers with a window keep",
      value: "2",
      source: "https://github.com/vllm-project/vllm/blob/v0.27.1/vllm/config/vllm.py (max_in_flight_tokens)",
    },
    activations,
    estimate("CUDA context, NCCL and graphs of a GPU", "1024 MiB"),
  ],
};

/** What TGI and Triton are held to for want of figures of their own. */
const gpusAsVllm = estimate("GPUs and precisions that it runs", "those of vLLM");

const tgiGlobals =
  "https://github.com/huggingface/text-generation-inference/blob/db931fcf42da018a3657580c64bf2720f167f9ab/server/" +
  "text_generation_server/models/globals.py";

const tgi: Engine = {
  title: "TGI",
  memoryShare: 0.9,
  cacheShare: 1,
  runtimeMiB: 1024,
  step: () => oneStep(1, 4096, 128),
  assumptions: [
    { what: "TGI_WIGGLE_ROOM", value: "0.90", source: tgiGlobals },
    { what: "tokens of a block of the cache, with flashinfer", value: "1", source: tgiGlobals },
    estimate("--max-batch-prefill-tokens", "4096"),
    estimate("sequences whose logits are there at once", "128"),
    activations,
    gpusAsVllm,
    estimate("CUDA context, NCCL and graphs of a GPU", "1024 MiB"),
  ],
};

const triton: Engine = {
  title: "Triton with TensorRT-LLM",
  memoryShare: 1,
  cacheShare: 0.9,
  runtimeMiB: 1536,
  step: () => oneStep(32, 8192, 256),
  assumptions: [
    {
      what: "free_gpu_memory_fraction",
      value: "0.9",
      source: "https://nvidia.github.io/TensorRT-LLM/llm-api/reference/KvCacheConfig.html",
    },
    {
      what: "tokens_per_block",
      value: "32",
      source: "https://nvidia.github.io/TensorRT-LLM/llm-api/reference/KvCacheConfig.html",
    },
    estimate("max_num_tokens", "8192"),
    estimate("sequences whose logits are there at once", "256"),
    activations,
    gpusAsVllm,
    estimate("CUDA context, NCCL and engine of a GPU", "1536 MiB"),
  ],
};

const neuronSdk = "https://github.com/aws-neuron/aws-neuron-sdk/blob/81ce03ae261e12925e53437a0f690478e6366155";

/** vLLM's plugin for Neuron of the images up to 0.16, which runs NxD Inference: the cache is laid out when it compiles. */
export const neuronNxd: Engine = {
  title: "vLLM on Neuron (NxD Inference)",
  memoryShare: 0.92,
  cacheShare: 1,
  runtimeMiB: 512,
  // No chunked prefill: a whole prompt is one step, and each sequence has room for the whole context.
  step: (_, contextTokens) => oneStep(1, contextTokens, 1),
  assumptions: [
    estimate("part of a core's memory that weights, activations and cache share", "0.92"),
    {
      what: "cache and step: batch_size and seq_len, max_context_length",
      value: "--max-num-seqs of --max-model-len, a whole prompt a step",
      source: `${neuronSdk}/libraries/nxd-inference/developer_guides/vllm-user-guide-v1.rst`,
    },
    estimate("sequences whose logits are there at once", "1"),
    activations,
    estimate("runtime and compiled graphs of a core", "512 MiB"),
  ],
};

const neuronMemoryPage = `${neuronSdk}/vllm-neuron/docs/design/vllm/determine_available_memory_design.md`;

/** vLLM Neuron from 0.21 on, Trainium2 and later. */
export const neuronNative: Engine = {
  ...neuronNxd,
  title: "vLLM Neuron",
  memoryShare: 0.9,
  mostCacheShare: 0.3,
  leastCacheMiB: 1024,
  step: () => oneStep(32, 8192, 1),
  assumptions: [
    {
      what: "--gpu-memory-utilization",
      value: "0.9",
      source: `${neuronSdk}/vllm-neuron/docs/guides/features-guide.md`,
    },
    {
      what: "--block-size",
      value: "32",
      source: `${neuronSdk}/vllm-neuron/docs/guides/reference-configuration.md`,
    },
    estimate("--max-num-batched-tokens", "8192, as most of its tutorials set it"),
    estimate("sequences whose logits are there at once", "1"),
    {
      what: "VLLM_NEURON_KV_GMU_BUDGET_CAP_FRACTION: the most of it that the cache is",
      value: "0.30",
      source: neuronMemoryPage,
    },
    {
      what: "VLLM_NEURON_MIN_KV_BUDGET_GIB: the least cache",
      value: "1.0",
      source: neuronMemoryPage,
    },
    activations,
    estimate("runtime and compiled graphs of a core", "512 MiB"),
  ],
};

export const gpuEngines: Readonly<Record<EngineName, Engine>> = { vllm, tgi, triton };
