import { type ConfigFields } from "./config-fields.ts";
import { decoder, type Decoder, type ExpertKeys } from "./decoder.ts";
import { gemma4Decoder } from "./gemma4-decoder.ts";
import { latentDecoder } from "./latent-decoder.ts";
import type { Layers } from "./shape.ts";
import { gemma4Vision, llama4Vision, qwen3VlVision, siglipVision } from "./vision.ts";

/** How the shape of a `model_type` is read from its config.json. */
interface Architecture {
  readonly layers: (fields: ConfigFields) => readonly Layers[];
  /**
   * Of an architecture that has the language model's figures under `text_config`: those of its class. Transformers
   * leaves out of a section of a config.json what is its class's default (`to_diff_dict` in configuration_utils.py).
   */
  readonly textDefaults?: Readonly<Record<string, unknown>>;
  /** Of the whole file and of the language model's hidden size. */
  readonly vision?: (fields: ConfigFields, textHidden: number) => number;
  readonly tiedByDefault?: boolean;
  readonly normsHaveBias?: boolean;
  /** Whether each layer that predicts a further token has embeddings and a head of its own. */
  readonly predictionHasVocabulary?: boolean;
}

const dense = (traits: Partial<Decoder> = {}): Architecture => ({
  layers: (fields) => decoder(fields, traits),
  ...(traits.normsHaveBias === true ? { normsHaveBias: true } : {}),
});

const local: ExpertKeys = { count: "num_local_experts", size: "intermediate_size" };
const routed: ExpertKeys = { count: "num_experts", size: "moe_intermediate_size" };

/** Gemma3TextConfig, https://github.com/huggingface/transformers/blob/v5.0.0/src/transformers/models/gemma3/configuration_gemma3.py */
const gemma3Text = {
  vocab_size: 262_208,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  max_position_embeddings: 131_072,
  sliding_window: 4096,
};

/** Qwen3VLTextConfig, https://github.com/huggingface/transformers/blob/v5.0.0/src/transformers/models/qwen3_vl/configuration_qwen3_vl.py */
const qwen3VlText = {
  vocab_size: 151_936,
  hidden_size: 4096,
  intermediate_size: 22_016,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  head_dim: 128,
  max_position_embeddings: 128_000,
};

/** Qwen3VLMoeTextConfig, https://github.com/huggingface/transformers/blob/v5.0.0/src/transformers/models/qwen3_vl_moe/configuration_qwen3_vl_moe.py */
const qwen3VlMoeText = {
  ...qwen3VlText,
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  // A part of the hidden size.
  head_dim: null,
  moe_intermediate_size: 1408,
  num_experts_per_tok: 4,
  num_experts: 60,
};

/** Qwen3_5TextConfig, https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/qwen3_5/configuration_qwen3_5.py */
const qwen35Text = {
  vocab_size: 248_320,
  hidden_size: 4096,
  intermediate_size: 12_288,
  num_hidden_layers: 32,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  head_dim: 256,
  max_position_embeddings: 32_768,
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_value_head_dim: 128,
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
};

/** Qwen3_5MoeTextConfig, https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/qwen3_5_moe/configuration_qwen3_5_moe.py */
const qwen35MoeText = {
  ...qwen35Text,
  hidden_size: 2048,
  num_hidden_layers: 40,
  num_key_value_heads: 2,
  moe_intermediate_size: 512,
  shared_expert_intermediate_size: 512,
  num_experts_per_tok: 8,
  num_experts: 256,
};

/** Llama4TextConfig, https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/llama4/configuration_llama4.py */
const llama4Text = {
  vocab_size: 202_048,
  hidden_size: 5120,
  intermediate_size: 8192,
  intermediate_size_mlp: 16_384,
  num_hidden_layers: 48,
  num_attention_heads: 40,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 131_072,
  num_experts_per_tok: 1,
  num_local_experts: 16,
  attention_chunk_size: 8192,
};

/** Gemma4TextConfig, https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/gemma4/configuration_gemma4.py */
const gemma4Text = {
  vocab_size: 262_144,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 30,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  global_head_dim: 512,
  max_position_embeddings: 131_072,
  sliding_window: 512,
  hidden_size_per_layer_input: 256,
};

/** Gated DeltaNet, and attention with a gate in each fourth layer. */
const gatedDelta = { queryKeyNorm: "head", gated: true, others: "linear_attention" } as const;

/**
 * Each architecture's weights are those of its class in
 * https://github.com/huggingface/transformers/tree/main/src/transformers/models, and where its default differs from what
 * config.json says, the default stands here.
 */
export const architectures: Readonly<Record<string, Architecture | undefined>> = {
  llama: dense(),
  mistral: dense({ windows: "all" }),
  ministral: dense({ windows: "all" }),
  internlm2: dense(),
  smollm3: { ...dense(), tiedByDefault: true },
  phi3: dense(),
  granite: dense(),
  mimo: dense({ qkvBias: true, windows: "beyond" }),
  qwen2: dense({ qkvBias: true, windows: "beyond" }),
  qwen3: dense({ queryKeyNorm: "head", windows: "beyond" }),
  olmo2: dense({ queryKeyNorm: "whole" }),
  gemma: { ...dense(), tiedByDefault: true },
  gemma2: { ...dense({ norms: 4, windows: "alternate" }), tiedByDefault: true },
  gemma3_text: { ...dense({ norms: 4, queryKeyNorm: "head", windows: "most" }), tiedByDefault: true },
  gemma3: {
    ...dense({ norms: 4, queryKeyNorm: "head", windows: "most" }),
    tiedByDefault: true,
    textDefaults: gemma3Text,
    vision: siglipVision,
  },
  starcoder2: {
    ...dense({ qkvBias: true, outputBias: true, plain: true, normsHaveBias: true, windows: "all" }),
    tiedByDefault: true,
  },
  cohere: { ...dense({ norms: 1 }), tiedByDefault: true },
  mixtral: dense({ experts: local, windows: "all" }),
  qwen2_moe: dense({ qkvBias: true, experts: routed, windows: "beyond" }),
  qwen3_moe: dense({ queryKeyNorm: "head", experts: routed, windows: "beyond" }),
  minimax_m2: dense({ queryKeyNorm: "whole", experts: local, routerBias: true }),
  gpt_oss: dense({
    qkvBias: true,
    outputBias: true,
    sinks: true,
    experts: local,
    expertBias: true,
    routerBias: true,
    windows: "alternate",
  }),
  qwen3_vl: { ...dense({ queryKeyNorm: "head" }), textDefaults: qwen3VlText, vision: qwen3VlVision },
  qwen3_vl_moe: {
    ...dense({ queryKeyNorm: "head", experts: routed }),
    textDefaults: qwen3VlMoeText,
    vision: qwen3VlVision,
  },
  qwen3_next: dense({ ...gatedDelta, experts: routed }),
  qwen3_5: { ...dense(gatedDelta), textDefaults: qwen35Text, vision: qwen3VlVision },
  qwen3_5_moe: { ...dense({ ...gatedDelta, experts: routed }), textDefaults: qwen35MoeText, vision: qwen3VlVision },
  llama4: {
    layers: (fields) =>
      decoder(fields, {
        queryKeyNorm: "none",
        experts: local,
        shared: fields.count("intermediate_size"),
        others: "chunked_attention",
      }),
    textDefaults: llama4Text,
    vision: llama4Vision,
  },
  gemma4: { layers: gemma4Decoder, tiedByDefault: true, textDefaults: gemma4Text, vision: gemma4Vision },
  glm4_moe: {
    layers: (fields) =>
      decoder(fields, {
        queryKeyNorm: fields.flag("use_qk_norm", false) ? "head" : "none",
        outputBias: false,
        experts: { count: "n_routed_experts", size: "moe_intermediate_size" },
        shared: fields.amount("n_shared_experts") * fields.count("moe_intermediate_size"),
        routerBias: true,
      }),
    predictionHasVocabulary: true,
  },
  deepseek_v2: { layers: latentDecoder },
  deepseek_v3: { layers: latentDecoder, predictionHasVocabulary: true },
  deepseek_v32: { layers: latentDecoder, predictionHasVocabulary: true },
  glm_moe_dsa: { layers: latentDecoder },
  kimi_k2: { layers: latentDecoder, predictionHasVocabulary: true },
};
