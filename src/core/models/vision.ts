import type { ConfigFields } from "./config-fields.ts";

/** Weights of a transformer's layer with biases throughout: four projections, two plain matrices, two norms. */
function plainLayer(hidden: number, size: number): number {
  return 4 * hidden * (hidden + 1) + hidden * size * 2 + size + hidden + 4 * hidden;
}

/** SiglipVisionConfig of https://github.com/huggingface/transformers/blob/v5.0.0/src/transformers/models/siglip/configuration_siglip.py */
const siglip = { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, image_size: 224, patch_size: 16 };

/** Qwen3VLVisionConfig of https://github.com/huggingface/transformers/blob/v5.0.0/src/transformers/models/qwen3_vl/configuration_qwen3_vl.py */
const qwen3Vl = {
  depth: 27,
  hidden_size: 1152,
  intermediate_size: 4304,
  in_channels: 3,
  patch_size: 16,
  spatial_merge_size: 2,
  temporal_patch_size: 2,
  out_hidden_size: 3584,
  num_position_embeddings: 2304,
  deepstack_visual_indexes: [8, 16, 24],
};

/** Gemma 3's SigLIP tower and what projects it into the language model (modeling_gemma3.py, modeling_siglip.py). */
export function siglipVision(fields: ConfigFields, textHidden: number): number {
  const vision = fields.section("vision_config", siglip);
  const hidden = vision.count("hidden_size");
  const patch = vision.count("patch_size");
  const patches = Math.floor(vision.count("image_size") / patch) ** 2;
  const layers = vision.count("num_hidden_layers") * plainLayer(hidden, vision.count("intermediate_size"));
  const embeddings = 3 * patch * patch * hidden + hidden + patches * hidden;
  const projector = hidden * textHidden + hidden;
  return embeddings + layers + 2 * hidden + projector;
}

/** Qwen3-VL's tower, its merger and one more for each deep stack (modeling_qwen3_vl.py). */
export function qwen3VlVision(fields: ConfigFields): number {
  const vision = fields.section("vision_config", qwen3Vl);
  const hidden = vision.count("hidden_size");
  const patch = vision.count("in_channels") * vision.count("temporal_patch_size") * vision.count("patch_size") ** 2;
  const merged = hidden * vision.count("spatial_merge_size") ** 2;
  const merger = (norm: number) => 2 * norm + merged * (merged + 1) + (merged + 1) * vision.count("out_hidden_size");
  const layers = vision.count("depth") * plainLayer(hidden, vision.count("intermediate_size"));
  const positions = vision.count("num_position_embeddings") * hidden;
  return (
    (patch + 1) * hidden +
    positions +
    layers +
    merger(hidden) +
    vision.entries("deepstack_visual_indexes").length * merger(merged)
  );
}

/** Llama4VisionConfig of https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/llama4/configuration_llama4.py */
const llama4 = {
  hidden_size: 768,
  intermediate_size: 5632,
  num_hidden_layers: 34,
  image_size: 448,
  patch_size: 14,
  vision_output_dim: 7680,
  projector_input_dim: 4096,
  projector_output_dim: 4096,
};

/** Llama 4's tower, its adapter and what projects it into the language model (modeling_llama4.py). */
export function llama4Vision(fields: ConfigFields, textHidden: number): number {
  const vision = fields.section("vision_config", llama4);
  const hidden = vision.count("hidden_size");
  const size = vision.count("intermediate_size");
  const patch = vision.count("patch_size");
  const patches = Math.floor(vision.count("image_size") / patch) ** 2 + 1;
  const output = vision.count("projector_output_dim");
  return (
    3 * patch * patch * hidden +
    (1 + patches + 4) * hidden +
    vision.count("num_hidden_layers") * plainLayer(hidden, size) +
    size * vision.count("projector_input_dim") +
    output * output +
    vision.count("vision_output_dim") * textHidden
  );
}

/** Gemma4VisionConfig of https://github.com/huggingface/transformers/blob/v5.24.0/src/transformers/models/gemma4/configuration_gemma4.py */
const gemma4 = {
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 16,
  num_attention_heads: 12,
  head_dim: 64,
  patch_size: 16,
  position_embedding_size: 10_240,
};

/** Gemma 4's tower and what projects it into the language model (modeling_gemma4.py); of one that hears nothing. */
export function gemma4Vision(fields: ConfigFields, textHidden: number): number {
  if (fields.has("audio_config"))
    fields.tell("audio_config", "audio_config is there, and what it comes to is not known");
  const vision = fields.section("vision_config", gemma4);
  const hidden = vision.count("hidden_size");
  const headSize = vision.count("head_dim");
  const heads = vision.count("num_attention_heads") * headSize;
  const layer = 4 * hidden * heads + 3 * hidden * vision.count("intermediate_size") + 4 * hidden + 2 * headSize;
  return (
    3 * vision.count("patch_size") ** 2 * hidden +
    2 * vision.count("position_embedding_size") * hidden +
    vision.count("num_hidden_layers") * layer +
    (vision.flag("standardize", false) ? 2 * hidden : 0) +
    hidden * textHidden
  );
}
