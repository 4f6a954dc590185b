import { expect, it } from "vitest";
import { degreeProblem } from "../../../src/core/models/degrees.ts";
import { withModelOpt } from "../../../src/core/models/published-precision.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";
import { parametersOf } from "../../../src/core/models/tensors.ts";
import { checkpointBytes, weightBytesPerRank } from "../../../src/core/models/weights.ts";

const llama = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
};
const shapeOf = (config: object) => readModelConfig({ ...llama, ...config }, "config.json");
const quantised = (fields: object) => ({ quantization_config: fields });
const group = (weights: object) => ({ weights, targets: ["Linear"] });
const compressed = (...weights: readonly object[]) => ({
  quant_method: "compressed-tensors",
  config_groups: Object.fromEntries(weights.map((each, index) => [`group_${index}`, group(each)])),
});

const readAs: readonly (readonly [config: object, precision: string, scaleGroup?: number])[] = [
  [{}, "bf16"],
  [{ quantization_config: null }, "bf16"],
  [quantised({ quant_method: "fp8" }), "fp8"],
  [quantised({ quant_method: "fp8", weight_block_size: [128, 128] }), "fp8", 128],
  [quantised({ quant_method: "fp8", modules_to_not_convert: ["lm_head", "model.layers.0.mlp.gate"] }), "fp8"],
  [quantised({ quant_method: "awq", bits: 4 }), "int4"],
  [quantised({ quant_method: "awq", bits: 4, modules_to_not_convert: ["visual"] }), "int4"],
  [quantised({ quant_method: "gptq", bits: 4, group_size: 32 }), "int4", 32],
  [quantised({ quant_method: "gptq", bits: 4, group_size: -1 }), "int4"],
  [quantised({ quant_method: "gptq", bits: 8, group_size: 128 }), "int8", 128],
  [quantised(compressed({ num_bits: 8, type: "float" })), "fp8"],
  [quantised(compressed({ num_bits: 8, type: "float", block_structure: [128, 128] })), "fp8", 128],
  [quantised({ ...compressed({ num_bits: 8, type: "int" }), ignore: ["lm_head"] }), "int8"],
  [quantised(compressed({ num_bits: 4, type: "int", group_size: 64 })), "int4", 64],
  [{ compression_config: compressed({ num_bits: 8, type: "float" }) }, "fp8"],
  [quantised({ quant_method: "modelopt", quant_algo: "FP8" }), "fp8"],
  [
    quantised({ quant_method: "fp8", modules_to_not_convert: ["model.layers.0.linear_attn.in_proj_a", "mtp.fc"] }),
    "fp8",
  ],
  [quantised({ quant_algo: "NVFP4", group_size: 16, exclude_modules: ["lm_head"] }), "nvfp4", 16],
  [quantised(compressed({ num_bits: 4, type: "float", group_size: 16 })), "nvfp4", 16],
  // As NVIDIA publishes Qwen3-32B-FP8.
  [quantised({ quant_algo: "FP8", producer: { name: "modelopt" }, ignore: ["lm_head"] }), "fp8"],
];

it.each(readAs.map(([config, ...rest]) => ({ config, rest })))("$config is published so: $rest", ({ config, rest }) => {
  const { precision, scaleGroup } = shapeOf(config);
  expect(scaleGroup === undefined ? [precision] : [precision, scaleGroup]).toEqual(rest);
});

it.each<readonly [config: object, said: string]>([
  [{ quantization_config: "fp8" }, "quantization_config is no map"],
  [{ quantization_config: ["fp8"] }, "quantization_config is no map"],
  [quantised({}), "quantised by (no quant_method), which is not known"],
  [quantised({ quant_method: "constructor" }), "quantised by constructor, which is not known"],
  [quantised({ quant_method: "gptq", bits: 3 }), "quantised by gptq in 3 bits, which is not known"],
  [quantised({ quant_method: "bitsandbytes", load_in_4bit: true }), "quantised by bitsandbytes, which is not known"],
  [quantised({ quant_algo: "MIXED_PRECISION" }), "quantised by modelopt in MIXED_PRECISION, which is not known"],
  [
    quantised({ quant_algo: "NVFP4", exclude_modules: ["model.layers.0.self_attn*"] }),
    "model.layers.0.self_attn* is left in 16 bits",
  ],
  [quantised(compressed({ num_bits: 4, type: "float" })), "quantised by compressed-tensors, which is not known"],
  [
    quantised(compressed({ num_bits: 4, type: "int" }, { num_bits: 8, type: "int" })),
    "quantised by compressed-tensors, which is not known",
  ],
  [
    quantised({ quant_method: "fp8", modules_to_not_convert: ["lm_head", "model.layers.0.self_attn.q_proj"] }),
    "model.layers.0.self_attn.q_proj is left in 16 bits",
  ],
  [quantised({ quant_method: "mxfp4" }), "mxfp4 is of experts, and there are none"],
])("%j is refused", (config, said) => {
  expect(() => shapeOf(config)).toThrow(
    expect.objectContaining({
      problems: [expect.objectContaining({ message: expect.stringContaining(said) as string })],
    }),
  );
});

it("comes to what --precision says where the format is not known, on disk too", () => {
  const config = { ...llama, ...quantised({ quant_method: "bitsandbytes", load_in_4bit: true }) };
  const shape = readModelConfig(config, "config.json", "int4");
  expect(shape.precision).toBe("int4");
  expect(checkpointBytes(shape)).toBeLessThan(parametersOf(shape));
});

it("reads what ModelOpt wrote beside the file", () => {
  // As NVIDIA publishes Llama-3.1-70B-Instruct-FP8.
  const beside = { producer: { name: "modelopt" }, quantization: { quant_algo: "FP8", exclude_modules: ["lm_head"] } };
  expect(shapeOf(withModelOpt(llama, beside)).precision).toBe("fp8");
  expect(() => shapeOf(withModelOpt(llama, []))).toThrow(/no map/);
});

it("has a byte for 16 weights of nvfp4 beside their halves, and attention in 16 bits where all layers keep it", () => {
  // Safetensors of RedHatAI/Qwen3-32B-NVFP4 have 19,109,664,640 values: of a byte, but for those in 16 bits.
  const qwen = {
    ...llama,
    model_type: "qwen3",
    hidden_size: 5120,
    intermediate_size: 25_600,
    num_hidden_layers: 64,
    num_attention_heads: 64,
    head_dim: 128,
    vocab_size: 151_936,
  };
  const read = (quantisation: object) => readModelConfig({ ...qwen, ...quantised(quantisation) }, "config.json");
  const wide = 2 * 151_936 * 5120 + 64 * (2 * 5120 + 2 * 128) + 5120;
  const bytes = checkpointBytes(read({ quant_algo: "NVFP4", group_size: 16 }));
  expect(Math.abs(bytes - wide - 19_109_664_640) / bytes).toBeLessThan(0.001);
  const kept = read({
    quant_algo: "NVFP4",
    exclude_modules: Array.from({ length: 64 }, (_, layer) => `model.layers.${layer}.self_attn*`),
  });
  const attention = 64 * 5120 * 128 * (2 * 64 + 2 * 8);
  expect(checkpointBytes(kept) - bytes).toBe(attention * (2 - 0.5625));
  expect(weightBytesPerRank(kept, "int4", 1)).toBe(weightBytesPerRank(read({ quant_algo: "NVFP4" }), "int4", 1));
});

it("has the scales of its own groups, which a rank must have whole", () => {
  const linear = 32 * (4096 * 4096 * 2 + 4096 * 1024 * 2 + 3 * 4096 * 14336);
  const bytes = (bits: number, size: number) =>
    checkpointBytes(shapeOf(quantised({ quant_method: "gptq", bits, group_size: size })));
  expect(bytes(4, 32) - bytes(4, 128)).toBe((linear * 2.5) / 32 - (linear * 2.5) / 128);
  expect(bytes(8, 128) - bytes(4, 128)).toBe(linear * 0.5 + (linear * 0.5) / 128);
  const narrow = { intermediate_size: 14_336 - 64 };
  const of = (size: number) =>
    shapeOf({ ...narrow, ...quantised({ quant_method: "gptq", bits: 4, group_size: size }) });
  expect(degreeProblem(of(32), "int4", 2)).toBeUndefined();
  expect(degreeProblem(of(128), "int4", 2)).toContain("no multiple of the 128 weights that share a scale");
});

it("takes twice the room on disk in float32, and no more of a device", () => {
  const plain = shapeOf({});
  for (const said of [{ torch_dtype: "float32" }, { dtype: "float32" }])
    expect(checkpointBytes(shapeOf(said))).toBe(2 * checkpointBytes(plain));
  expect(shapeOf({ torch_dtype: "float32" }).precision).toBe("bf16");
});
