import { describe, expect, it, test } from "vitest";
import { cacheBytesPerSequence, cacheBytesPerToken, modelCacheBytesPerToken } from "../../../src/core/models/cache.ts";
import { findModel } from "../../../src/core/models/find-model.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";

const shapeOf = (name: string) => readModelConfig(findModel(name)!.config, name);

/**
 * By hand from vLLM's page sizes (AttentionSpec.real_page_size_bytes: 2 x key-value heads x head size x 2 bytes, of
 * MLAAttentionSpec: head size x 2 bytes) times the layers.
 */
const bytesPerToken: readonly (readonly [model: string, bytes: number])[] = [
  ["llama-2-7b-hf", 2 * 32 * 128 * 2 * 32],
  ["llama-3.1-8b", 131_072],
  ["llama-3.1-70b", 327_680],
  ["llama-3.1-405b", 516_096],
  ["mistral-7b-instruct-v0.3", 131_072],
  ["mixtral-8x22b-instruct-v0.1", 229_376],
  ["qwen2.5-7b", 57_344],
  ["qwen3-8b", 147_456],
  ["qwen3-30b-a3b", 98_304],
  ["qwen3-vl-8b-instruct", 147_456],
  ["gemma-2b", 18_432],
  ["gemma-2-9b", 344_064],
  ["gemma-3-27b-it", 507_904],
  ["phi-4", 204_800],
  ["olmo-2-1124-7b-instruct", 524_288],
  ["minimax-m2.5", 253_952],
  ["gpt-oss-20b", 49_152],
  ["deepseek-v3", (512 + 64) * 2 * 61],
  ["kimi-k2-instruct", 70_272],
  ["mimo-7b-base", 147_456],
];

describe("the cache", () => {
  test.each(bytesPerToken)("of %s takes %i bytes a token", (model, bytes) => {
    expect(modelCacheBytesPerToken(shapeOf(model))).toBe(bytes);
  });

  it("is divided by key-value heads until each rank has one, and not at all where it is compressed", () => {
    const { attention } = shapeOf("llama-3.1-8b").layers[0]!;
    expect([1, 2, 8, 16].map((ranks) => cacheBytesPerToken(attention, ranks))).toEqual([4096, 2048, 512, 512]);
    expect(modelCacheBytesPerToken(shapeOf("deepseek-v3"), 8)).toBe(70_272);
  });

  it("of layers with a window ends with the window and what one step computes, in whole blocks and one more", () => {
    // 12 layers of each kind, 2,048 bytes a token; (127 + 2,048) tokens are 136 blocks of 16, and one more.
    const layout = { blockTokens: 16, stepTokens: 2048 };
    const gptOss = (tokens: number) => cacheBytesPerSequence(shapeOf("gpt-oss-20b"), tokens, 1, layout);
    expect(gptOss(131_072)).toBe(12 * 2048 * 131_072 + 12 * 2048 * 137 * 16);
    // 127 + 2,049 tokens are 136 blocks to the last token.
    const even = cacheBytesPerSequence(shapeOf("gpt-oss-20b"), 131_072, 1, { ...layout, stepTokens: 2049 });
    expect(even).toBe(gptOss(131_072));
    expect(gptOss(1000)).toBe(12 * 2048 * 63 * 16 + 12 * 2048 * 64 * 16);
  });

  it("is counted in whole blocks", () => {
    const layout = { blockTokens: 16, stepTokens: 2048 };
    expect(cacheBytesPerSequence(shapeOf("llama-3.1-8b"), 8191, 1, layout)).toBe(131_072 * 8192);
    expect(cacheBytesPerSequence(shapeOf("llama-3.1-8b"), 8193, 1, layout)).toBe(131_072 * 8208);
  });
});
