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
