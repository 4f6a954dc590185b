import { briefValue } from "../base/brief-value.ts";
import { present } from "../base/present.ts";
import type { ConfigFields } from "./config-fields.ts";
import type { Attention, Experts, FeedForward, Layers } from "./shape.ts";

/** What an architecture has beyond Llama's: what is left out is as in Llama. */
export interface Decoder {
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  /** Norms of queries and keys: one for the size of a head, or one for all heads together. */
  readonly queryKeyNorm: "head" | "whole";
  /** One learned sink for each head. */
  readonly sinks: boolean;
  readonly norms: number;
  readonly normsHaveBias: boolean;
  /** No gate: two matrices, with a bias each where `use_bias` says so. */
  readonly plain: boolean;
  /** `num_local_experts` of the layer's own width, or `num_experts` of `moe_intermediate_size`. */
  readonly experts: "local" | "routed";
  readonly expertBias: boolean;
  readonly routerBias: boolean;
  /**
   * Which layers have a window where config.json lists no `layer_types`: all of them, every second, those beyond
   * `max_window_layers` if `use_sliding_window`, or all but each `sliding_window_pattern`-th.
   */
  readonly windows: "all" | "alternate" | "beyond" | "most";
}

/** The layers of a decoder with grouped attention, those of one shape together, in the order of the first of each. */
export function decoder(fields: ConfigFields, traits: Partial<Decoder>): readonly Layers[] {
  const total = fields.layers();
  const normParameters = fields.count("hidden_size") * (traits.norms ?? 2) * (traits.normsHaveBias === true ? 2 : 1);
  const window = windowOf(fields, total, traits.windows);
  const isSparse = sparsity(fields, traits);
  const attention = attentionOf(fields, traits);
  const sparse = traits.experts === undefined ? undefined : sparseFeedForward(fields, traits);
  const groups = new Map<string, { count: number; windowTokens: number | undefined; isSparse: boolean }>();
  for (let layer = 0; layer < total; layer++) {
    const key = `${window(layer)} ${isSparse(layer)}`;
    const group = groups.get(key) ?? { count: 0, windowTokens: window(layer), isSparse: isSparse(layer) };
    group.count++;
    groups.set(key, group);
  }
  return [...groups.values()].map(({ count, windowTokens, isSparse: hasExperts }) => ({
    count,
    attention: { ...attention, ...present({ windowTokens }) },
    feedForward: hasExperts ? sparse! : denseFeedForward(fields, traits),
    normParameters,
  }));
}

function attentionOf(fields: ConfigFields, traits: Partial<Decoder>): Attention {
  const heads = fields.count("num_attention_heads");
  const keyValueHeads = fields.optionalCount("num_key_value_heads") ?? heads;
  const headSize = fields.optionalCount("head_dim") ?? fields.count("hidden_size") / heads;
  if (!Number.isInteger(headSize) && fields.optionalCount("hidden_size") !== undefined)
    fields.tell("head_dim", `hidden_size is no multiple of num_attention_heads (${heads}), and head_dim is missing`);
  if (heads % keyValueHeads !== 0)
    fields.tell(
      "num_key_value_heads",
      `num_attention_heads (${heads}) is no multiple of num_key_value_heads (${keyValueHeads})`,
    );
  const bias = fields.flag("attention_bias", false);
  const norms = { head: 2 * headSize, whole: (heads + keyValueHeads) * headSize };
  const norm = traits.queryKeyNorm ?? (fields.flag("use_qk_norm", false) ? "whole" : undefined);
  return {
    kind: "grouped",
    heads,
    keyValueHeads,
    headSize,
    qkvBias: traits.qkvBias ?? bias,
    outputBias: traits.outputBias ?? (traits.qkvBias === undefined && bias),
    otherParameters: (norm === undefined ? 0 : norms[norm]) + (traits.sinks === true ? heads : 0),
  };
}

function denseFeedForward(fields: ConfigFields, traits: Partial<Decoder>): FeedForward {
  return {
    denseSize: fields.count("intermediate_size"),
    matrices: traits.plain === true ? 2 : 3,
    bias: traits.plain === true ? fields.flag("use_bias", true) : fields.flag("mlp_bias", false),
    sharedGate: false,
  };
}

function sparseFeedForward(fields: ConfigFields, traits: Partial<Decoder>): FeedForward {
  const key = traits.experts === "local" ? "num_local_experts" : "num_experts";
  const experts: Experts = {
    count: fields.count(key),
    size: fields.count(traits.experts === "local" ? "intermediate_size" : "moe_intermediate_size"),
    perToken: fields.expertsPerToken(key),
    bias: traits.expertBias ?? false,
    routerBias: traits.routerBias ?? false,
  };
  const shared = fields.amount("shared_expert_intermediate_size");
  return {
    ...(shared === 0 ? {} : { denseSize: shared }),
    matrices: 3,
    bias: false,
    experts,
    sharedGate: shared > 0,
  };
}

/** Whether a layer has experts: each `decoder_sparse_step`-th does, but for `mlp_only_layers`. */
function sparsity(fields: ConfigFields, traits: Partial<Decoder>): (layer: number) => boolean {
  if (traits.experts === undefined) return () => false;
  const step = fields.optionalCount("decoder_sparse_step") ?? 1;
  const without = new Set(fields.entries("mlp_only_layers"));
  return (layer) => !without.has(layer) && (layer + 1) % step === 0;
}

function windowOf(
  fields: ConfigFields,
  total: number,
  windows: Decoder["windows"] | undefined,
): (layer: number) => number | undefined {
  const types = fields.list("layer_types", total);
  const strange = types?.find((type) => type !== "sliding_attention" && type !== "full_attention");
  if (strange !== undefined) fields.tell("layer_types", `layer_types has ${briefValue(strange)}, which is not known`);
  const tokens = fields.optionalCount("sliding_window");
  if (tokens === undefined) return () => undefined;
  if (types !== undefined) return (layer) => (types[layer] === "sliding_attention" ? tokens : undefined);
  if (windows === undefined) return () => undefined;
  const pattern = fields.optionalCount("sliding_window_pattern") ?? 6;
  const used = fields.flag("use_sliding_window", false);
  const from = fields.amount("max_window_layers");
  const has: Readonly<Record<Decoder["windows"], (layer: number) => boolean>> = {
    all: () => true,
    alternate: (layer) => layer % 2 === 0,
    most: (layer) => (layer + 1) % pattern !== 0,
    beyond: (layer) => used && layer >= from,
  };
  return (layer) => (has[windows](layer) ? tokens : undefined);
}
