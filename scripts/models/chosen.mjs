/** The tower of both Llama 4 models, which aiconfigurator leaves out: test/integration/tp64/models/llama4 of `neuron`. */
const llama4Vision = {
  hidden_size: 1408,
  image_size: 336,
  intermediate_size: 5632,
  num_hidden_layers: 34,
  patch_size: 14,
  vision_output_dim: 4096,
  projector_input_dim: 4096,
  projector_output_dim: 4096,
};

/** What the smaller Qwen3.5 have alike: Qwen3_5TextConfig and Qwen3_5VisionConfig of `transformers`. */
function qwen35(text, vision) {
  return {
    model_type: "qwen3_5",
    tie_word_embeddings: false,
    text_config: {
      dtype: "bfloat16",
      full_attention_interval: 4,
      head_dim: 256,
      num_hidden_layers: 32,
      num_attention_heads: 16,
      num_key_value_heads: 4,
      linear_conv_kernel_dim: 4,
      linear_key_head_dim: 128,
      linear_num_key_heads: 16,
      linear_num_value_heads: 32,
      linear_value_head_dim: 128,
      mamba_ssm_dtype: "float32",
      max_position_embeddings: 262_144,
      mtp_num_hidden_layers: 1,
      vocab_size: 248_320,
      ...text,
    },
    vision_config: { deepstack_visual_indexes: [], out_hidden_size: text.hidden_size, ...vision },
  };
}

/**
 * The models that are built in: name on Hugging Face, where its figures are from, the path or name there, what the
 * model has otherwise than the source, and later models of the same figures.
 */
export const chosen = [
  ...`Meta-Llama-3.1-8B Meta-Llama-3.1-70B Meta-Llama-3.1-405B`
    .split(" ")
    .map((name) => [
      `meta-llama/${name.replace("Meta-", "")}`,
      "aiconfigurator",
      `aic-core/src/aiconfigurator_core/model_configs/meta-llama--${name}_config.json`,
    ]),
  ["mistralai/Mixtral-8x7B-Instruct-v0.1", "aiconfigurator", mixtral("8x7B")],
  // The source's is of the base model, before the words for tools.
  ["mistralai/Mixtral-8x22B-Instruct-v0.1", "aiconfigurator", mixtral("8x22B"), { vocab_size: 32768 }],
  ...`Qwen/Qwen3-8B Qwen/Qwen3-32B Qwen/Qwen3-30B-A3B Qwen/Qwen3-235B-A22B
    Qwen/Qwen3-Coder-480B-A35B-Instruct Qwen/Qwen3-32B-FP8 Qwen/Qwen3-30B-A3B-FP8 Qwen/Qwen3-235B-A22B-FP8
    Qwen/Qwen3-VL-2B-Instruct Qwen/Qwen3-VL-4B-Instruct Qwen/Qwen3-VL-8B-Instruct Qwen/Qwen3-VL-32B-Instruct
    Qwen/Qwen3-VL-30B-A3B-Instruct Qwen/Qwen3-VL-235B-A22B-Instruct
    deepseek-ai/DeepSeek-V3 deepseek-ai/DeepSeek-R1 moonshotai/Kimi-K2-Instruct
    MiniMaxAI/MiniMax-M2.5 MiniMaxAI/MiniMax-M2.7 openai/gpt-oss-20b openai/gpt-oss-120b XiaomiMiMo/MiMo-7B-Base`
    .split(/\s+/)
    .map((name) => [name, "aiconfigurator"]),
  [
    "Qwen/Qwen3.5-9B",
    "transformers",
    "src/transformers/models/qwen3_5/configuration_qwen3_5.py",
    qwen35({ hidden_size: 4096, intermediate_size: 12_288 }, {}),
  ],
  // Its tower is Qwen3-VL-4B's, and the head is the embeddings: with both it has the published number of weights.
  [
    "Qwen/Qwen3.5-4B",
    "slime",
    "scripts/models/qwen3.5-4B.sh",
    qwen35(
      { hidden_size: 2560, intermediate_size: 9216, tie_word_embeddings: true },
      { depth: 24, hidden_size: 1024, intermediate_size: 4096 },
    ),
  ],
  ["Qwen/Qwen3.5-27B", "aiconfigurator", undefined, {}, ["Qwen/Qwen3.6-27B"]],
  ["Qwen/Qwen3.5-35B-A3B", "aiconfigurator", undefined, {}, ["Qwen/Qwen3.6-35B-A3B"]],
  ...`Qwen/Qwen3.5-122B-A10B Qwen/Qwen3.5-397B-A17B deepseek-ai/DeepSeek-V3.2`
    .split(" ")
    .map((name) => [name, "aiconfigurator"]),
  ["zai-org/GLM-5", "aiconfigurator", undefined, {}, ["zai-org/GLM-5.1"]],
  ["zai-org/GLM-5-FP8", "aiconfigurator", undefined, {}, ["zai-org/GLM-5.1-FP8"]],
  ["zai-org/GLM-5.2", "aiconfigurator", undefined, {}, ["zai-org/GLM-5.3"]],
  ["zai-org/GLM-5.2-FP8", "aiconfigurator"],
  ...`Scout-17B-16E Maverick-17B-128E`
    .split(" ")
    .map((size) => [
      `meta-llama/Llama-4-${size}-Instruct`,
      "aiconfigurator",
      undefined,
      { vision_config: llama4Vision },
      [`meta-llama/Llama-4-${size}`],
    ]),
  ["google/gemma-4-26B-A4B-it", "aiconfigurator", published("google--gemma-4-26B-A4B")],
  // The source's is of the same weights in NVFP4.
  [
    "google/gemma-4-31B-it",
    "aiconfigurator",
    published("nvidia--Gemma-4-31B-IT-NVFP4"),
    { quantization_config: undefined },
  ],
  ["google/gemma-3-27b-it", "neuron", "contrib/models/gemma3-vision/test/assets/gemma3_27b_config.json"],
  ...`meta-llama/Llama-2-7b-hf meta-llama/Llama-2-13b-hf meta-llama/Llama-2-70b-chat-hf meta-llama/Llama-3.2-1B
    meta-llama/Llama-3.2-3B meta-llama/Llama-3.3-70B-Instruct nvidia/Llama-3.1-Nemotron-70B-Instruct-HF
    codellama/CodeLlama-7b-hf codellama/CodeLlama-13b-hf codellama/CodeLlama-34b-hf codellama/CodeLlama-70b-hf
    deepseek-ai/DeepSeek-R1-Distill-Llama-8B deepseek-ai/DeepSeek-R1-Distill-Llama-70B
    TinyLlama/TinyLlama-1.1B-Chat-v1.0 HuggingFaceTB/SmolLM2-135M HuggingFaceTB/SmolLM2-360M HuggingFaceTB/SmolLM2-1.7B
    tiiuae/Falcon3-1B-Base tiiuae/Falcon3-3B-Base tiiuae/Falcon3-7B-Base tiiuae/Falcon3-10B-Base
    mistralai/Mistral-7B-Instruct-v0.1 mistralai/Mistral-7B-Instruct-v0.2 mistralai/Mistral-7B-Instruct-v0.3
    mistralai/Mistral-Large-Instruct-2407
    Qwen/Qwen2.5-0.5B Qwen/Qwen2.5-1.5B Qwen/Qwen2.5-3B Qwen/Qwen2.5-7B Qwen/Qwen2.5-14B Qwen/Qwen2.5-32B
    Qwen/Qwen2.5-72B Qwen/Qwen2.5-Coder-7B Qwen/Qwen2.5-Coder-14B Qwen/Qwen2.5-Coder-32B Qwen/Qwen2.5-Math-7B
    Qwen/QwQ-32B Qwen/Qwen3-4B Qwen/Qwen3-14B Qwen/Qwen3-0.6B-Base Qwen/Qwen3-1.7B-Base
    microsoft/Phi-3-mini-4k-instruct microsoft/Phi-3-mini-128k-instruct microsoft/Phi-3.5-mini-instruct microsoft/phi-4
    microsoft/Phi-4-reasoning microsoft/Phi-4-mini-instruct
    google/gemma-2b google/gemma-7b google/codegemma-7b-it google/gemma-2-2b google/gemma-2-9b google/gemma-2-27b
    google/gemma-3-1b-it allenai/OLMo-2-1124-7B-Instruct allenai/OLMo-2-1124-13B-Instruct`
    .split(/\s+/)
    .map((name) => [name, "litgpt"]),
];

function mixtral(size) {
  return published(`mistralai--Mixtral-${size}-v0.1`);
}

function published(name) {
  return `aic-core/src/aiconfigurator_core/model_configs/${name}_config.json`;
}
