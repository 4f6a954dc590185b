import type { Attention, FeedForward, Layers, ModelShape } from "./shape.ts";

/** How tensor parallelism divides a tensor: by its heads or width, by key-value heads, or not at all. */
export type Split = "whole" | "key-value" | "none";

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
    const { heads, queryRank, keyValueRank, ropeSize, nopeSize, valueSize } = attention;
    const queries = heads * (nopeSize + ropeSize);
    return [
      ...(queryRank === undefined
        ? [linear(hidden * queries, "whole")]
        : // The compressions are the same on each device.
          [linear(hidden * queryRank, "none"), linear(queryRank * queries, "whole")]),
      linear(hidden * (keyValueRank + ropeSize), "none"),
      linear(keyValueRank * heads * (nopeSize + valueSize) + heads * valueSize * hidden, "whole"),
      { what: "norms", parameters: (queryRank ?? 0) + keyValueRank, split: "none", isLinear: false },
    ];
  }
  const { heads, keyValueHeads, headSize, qkvBias, outputBias, otherParameters } = attention;
  const row = hidden + (qkvBias ? 1 : 0);
  return [
    linear(heads * headSize * (row + hidden) + (outputBias ? hidden : 0), "whole"),
    linear(2 * keyValueHeads * headSize * row, "key-value"),
    { what: "norms", parameters: otherParameters, split: "none", isLinear: false },
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
