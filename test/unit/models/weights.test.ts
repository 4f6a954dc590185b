import { describe, expect, it, test } from "vitest";
import { findModel } from "../../../src/core/models/find-model.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";
import { precisions } from "../../../src/core/models/shape.ts";
import { checkpointBytes, keyValueHeadsPerRank, weightBytesPerRank } from "../../../src/core/models/weights.ts";

const shapeOf = (name: string) => readModelConfig(findModel(name)!.config, name);

describe("the bytes of a checkpoint", () => {
  // `metadata.total_size` of model.safetensors.index.json, or the sum of its dtypes as Hugging Face's API gives them.
  test.each<readonly [model: string, bytes: number]>([
    ["llama-3.1-8b", 16_060_522_496],
    ["llama-3.1-70b", 141_107_412_992],
    ["qwen2.5-7b", 15_231_233_024],
    ["deepseek-v3", 3_918_786_560 * 2 + 680_571_043_840 + 41_555_600 * 4],
    ["gpt-oss-20b", 1_804_459_584 * 2 + 19_110_297_600 * 0.53125],
  ])("of %s are those that are published, to 0.1 %", (model, bytes) => {
    expect(Math.abs(checkpointBytes(shapeOf(model)) - bytes) / bytes).toBeLessThan(0.001);
  });

  it("grow with the precision", () => {
    const bytes = precisions
      .filter((precision) => precision !== "mxfp4" && precision !== "nvfp4")
      .map((precision) => weightBytesPerRank(shapeOf("llama-3.1-8b"), precision, 1));
    expect(bytes).toEqual(
      bytes
        .toSorted((one, other) => other - one)
        .with(1, bytes[1]!)
        .with(2, bytes[2]!),
    );
    expect(bytes[3]).toBeLessThan(bytes[1]!);
    // 6.98 billion weights in 0.51953 bytes, 1.05 billion in 2.
    expect(bytes[3]! / 2 ** 30).toBeCloseTo(5.33, 1);
    // Of nvfp4 a ninth is scales.
    expect(weightBytesPerRank(shapeOf("llama-3.1-8b"), "nvfp4", 1) / 2 ** 30).toBeCloseTo(5.61, 1);
  });

  it("are divided, but for what each rank has", () => {
    const shape = shapeOf("llama-3.1-8b");
    const norms = (2 * 32 + 1) * 4096;
    expect(weightBytesPerRank(shape, "bf16", 8)).toBe(((8_030_261_248 - norms) / 8 + norms) * 2);
    // From 8 ranks on the 8 key-value heads are on several.
    const keyValue = 2 * 8 * 128 * 4096 * 32;
    expect(weightBytesPerRank(shape, "bf16", 32)).toBe(
      ((8_030_261_248 - norms - keyValue) / 32 + keyValue / 8 + norms) * 2,
    );
  });
});

it.each<readonly [heads: number, keyValueHeads: number, ranks: number, each: number]>([
  [32, 8, 4, 2],
  [32, 8, 8, 1],
  [32, 8, 32, 1],
  [24, 8, 12, 2],
  [32, 32, 16, 2],
])("%i heads with %i key-value heads on %i ranks: %i each", (heads, keyValueHeads, ranks, each) => {
  expect(keyValueHeadsPerRank({ heads, keyValueHeads }, ranks)).toBe(each);
});
