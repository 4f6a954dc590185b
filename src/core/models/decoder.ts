import { briefValue } from "../base/brief-value.ts";
import { present } from "../base/present.ts";
import type { ConfigFields } from "./config-fields.ts";
import type { Attention, Experts, FeedForward, GroupedAttention, Layers, LinearAttention } from "./shape.ts";

/** What an architecture has beyond Llama's: what is left out is as in Llama. */
export interface Decoder {
  readonly qkvBias: boolean;
  readonly outputBias: boolean;
  /** Norms of queries and keys: one for the size of a head, one for all heads together, or such without weights. */
  readonly queryKeyNorm: "head" | "whole" | "none";
  /** Queries with a gate of their width. */
  readonly gated: boolean;
  /** One learned sink for each head. */
  readonly sinks: boolean;
  readonly norms: number;
  readonly normsHaveBias: boolean;
  /** No gate: two matrices, with a bias each where `use_bias` says so. */
  readonly plain: boolean;
  readonly experts: ExpertKeys;
  /** Width of the shared experts, which have no gate; else `shared_expert_intermediate_size`, with one. */
  readonly shared: number;
  readonly expertBias: boolean;
  readonly routerBias: boolean;
  /**
   * Which layers have a window where config.json lists no `layer_types`: all of them, every second, those beyond
   * `max_window_layers` if `use_sliding_window`, or all but each `sliding_window_pattern`-th.
   */
  readonly windows: "all" | "alternate" | "beyond" | "most";
  /**
   * What those layers have that neither look back at everything nor have a window: where config.json lists no
   * `layer_types`, all but each fourth, or what it says instead of four.
   */
  readonly others: "linear_attention" | "chunked_attention";
}

/** Which keys of config.json say how many experts there are, how wide, and how many a token goes through. */
export interface ExpertKeys {
  readonly count: string;
  readonly size: string;
  readonly perToken?: string;
}

type LayerType = "full_attention" | "sliding_attention" | Decoder["others"];

/** The layers of a decoder with grouped attention, those of one shape together, in the order of the first of each. */
export function decoder(fields: ConfigFields, traits: Partial<Decoder>): readonly Layers[] {
  const total = fields.layers();
  const normParameters = fields.count("hidden_size") * (traits.norms ?? 2) * (traits.normsHaveBias === true ? 2 : 1);
  const typeOf = layerTypes(fields, total, traits);
  const isSparse = sparsity(fields, traits);
  const attention = attentionOf(fields, traits);
  const sparse = traits.experts === undefined ? undefined : sparseFeedForward(fields, traits.experts, traits);
  const groups = new Map<string, { count: number; type: LayerType; isSparse: boolean }>();
  for (let layer = 0; layer < total; layer++) {
    const type = typeOf(layer);
    const key = `${type} ${isSparse(layer)}`;
    const group = groups.get(key) ?? { count: 0, type, isSparse: isSparse(layer) };
    group.count++;
    groups.set(key, group);
  }
  return [...groups.values()].map(({ count, type, isSparse: hasExperts }) => ({
    count,
    attention: ofType(fields, attention, type),
    feedForward: hasExperts ? sparse! : denseFeedForward(fields, traits),
    normParameters,
  }));
}

function ofType(fields: ConfigFields, attention: GroupedAttention, type: LayerType): Attention {
  switch (type) {
    case "full_attention":
      return attention;
    case "sliding_attention":
      return { ...attention, ...present({ windowTokens: fields.optionalCount("sliding_window") }) };
    case "chunked_attention":
      return { ...attention, ...present({ chunkTokens: fields.optionalCount("attention_chunk_size") }) };
    case "linear_attention":
      return linearAttention(fields);
  }
}

/** The state is kept in `mamba_ssm_dtype`, as vLLM reads it, or in the model's 16 bits. */
function linearAttention(fields: ConfigFields): LinearAttention {
  const [heads, keyHeads] = [fields.count("linear_num_value_heads"), fields.count("linear_num_key_heads")];
  if (heads % keyHeads !== 0)
    fields.tell(
      "linear_num_key_heads",
      `linear_num_value_heads (${heads}) is no multiple of linear_num_key_heads (${keyHeads})`,
    );
  return {
    kind: "linear",
    heads,
    valueSize: fields.count("linear_value_head_dim"),
    keyHeads,
    keySize: fields.count("linear_key_head_dim"),
    convolution: fields.count("linear_conv_kernel_dim"),
    stateBytes: fields.text("mamba_ssm_dtype") === "float32" ? 4 : 2,
  };
}

function attentionOf(fields: ConfigFields, traits: Partial<Decoder>): GroupedAttention {
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
  const norms = { head: 2 * headSize, whole: (heads + keyValueHeads) * headSize, none: 0 };
  const norm = traits.queryKeyNorm ?? (fields.flag("use_qk_norm", false) ? "whole" : undefined);
  return {
    kind: "grouped",
    heads,
    keyValueHeads,
    headSize,
    ...present({ gated: traits.gated }),
    qkvBias: traits.qkvBias ?? bias,
    outputBias: traits.outputBias ?? (traits.qkvBias === undefined && bias),
    otherParameters: (norm === undefined ? 0 : norms[norm]) + (traits.sinks === true ? heads : 0),
  };
}

function denseFeedForward(fields: ConfigFields, traits: Partial<Decoder>): FeedForward {
  return {
    denseSize: fields.optionalCount("intermediate_size_mlp") ?? fields.count("intermediate_size"),
    matrices: traits.plain === true ? 2 : 3,
    bias: traits.plain === true ? fields.flag("use_bias", true) : fields.flag("mlp_bias", false),
    sharedGate: false,
  };
}

function sparseFeedForward(
  fields: ConfigFields,
  { count, size, perToken }: ExpertKeys,
  traits: Partial<Decoder>,
): FeedForward {
  const experts: Experts = {
    count: fields.count(count),
    size: fields.count(size),
    perToken: fields.expertsPerToken(count, perToken),
    bias: traits.expertBias ?? false,
    routerBias: traits.routerBias ?? false,
  };
  const shared = traits.shared ?? fields.amount("shared_expert_intermediate_size");
  return {
    ...(shared === 0 ? {} : { denseSize: shared }),
    matrices: 3,
    bias: false,
    experts,
    sharedGate: traits.shared === undefined && shared > 0,
  };
}

/**
 * Whether a layer has experts: those of `moe_layers`, or from `first_k_dense_replace` on each `decoder_sparse_step`-th
 * (`interleave_moe_layer_step`-th) but for `mlp_only_layers`.
 */
function sparsity(fields: ConfigFields, traits: Partial<Decoder>): (layer: number) => boolean {
  if (traits.experts === undefined) return () => false;
  const listed = new Set(fields.entries("moe_layers"));
  if (listed.size > 0) return (layer) => listed.has(layer);
  const step = fields.optionalCount("decoder_sparse_step") ?? fields.optionalCount("interleave_moe_layer_step") ?? 1;
  const without = new Set(fields.entries("mlp_only_layers"));
  const from = fields.amount("first_k_dense_replace");
  return (layer) => layer >= from && !without.has(layer) && (layer + 1) % step === 0;
}

function layerTypes(
  fields: ConfigFields,
  total: number,
  { windows, others }: Partial<Decoder>,
): (layer: number) => LayerType {
  const types = fields.list("layer_types", total);
  const known = new Set<unknown>(["full_attention", "sliding_attention", others]);
  const strange = types?.find((type) => !known.has(type));
  if (strange !== undefined) fields.tell("layer_types", `layer_types has ${briefValue(strange)}, which is not known`);
  else if (types !== undefined) return (layer) => types[layer] as LayerType;
  if (others !== undefined) {
    const full = fullLayers(fields, others);
    return (layer) => (full(layer) ? "full_attention" : others);
  }
  if (windows === undefined) return () => "full_attention";
  const pattern = fields.optionalCount("sliding_window_pattern") ?? 6;
  const used = fields.flag("use_sliding_window", false);
  const from = fields.amount("max_window_layers");
  const has: Readonly<Record<Decoder["windows"], (layer: number) => boolean>> = {
    all: () => true,
    alternate: (layer) => layer % 2 === 0,
    most: (layer) => (layer + 1) % pattern !== 0,
    beyond: (layer) => used && layer >= from,
  };
  return (layer) => (has[windows](layer) ? "sliding_attention" : "full_attention");
}

/** Llama 4's `no_rope_layers` has a 0 for each layer that looks back at everything. */
function fullLayers(fields: ConfigFields, others: Decoder["others"]): (layer: number) => boolean {
  const key = others === "linear_attention" ? "full_attention_interval" : "no_rope_layer_interval";
  const interval = fields.optionalCount(key) ?? 4;
  const rope = others === "linear_attention" ? [] : fields.entries("no_rope_layers");
  return (layer) => (rope.length > 0 ? rope[layer] === 0 : (layer + 1) % interval === 0);
}
