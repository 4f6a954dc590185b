import { type ConfigFields } from "./config-fields.ts";
import { decoder, type Decoder } from "./decoder.ts";
import { latentDecoder } from "./latent-decoder.ts";
import type { Layers } from "./shape.ts";
import { qwen3VlVision, siglipVision } from "./vision.ts";

/** How the shape of a `model_type` is read from its config.json. */
interface Architecture {
  readonly layers: (fields: ConfigFields) => readonly Layers[];
  /** Whether the language model's figures are under `text_config`. */
  readonly isWrapper?: boolean;
  readonly vision?: (fields: ConfigFields) => number;
  readonly tiedByDefault?: boolean;
  readonly normsHaveBias?: boolean;
  /** Whether each layer that predicts a further token has embeddings and a head of its own. */
  readonly predictionHasVocabulary?: boolean;
}

const dense = (traits: Partial<Decoder> = {}): Architecture => ({
  layers: (fields) => decoder(fields, traits),
  ...(traits.normsHaveBias === true ? { normsHaveBias: true } : {}),
});

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
    isWrapper: true,
    vision: siglipVision,
  },
  starcoder2: {
    ...dense({ qkvBias: true, outputBias: true, plain: true, normsHaveBias: true, windows: "all" }),
    tiedByDefault: true,
  },
  cohere: { ...dense({ norms: 1 }), tiedByDefault: true },
  mixtral: dense({ experts: "local", windows: "all" }),
  qwen2_moe: dense({ qkvBias: true, experts: "routed", windows: "beyond" }),
  qwen3_moe: dense({ queryKeyNorm: "head", experts: "routed", windows: "beyond" }),
  minimax_m2: dense({ queryKeyNorm: "whole", experts: "local", routerBias: true }),
  gpt_oss: dense({
    qkvBias: true,
    outputBias: true,
    sinks: true,
    experts: "local",
    expertBias: true,
    routerBias: true,
    windows: "alternate",
  }),
  qwen3_vl: { ...dense({ queryKeyNorm: "head" }), isWrapper: true, vision: qwen3VlVision },
  qwen3_vl_moe: { ...dense({ queryKeyNorm: "head", experts: "routed" }), isWrapper: true, vision: qwen3VlVision },
  deepseek_v2: { layers: latentDecoder },
  deepseek_v3: { layers: latentDecoder, predictionHasVocabulary: true },
  kimi_k2: { layers: latentDecoder, predictionHasVocabulary: true },
};
