import type { ConfigFields } from "./config-fields.ts";

/** Weights of a transformer's layer with biases throughout: four projections, two plain matrices, two norms. */
function plainLayer(hidden: number, size: number): number {
  return 4 * hidden * (hidden + 1) + hidden * size * 2 + size + hidden + 4 * hidden;
}

/** Gemma 3's SigLIP tower and what projects it into the language model (modeling_gemma3.py, modeling_siglip.py). */
export function siglipVision(fields: ConfigFields): number {
  const vision = fields.section("vision_config");
  const hidden = vision.count("hidden_size");
  const patch = vision.count("patch_size");
  const patches = Math.floor(vision.count("image_size") / patch) ** 2;
  const layers = vision.count("num_hidden_layers") * plainLayer(hidden, vision.count("intermediate_size"));
  const embeddings = 3 * patch * patch * hidden + hidden + patches * hidden;
  const projector = hidden * fields.section("text_config").count("hidden_size") + hidden;
  return embeddings + layers + 2 * hidden + projector;
}

/** Qwen3-VL's tower, its merger and one more for each deep stack (modeling_qwen3_vl.py). */
export function qwen3VlVision(fields: ConfigFields): number {
  const vision = fields.section("vision_config");
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
