import { execFileSync } from "node:child_process";

/** The keys of a config.json that say something of memory; the others are left out of facts/models.json. */
export const configKeys = new Set(
  `model_type hidden_size num_hidden_layers num_attention_heads num_key_value_heads head_dim v_head_dim
   intermediate_size vocab_size tie_word_embeddings max_position_embeddings attention_bias mlp_bias use_bias torch_dtype
   dtype sliding_window use_sliding_window max_window_layers sliding_window_pattern layer_types num_local_experts
   num_experts num_experts_per_tok moe_intermediate_size shared_expert_intermediate_size decoder_sparse_step
   mlp_only_layers n_routed_experts n_shared_experts first_k_dense_replace moe_layer_freq topk_method q_lora_rank
   kv_lora_rank qk_nope_head_dim qk_rope_head_dim num_nextn_predict_layers quantization_config quant_method bits
   group_size weight_block_size text_config vision_config image_size patch_size use_qk_norm depth out_hidden_size
   num_position_embeddings temporal_patch_size spatial_merge_size deepstack_visual_indexes in_channels num_channels
   full_attention_interval linear_conv_kernel_dim linear_key_head_dim linear_num_key_heads linear_num_value_heads
   linear_value_head_dim mamba_ssm_dtype mtp_num_hidden_layers index_topk index_head_dim index_n_heads indexer_types
   attention_chunk_size interleave_moe_layer_step intermediate_size_mlp attention_k_eq_v enable_moe_block global_head_dim
   num_global_key_value_heads hidden_size_per_layer_input num_kv_shared_layers top_k_experts position_embedding_size
   standardize`.split(/\s+/),
);

/** litgpt's rows are Python: its module, run without the packages that it does not need to list them. */
const program = `
import json, sys, types
yaml = types.ModuleType("yaml")
extensions = types.ModuleType("typing_extensions")
extensions.Self = object
sys.modules.update({"yaml": yaml, "typing_extensions": extensions})
module = types.ModuleType("rows")
sys.modules["rows"] = module
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"), module.__dict__)
print(json.dumps(module.configs))
`;

/** The rows of litgpt/config.py, as JSON. */
export function readRows(path) {
  return JSON.parse(execFileSync("python3", ["-c", program, path], { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 }));
}

const families = [
  [/^google\/(?:codegemma|gemma-\d+b)/, "gemma"],
  [/^google\/gemma-2-/, "gemma2"],
  [/^google\/gemma-3-1b/, "gemma3_text"],
  [/^Qwen\/Qwen3/, "qwen3"],
  [/^Qwen\//, "qwen2"],
  [/^mistralai\//, "mistral"],
  [/^microsoft\/Phi-[34]|^microsoft\/phi-4/, "phi3"],
  [/^allenai\/OLMo-2/, "olmo2"],
];

/** The model's own choice where litgpt keeps a second copy: whether the head's weights are the embeddings'. */
const tied = /gemma|Llama-3\.2|SmolLM2|Phi-4-mini|Qwen2\.5-(?:Coder-|Math-)?(?:0\.5|1\.5|3)B|Qwen3-(?:0\.6|1\.7|4)B/;

/** A row of litgpt's as the keys of the model's config.json. */
export function configOfRow(row, name) {
  const model_type = families.find(([pattern]) => pattern.test(name))?.[1] ?? "llama";
  // The defaults of its class Config.
  const { n_embd = 4096, n_head = 32, n_layer = 16, block_size = 4096, sliding_window_indices: sliding } = row;
  return {
    model_type,
    hidden_size: n_embd,
    num_hidden_layers: n_layer,
    num_attention_heads: n_head,
    num_key_value_heads: row.n_query_groups ?? n_head,
    head_dim: row.head_size ?? n_embd / n_head,
    intermediate_size: row.intermediate_size,
    vocab_size: row.padded_vocab_size ?? row.vocab_size,
    max_position_embeddings: block_size,
    tie_word_embeddings: tied.test(name),
    torch_dtype: "bfloat16",
    ...(row.sliding_window_size === undefined || model_type === "phi3"
      ? {}
      : { sliding_window: row.sliding_window_size }),
    ...(sliding === undefined
      ? {}
      : { layer_types: sliding.map((each) => (each === 1 ? "sliding_attention" : "full_attention")) }),
  };
}
