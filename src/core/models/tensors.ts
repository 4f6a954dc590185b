import type { Attention, FeedForward, GroupedAttention, Indexer, Layers, ModelShape } from "./shape.ts";

/** How tensor parallelism divides a tensor: by its heads or width, by these key-value heads, or not at all. */
export type Split = "whole" | "none" | KeyValueHeads;

export type KeyValueHeads = Pick<GroupedAttention, "heads" | "keyValueHeads">;

/** Weights that are kept and divided alike. */
export interface Tensors {
  readonly what: "attention" | "feed-forward" | "experts" | "embeddings" | "head" | "norms" | "router" | "vision";
  readonly parameters: number;
  readonly split: Split;
  /** A linear layer's, which quantisation makes smaller; embeddings, head, norms, router and vision keep 16 bits. */
  readonly isLinear: boolean;
}

/** All weights of a model. */
export function tensorsOf(shape: ModelShape): readonly Tensors[] {
  const { hiddenSize, vocabularySize, tiedEmbeddings, normParameters, visionParameters, layers } = shape;
  const vocabulary = vocabularySize * hiddenSize;
  return [
    { what: "embeddings", parameters: vocabulary, split: "whole", isLinear: false } as const,
    { what: "head", parameters: tiedEmbeddings ? 0 : vocabulary, split: "whole", isLinear: false } as const,
    { what: "norms", parameters: normParameters, split: "none", isLinear: false } as const,
    // Engines may divide the tower too: what is not divided is the most that it takes.
    { what: "vision", parameters: visionParameters, split: "none", isLinear: false } as const,
    ...layers.flatMap((each) => tensorsOfLayers(hiddenSize, each)),
  ].filter(({ parameters }) => parameters > 0);
}

/** How many weights the model has, those that predict further tokens left out. */
export function parametersOf(shape: ModelShape): number {
  return tensorsOf(shape).reduce((sum, { parameters }) => sum + parameters, 0);
}

/** How many weights one of the layers has. */
export function parametersOfLayer(hidden: number, layers: Layers): number {
  return tensorsOfLayers(hidden, { ...layers, count: 1 }).reduce((sum, { parameters }) => sum + parameters, 0);
}

function tensorsOfLayers(
  hidden: number,
  { count, attention, feedForward, normParameters }: Layers,
): readonly Tensors[] {
  return [
    ...attentionTensors(hidden, attention),
    ...feedForwardTensors(hidden, feedForward),
    { what: "norms", parameters: normParameters, split: "none", isLinear: false } as const,
  ].map((each) => ({ ...each, parameters: each.parameters * count }));
}

function attentionTensors(hidden: number, attention: Attention): readonly Tensors[] {
  const linear = (parameters: number, split: Split) =>
    ({ what: "attention", parameters, split, isLinear: true }) as const;
  if (attention.kind === "latent") {
    const { heads, queryRank, keyValueRank, ropeSize, nopeSize, valueSize, indexer } = attention;
    const queries = heads * (nopeSize + ropeSize);
    return [
      ...(queryRank === undefined
        ? [linear(hidden * queries, "whole")]
        : // The compressions are the same on each device.
          [linear(hidden * queryRank, "none"), linear(queryRank * queries, "whole")]),
      linear(hidden * (keyValueRank + ropeSize), "none"),
      linear(keyValueRank * heads * (nopeSize + valueSize) + heads * valueSize * hidden, "whole"),
      { what: "norms", parameters: (queryRank ?? 0) + keyValueRank, split: "none", isLinear: false },
      ...(indexer === undefined ? [] : indexerTensors(hidden, queryRank ?? hidden, indexer)),
    ];
  }
  if (attention.kind === "linear") {
    const { heads, valueSize, keyHeads, keySize, convolution } = attention;
    const [keys, values] = [keyHeads * keySize, heads * valueSize];
    return [
      linear(hidden * (2 * keys + 2 * values) + values * hidden, "whole"),
      // Gates and the convolution keep 16 bits.
      {
        what: "attention",
        parameters: 2 * heads * (hidden + 1) + convolution * (2 * keys + values),
        split: "whole",
        isLinear: false,
      },
      { what: "norms", parameters: valueSize, split: "none", isLinear: false },
    ];
  }
  const { heads, keyValueHeads, headSize, qkvBias, outputBias, otherParameters, gated, oneProjection } = attention;
  const row = hidden + (qkvBias ? 1 : 0);
  return [
    linear(heads * headSize * ((gated === true ? 2 : 1) * row + hidden) + (outputBias ? hidden : 0), "whole"),
    linear((oneProjection === true ? 1 : 2) * keyValueHeads * headSize * row, { heads, keyValueHeads }),
    { what: "norms", parameters: otherParameters, split: "none", isLinear: false },
  ];
}

/** Each rank has all of the indexer. Its keys' projection is fused with that of 16 bits beside it. */
function indexerTensors(hidden: number, queryRank: number, { heads, headSize }: Indexer): readonly Tensors[] {
  return [
    { what: "attention", parameters: queryRank * heads * headSize, split: "none", isLinear: true },
    {
      what: "attention",
      parameters: hidden * (headSize + heads) + 2 * headSize,
      split: "none",
      isLinear: false,
    },
  ];
}

function feedForwardTensors(hidden: number, feedForward: FeedForward): readonly Tensors[] {
  const { denseSize = 0, matrices, bias, experts, sharedGate } = feedForward;
  const biasOf = (size: number, has: boolean) => (has ? (matrices - 1) * size + hidden : 0);
  const dense = matrices * hidden * denseSize + (denseSize === 0 ? 0 : biasOf(denseSize, bias));
  const router = experts === undefined ? 0 : experts.count * (hidden + (experts.routerBias ? 1 : 0));
  return [
    { what: "feed-forward", parameters: dense, split: "whole", isLinear: true },
    {
      what: "experts",
      parameters:
        experts === undefined
          ? 0
          : experts.count * (matrices * hidden * experts.size + biasOf(experts.size, experts.bias)),
      split: "whole",
      isLinear: true,
    },
    { what: "router", parameters: router + (sharedGate ? hidden : 0), split: "none", isLinear: false },
  ];
}
