/** What a model's config.json says of its memory, in one form for every architecture. */

/** How a layer looks back at earlier tokens, which is what its cache holds. */
export type Attention = GroupedAttention | LatentAttention | LinearAttention;

/** Multi-head, grouped-query and multi-query attention: a key and a value for each key-value head and token. */
export interface GroupedAttention {
  readonly kind: "grouped";
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  /** How many tokens the layer looks back; all where absent. */
  readonly windowTokens?: number;
  /** How long the pieces of the context are within which the layer looks back; one piece where absent. */
  readonly chunkTokens?: number;
  /** Whether queries come with a gate of their width. */
  readonly gated?: boolean;
  /** Whether one projection makes keys and values. */
  readonly oneProjection?: boolean;
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  /** Weights of the layer's attention beside the projections: norms of queries and keys, sinks. */
  readonly otherParameters: number;
}

/** DeepSeek's multi-head latent attention: one compressed vector a token, the same for all heads. arXiv 2405.04434 */
export interface LatentAttention {
  readonly kind: "latent";
  readonly heads: number;
  /** Absent where queries are not compressed. */
  readonly queryRank?: number;
  readonly keyValueRank: number;
  readonly ropeSize: number;
  readonly nopeSize: number;
  readonly valueSize: number;
  readonly indexer?: Indexer;
}

/** What picks the tokens that a layer looks at: keys of its own, which are cached too. arXiv 2512.02556 */
export interface Indexer {
  readonly heads: number;
  readonly headSize: number;
}

/** Gated DeltaNet: a state of one size for the whole sequence, in place of a cache of its tokens. arXiv 2412.06464 */
export interface LinearAttention {
  readonly kind: "linear";
  /** Heads of values. */
  readonly heads: number;
  readonly valueSize: number;
  readonly keyHeads: number;
  readonly keySize: number;
  /** Tokens that the convolution before it reaches over. */
  readonly convolution: number;
  /** Bytes of one value of the state. */
  readonly stateBytes: number;
}

/** What follows the attention in a layer. */
export interface FeedForward {
  /** Width of what every token goes through: the one network, or the shared experts together. */
  readonly denseSize?: number;
  /** Three with a gate, two without. */
  readonly matrices: 2 | 3;
  readonly bias: boolean;
  readonly experts?: Experts;
  /** A gate of the shared experts: one weight for each hidden unit. */
  readonly sharedGate: boolean;
}

export interface Experts {
  readonly count: number;
  readonly size: number;
  /** How many of them one token goes through. */
  readonly perToken: number;
  readonly bias: boolean;
  /** Weights of the router for each expert beside those for each hidden unit. */
  readonly routerBias: boolean;
}

/** Layers of one shape. */
export interface Layers {
  readonly count: number;
  readonly attention: Attention;
  readonly feedForward: FeedForward;
  /** Weights of the layer's norms. */
  readonly normParameters: number;
}

/** How the weights of a checkpoint are kept. */
export const precisions = ["bf16", "fp8", "int8", "int4", "mxfp4", "nvfp4"] as const;
export type Precision = (typeof precisions)[number];

export interface PredictionParameters {
  /** Of the layers and what joins them to the token before. */
  readonly layers: number;
  /** Of embeddings and heads of their own. */
  readonly vocabulary: number;
}

export interface ModelShape {
  /** `model_type` of config.json. */
  readonly modelType: string;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  /** Tokens that the model was made for; absent where config.json does not say. */
  readonly maxContextTokens?: number;
  /** Whether the head's weights are the embeddings'. */
  readonly tiedEmbeddings: boolean;
  /** Weights of the last norm. */
  readonly normParameters: number;
  readonly layers: readonly Layers[];
  /** Weights of what reads images, which an engine loads too. */
  readonly visionParameters: number;
  /** Weights that predict further tokens, in the checkpoint beside the others: engines load them for speculation only. */
  readonly prediction: PredictionParameters;
  /** How the published checkpoint keeps its weights. */
  readonly precision: Precision;
  /** Weights of a row that share a scale there: the side of fp8's blocks, the group of int4 and int8. */
  readonly scaleGroup?: number;
  /** Whether attention keeps its 16 bits there. */
  readonly keepsAttention?: boolean;
  /** Whether the checkpoint keeps in 32 bits what engines load in 16. */
  readonly isFloat32: boolean;
}
