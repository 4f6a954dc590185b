import { describe, expect, it, test } from "vitest";
import { Refusal } from "../../../src/core/base/problem.ts";
import { builtInModels } from "../../../src/core/models/built-in-models.ts";
import { knownModelTypes, readModelConfig } from "../../../src/core/models/read-config.ts";
import { parametersOf } from "../../../src/core/models/tensors.ts";

const llama = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
};

function problems(config: unknown): readonly string[] {
  try {
    readModelConfig(config, "config.json");
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map(({ code, message }) => `${code}: ${message}`);
    throw error;
  }
  return [];
}

describe("the built-in models", () => {
  it("are sixty at least, of every kind of attention and network", () => {
    expect(builtInModels.length).toBeGreaterThanOrEqual(60);
    const shapes = builtInModels.map(({ config, name }) => readModelConfig(config, name));
    const attentions = shapes.flatMap(({ layers }) => layers.map(({ attention }) => attention));
    expect(attentions.some(({ kind }) => kind === "latent")).toBe(true);
    expect(attentions.some((each) => each.kind === "grouped" && each.windowTokens !== undefined)).toBe(true);
    expect(attentions.some((each) => each.kind === "grouped" && each.keyValueHeads === 1)).toBe(true);
    expect(shapes.some(({ tiedEmbeddings }) => tiedEmbeddings)).toBe(true);
    expect(shapes.some(({ visionParameters }) => visionParameters > 0)).toBe(true);
    expect(new Set(shapes.map(({ precision }) => precision))).toEqual(new Set(["bf16", "fp8", "mxfp4"]));
  });

  // Scales of fp8 are in the published number, at most one for 16,384 weights and 4 bytes wide.
  test.each(builtInModels.map((model) => [model.name, model] as const))(
    "%s has as many weights as its checkpoint",
    (name, { config, parameters }) => {
      const shape = readModelConfig(config, name);
      const counted = parametersOf(shape) + shape.prediction.layers + shape.prediction.vocabulary;
      expect(Math.abs(counted - parameters) / parameters).toBeLessThan(0.0001);
    },
  );

  it.each<readonly [name: string, weights: number]>([
    ["meta-llama/Llama-3.1-8B", 8_030_261_248],
    ["meta-llama/Llama-3.1-405B", 405_853_388_800],
    ["mistralai/Mixtral-8x7B-Instruct-v0.1", 46_702_792_704],
    ["mistralai/Mixtral-8x22B-Instruct-v0.1", 140_630_071_296],
    ["Qwen/Qwen3-30B-A3B", 30_532_122_624],
    ["google/gemma-3-27b-it", 27_432_406_640],
    ["openai/gpt-oss-20b", 20_914_757_184],
    ["meta-llama/Llama-4-Scout-17B-16E-Instruct", 108_641_793_536],
    ["meta-llama/Llama-4-Maverick-17B-128E-Instruct", 401_583_781_376],
    ["google/gemma-4-26B-A4B-it", 25_805_936_206],
    ["google/gemma-4-31B-it", 31_273_088_876],
    // DeepSeek's README: "671B total", and its checkpoint has the layer that predicts a further token beside them.
    ["deepseek-ai/DeepSeek-R1", 671_026_419_200],
  ])("%s is counted to the last weight", (wanted, weights) => {
    const { config, name } = builtInModels.find((each) => each.name === wanted)!;
    expect(parametersOf(readModelConfig(config, name))).toBe(weights);
  });
});

/** Figures of the class Glm4MoeConfig, GLM-4.5-Air's. */
const glm = {
  model_type: "glm4_moe",
  hidden_size: 4096,
  intermediate_size: 10_944,
  moe_intermediate_size: 1408,
  num_hidden_layers: 46,
  num_attention_heads: 96,
  num_key_value_heads: 8,
  head_dim: 128,
  n_routed_experts: 128,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 1,
  attention_bias: true,
  num_nextn_predict_layers: 1,
  vocab_size: 151_552,
};

/** Figures of the class Qwen3NextConfig, Qwen3-Next-80B-A3B's. */
const qwenNext = {
  model_type: "qwen3_next",
  hidden_size: 2048,
  num_hidden_layers: 48,
  num_attention_heads: 16,
  num_key_value_heads: 2,
  head_dim: 256,
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_value_head_dim: 128,
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
  num_experts: 512,
  moe_intermediate_size: 512,
  shared_expert_intermediate_size: 512,
  num_experts_per_tok: 10,
  vocab_size: 151_936,
  mtp_num_hidden_layers: 1,
};

it.each<readonly [name: string, config: Readonly<Record<string, unknown>>, published: number]>([
  ["Qwen3.5-4B", builtIn("Qwen/Qwen3.5-4B"), 4_659_865_088],
  ["Qwen3.5-9B", builtIn("Qwen/Qwen3.5-9B"), 9_653_104_368],
  ["Qwen3.5-27B", builtIn("Qwen/Qwen3.5-27B"), 27_781_427_952],
  ["Qwen3.6-35B-A3B", builtIn("Qwen/Qwen3.5-35B-A3B"), 35_951_822_704],
  ["Qwen3.5-397B-A17B", builtIn("Qwen/Qwen3.5-397B-A17B"), 403_397_928_944],
  ["Qwen3-Next-80B-A3B-Instruct", qwenNext, 81_324_862_720],
  ["DeepSeek-V3.2", builtIn("deepseek-ai/DeepSeek-V3.2"), 685_355_329_792],
  ["GLM-5.1", builtIn("zai-org/GLM-5"), 753_864_139_008],
  ["GLM-5.3", builtIn("zai-org/GLM-5.2"), 753_329_940_480],
  ["GLM-4.5-Air", glm, 110_468_824_832],
  [
    "GLM-4.5",
    {
      ...glm,
      hidden_size: 5120,
      intermediate_size: 12_288,
      moe_intermediate_size: 1536,
      num_hidden_layers: 92,
      n_routed_experts: 160,
      first_k_dense_replace: 3,
      use_qk_norm: true,
    },
    358_337_791_296,
  ],
])("%s is counted to the last weight with what predicts further tokens", (_, config, published) => {
  const shape = readModelConfig(config, "config.json");
  expect(parametersOf(shape) + shape.prediction.layers + shape.prediction.vocabulary).toBe(published);
});

function builtIn(wanted: string): Readonly<Record<string, unknown>> {
  return builtInModels.find(({ name }) => name === wanted)!.config;
}

describe("a config.json", () => {
  it("says every figure that is missing or none at once", () => {
    const { hidden_size: _hidden, vocab_size: _words, ...rest } = llama;
    expect(problems({ ...rest, num_hidden_layers: "32", intermediate_size: 0, attention_bias: "no" })).toEqual([
      'model-config: config.json: num_hidden_layers is "32", and must be a whole number from 1 to 1000',
      "model-config: config.json: hidden_size is missing",
      'model-config: config.json: attention_bias is "no", and must be true or false',
      "model-config: config.json: intermediate_size is 0, and must be a whole number from 1 to 1000000000",
      "model-config: config.json: vocab_size is missing",
    ]);
  });

  it("of an architecture that is not known is refused by name with those that are", () => {
    expect(problems({ model_type: "mamba2", hidden_size: 4096 })).toEqual([
      "unknown-model-architecture: config.json: the shape of architecture mamba2 is not known",
    ]);
    // Every object has one.
    expect(problems({ model_type: "constructor", hidden_size: 4096 })).toEqual([
      "unknown-model-architecture: config.json: the shape of architecture constructor is not known",
    ]);
    const refused = () => readModelConfig({ model_type: "qwen4" }, "config.json");
    expect(refused).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ hint: expect.any(String) as string })] }),
    );
    expect(knownModelTypes).toEqual(knownModelTypes.toSorted());
  });

  it.each<readonly [what: string, config: unknown, said: RegExp]>([
    ["no map", [], /is no config\.json of a model/],
    ["without model_type", { hidden_size: 1 }, /it has no model_type/],
    ["of no name", { model_type: "\u001b[31mred\n" }, /architecture "\\u001b\[31mred\\n" is not known$/],
    ["of a name without end", { model_type: "x".repeat(1e5) }, /architecture "x{36}\.\.\. is not known$/],
    ["of a figure without end", { ...llama, hidden_size: "1".repeat(1e5) }, /hidden_size is "1{36}\.\.\., and must be/],
    ["of a diffusion pipeline", { _class_name: "FluxTransformer2DModel" }, /of a diffusion pipeline/],
    [
      "of endless layers",
      { ...llama, num_hidden_layers: 1e9 },
      /num_hidden_layers is 1000000000, and must be .* to 1000$/,
    ],
    ["with heads that do not group", { ...llama, num_key_value_heads: 5 }, /no multiple of num_key_value_heads \(5\)/],
    ["with heads that do not divide", { ...llama, num_attention_heads: 24 }, /head_dim is missing/],
    ["with a list of too few layers", { ...llama, layer_types: ["full_attention"] }, /list of 32 entries/],
    [
      "with layers of another kind",
      { ...llama, num_hidden_layers: 1, layer_types: ["linear_attention"] },
      /"linear_attention", which is not known/,
    ],
    ["of figures beyond any model", { ...llama, head_dim: 1e9 }, /come to 1\.0e\+16 weights, and no model has more/],
    ["of a figure that is none", { ...llama, hidden_size: 1 / 0 }, /hidden_size is Infinity, and must be/],
    ["of endless predictions", { ...llama, num_nextn_predict_layers: 1e9 }, /num_nextn_predict_layers is .* to 1000$/],
    [
      "of more experts a token than there are",
      { ...llama, model_type: "mixtral", num_local_experts: 4, num_experts_per_tok: 8 },
      /^[^\n]*num_experts_per_tok is 8, and must be a whole number from 1 to 4$/,
    ],
    [
      "whose layers are no list",
      {
        ...llama,
        model_type: "qwen3_moe",
        num_experts: 4,
        num_experts_per_tok: 2,
        moe_intermediate_size: 768,
        mlp_only_layers: "0",
      },
      /mlp_only_layers is "0", and must be a list of whole numbers/,
    ],
    ["without its text", { model_type: "gemma3", vision_config: {} }, /text_config is missing/],
    [
      "with embeddings for each layer",
      { ...builtIn("google/gemma-4-31B-it"), text_config: { num_kv_shared_layers: 18 } },
      /^[^\n]*hidden_size_per_layer_input is 256, and what that comes to is not known\n[^\n]*num_kv_shared_layers is 18/,
    ],
    ["that hears", { ...builtIn("google/gemma-4-31B-it"), audio_config: {} }, /audio_config is there, and what it/],
    [
      "with heads of linear attention that do not group",
      { ...qwenNext, linear_num_key_heads: 12 },
      /linear_num_value_heads \(32\) is no multiple of linear_num_key_heads \(12\)/,
    ],
    [
      "with an indexer of another kind",
      { ...builtIn("zai-org/GLM-5"), num_hidden_layers: 4, indexer_types: ["full", "full", "half", "full"] },
      /indexer_types has "half", which is not known/,
    ],
  ])("%s is refused", (_, config, said) => {
    expect(problems(config).join("\n")).toMatch(said);
  });

  it("has experts in each decoder_sparse_step-th layer, but for mlp_only_layers", () => {
    const moe = {
      ...llama,
      model_type: "qwen3_moe",
      num_hidden_layers: 5,
      num_experts: 8,
      num_experts_per_tok: 2,
      moe_intermediate_size: 768,
    };
    const sparse = (more: object) =>
      readModelConfig({ ...moe, ...more }, "config.json")
        .layers.filter(({ feedForward }) => feedForward.experts !== undefined)
        .reduce((sum, { count }) => sum + count, 0);
    expect(sparse({})).toBe(5);
    expect(sparse({ decoder_sparse_step: 2 })).toBe(2);
    expect(sparse({ decoder_sparse_step: 2, mlp_only_layers: [3] })).toBe(1);
  });

  it("has of a section what its class has by default, which Transformers leaves out", () => {
    // As Google publishes gemma-3-4b-it: 4,300,079,472 weights.
    const gemma = {
      model_type: "gemma3",
      text_config: { hidden_size: 2560, intermediate_size: 10240, num_hidden_layers: 34, sliding_window: 1024 },
      vision_config: {
        hidden_size: 1152,
        image_size: 896,
        intermediate_size: 4304,
        num_hidden_layers: 27,
        patch_size: 14,
      },
    };
    const shape = readModelConfig(gemma, "config.json");
    expect([parametersOf(shape), shape.maxContextTokens]).toEqual([4_300_079_472, 131_072]);
    const qwen = builtInModels.find(({ name }) => name === "Qwen/Qwen3-VL-2B-Instruct")!.config as Record<
      string,
      object
    >;
    const { head_dim: _size, ...text } = qwen["text_config"] as Record<string, unknown>;
    const {
      patch_size: _patch,
      deepstack_visual_indexes: _stacks,
      ...vision
    } = qwen["vision_config"] as Record<string, unknown>;
    const less = { ...qwen, text_config: text, vision_config: { ...vision, deepstack_visual_indexes: [5, 11, 17] } };
    expect(parametersOf(readModelConfig(less, "config.json"))).toBe(parametersOf(readModelConfig(qwen, "config.json")));
  });

  it("has linear attention and attention within pieces where its lists or intervals say so", () => {
    const kinds = (config: object) =>
      readModelConfig(config, "config.json").layers.map(({ count, attention, feedForward }) => [
        count,
        attention.kind === "grouped" ? (attention.chunkTokens ?? "all") : attention.kind,
        feedForward.experts?.count ?? feedForward.denseSize,
      ]);
    const four = { ...qwenNext, num_hidden_layers: 4 };
    expect(kinds({ ...four, full_attention_interval: 2 })).toEqual([
      [2, "linear", 512],
      [2, "all", 512],
    ]);
    const types = ["full_attention", "linear_attention", "linear_attention", "linear_attention"];
    expect(kinds({ ...four, layer_types: types }).map(([count]) => count)).toEqual([1, 3]);
    const maverick = builtIn("meta-llama/Llama-4-Maverick-17B-128E-Instruct");
    expect(kinds(maverick)).toEqual([
      [24, 8192, 16_384],
      [12, 8192, 128],
      [12, "all", 128],
    ]);
    const listed = { num_hidden_layers: 4, moe_layers: [3], no_rope_layers: [0, 1, 1, 1], num_local_experts: 8 };
    expect(kinds({ ...maverick, text_config: listed })).toEqual([
      [1, "all", 16_384],
      [2, 8192, 16_384],
      [1, 8192, 8],
    ]);
  });

  it("has norms of queries and keys where it says so", () => {
    const command = { ...llama, model_type: "cohere" };
    const weights = (more: object) => parametersOf(readModelConfig({ ...command, ...more }, "config.json"));
    expect(weights({ use_qk_norm: true }) - weights({})).toBe(32 * (32 + 8) * 128);
  });

  it("has windows where its architecture has them", () => {
    const windows = (config: object) =>
      readModelConfig({ ...llama, ...config }, "config.json").layers.map(({ count, attention }) => [
        count,
        attention.kind === "grouped" ? attention.windowTokens : undefined,
      ]);
    expect(windows({ sliding_window: 4096 })).toEqual([[32, undefined]]);
    expect(windows({ model_type: "mistral", sliding_window: 4096 })).toEqual([[32, 4096]]);
    expect(windows({ model_type: "gemma2", sliding_window: 4096 })).toEqual([
      [16, 4096],
      [16, undefined],
    ]);
    expect(windows({ model_type: "gemma3_text", sliding_window: 512 })).toEqual([
      [27, 512],
      [5, undefined],
    ]);
    const types = Array.from({ length: 32 }, (_, layer) => (layer < 3 ? "sliding_attention" : "full_attention"));
    expect(windows({ sliding_window: 4096, layer_types: types })).toEqual([
      [3, 4096],
      [29, undefined],
    ]);
    const qwen = { model_type: "qwen2", sliding_window: 4096, max_window_layers: 28 };
    expect(windows(qwen)).toEqual([[32, undefined]]);
    expect(windows({ ...qwen, use_sliding_window: true })).toEqual([
      [28, undefined],
      [4, 4096],
    ]);
  });
});
