import type { Assumption } from "./engines.ts";
import type { RankMemory } from "./inference.ts";
import type { ModelShape, Precision } from "./shape.ts";
import { parametersOf, tensorsOf } from "./tensors.ts";
import { weightBytesPerRank } from "./weights.ts";

export const shardings = ["none", "zero1", "zero2", "zero3"] as const;
/** What is divided over the ranks, in ZeRO's words: nothing; the optimizer; gradients too; weights too, as FSDP does. */
export type Sharding = (typeof shardings)[number];

export interface TrainingOptions {
  readonly task: "lora" | "training";
  /** Of the frozen weights of LoRA; training has bf16. */
  readonly precision: Precision;
  readonly contextTokens: number;
  /** Devices or cores that share the states. */
  readonly ranks: number;
  readonly memoryMiB: number;
  readonly sharding: Sharding;
  readonly loraRank: number;
}

const bytesPerMiB = 1024 * 1024;

/**
 * Bytes of each trained weight in mixed precision with Adam: weight and gradient in 16 bits, and a copy, a momentum and
 * a variance in 32 (K = 12). https://arxiv.org/abs/1910.02054, section 3.1
 */
const weightBytes = 2;
const gradientBytes = 2;
const optimizerBytes = 12;

/** Activations of a layer while it is computed anew: 34 bytes for each hidden unit and token, attention fused. */
const layerBytes = 34;

/** A logit in 32 bits, and its gradient. */
const logitBytes = 8;

/** The part of a device that a framework fills before memory is too scattered. */
const usableShare = 0.9;
const runtimeMiB = 1024;

/** Where the figures are from. */
export const trainingAssumptions: readonly Assumption[] = [
  {
    what: "bytes of a trained weight: itself, its gradient, Adam's states",
    value: "2 + 2 + 12",
    source: "https://arxiv.org/abs/1910.02054 (ZeRO, section 3.1)",
  },
  {
    what: "activations with every layer computed anew",
    value: "2 bytes for each layer, hidden unit and token, and 34 of one layer",
    source: "https://arxiv.org/abs/2205.05198 (sections 4.1 and 5)",
  },
  { what: "that a framework trains the architecture there", value: "taken for granted" },
  { what: "logits and their gradients", value: "8 bytes for each word of the vocabulary and token" },
  { what: "part of a device's memory that can be filled", value: "0.9" },
  { what: "context and communication buffers of a device", value: "1024 MiB" },
];

/** The memory of one rank that trains a model; each rank has sequences of its own. */
export function trainingMemory(shape: ModelShape, options: TrainingOptions): RankMemory {
  const { task, precision, contextTokens, ranks, memoryMiB, sharding, loraRank } = options;
  const frozen = task === "lora" ? weightBytesPerRank(shape, precision, 1) : 0;
  const trained = task === "lora" ? adapterParameters(shape, loraRank) : parametersOf(shape);
  const over = (from: Sharding) => (shardings.indexOf(sharding) >= shardings.indexOf(from) ? ranks : 1);
  const weightsMiB = Math.ceil((frozen + trained * weightBytes) / over("zero3") / bytesPerMiB);
  const gradientsMiB = Math.ceil((trained * gradientBytes) / over("zero2") / bytesPerMiB);
  const optimizerMiB = Math.ceil((trained * optimizerBytes) / over("zero1") / bytesPerMiB);
  const layers = shape.layers.reduce((sum, { count }) => sum + count, 0);
  const perSequence =
    contextTokens * (shape.hiddenSize * (2 * layers + layerBytes) + shape.vocabularySize * logitBytes);
  const usableMiB = Math.floor(memoryMiB * usableShare);
  // Whole layers are gathered to be computed: the largest, twice, as the next is fetched meanwhile.
  const activationsMiB = over("zero3") === 1 ? 0 : Math.ceil((2 * largestLayerBytes(shape, precision)) / bytesPerMiB);
  const leftMiB = usableMiB - weightsMiB - gradientsMiB - optimizerMiB - activationsMiB - runtimeMiB;
  return {
    memoryMiB,
    usableMiB,
    weightsMiB,
    gradientsMiB,
    optimizerMiB,
    activationsMiB,
    runtimeMiB,
    leftMiB,
    perSequenceMiB: Math.ceil(perSequence / bytesPerMiB),
    sequences: Math.max(0, Math.floor((leftMiB * bytesPerMiB) / perSequence)),
  };
}

/**
 * Weights of LoRA's adapters of a rank on the attention's projections and the dense networks; none on experts, as PEFT's
 * `all-linear` leaves those out that are kept in one tensor. https://arxiv.org/abs/2106.09685
 */
export function adapterParameters({ hiddenSize, layers }: ModelShape, rank: number): number {
  return layers.reduce((sum, { count, attention, feedForward }) => {
    const { denseSize = 0, matrices } = feedForward;
    const dense = denseSize === 0 ? 0 : matrices * (hiddenSize + denseSize);
    if (attention.kind === "latent") {
      const { heads, queryRank, keyValueRank, ropeSize, nopeSize, valueSize } = attention;
      const queries = heads * (nopeSize + ropeSize);
      const query = queryRank === undefined ? hiddenSize + queries : hiddenSize + queryRank + queryRank + queries;
      const keyValue = hiddenSize + keyValueRank + ropeSize + keyValueRank + heads * (nopeSize + valueSize);
      return sum + count * rank * (query + keyValue + heads * valueSize + hiddenSize + dense);
    }
    if (attention.kind === "linear") {
      const { heads, valueSize, keyHeads, keySize } = attention;
      const [keys, values] = [keyHeads * keySize, heads * valueSize];
      // Four projections in, of queries, keys and values, of their gate, and two of gates a head; one out.
      return sum + count * rank * (5 * hiddenSize + 2 * keys + 3 * values + 2 * heads + dense);
    }
    const { heads, keyValueHeads, headSize, gated, oneProjection } = attention;
    const projections =
      2 * hiddenSize +
      (gated === true ? 3 : 2) * heads * headSize +
      (oneProjection === true ? 1 : 2) * (hiddenSize + keyValueHeads * headSize);
    return sum + count * rank * (projections + dense);
  }, 0);
}

function largestLayerBytes(shape: ModelShape, precision: Precision): number {
  const embeddings = tensorsOf(shape).find(({ what }) => what === "embeddings")!.parameters * weightBytes;
  const layers = shape.layers.map((layer) =>
    weightBytesPerRank(
      { ...shape, layers: [{ ...layer, count: 1 }], visionParameters: 0, vocabularySize: 0 },
      precision,
      1,
    ),
  );
  return Math.max(embeddings, ...layers);
}
