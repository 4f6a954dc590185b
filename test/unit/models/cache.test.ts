import { describe, expect, it, test } from "vitest";
import { cacheBytesPerSequence, cacheBytesPerToken, modelCacheBytesPerToken } from "../../../src/core/models/cache.ts";
import { findModel } from "../../../src/core/models/find-model.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";

const shapeOf = (name: string) => readModelConfig(findModel(name)!.config, name);

/**
 * By hand from vLLM's page sizes (AttentionSpec.real_page_size_bytes: 2 x key-value heads x head size x 2 bytes, of
 * MLAAttentionSpec: head size x 2 bytes, and 132 for the indexer's key) times the layers.
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
  // Each fourth layer has attention; the others have a state.
  ["qwen3.5-27b", 2 * 4 * 256 * 2 * 16],
  ["qwen3.6-35b-a3b", 2 * 2 * 256 * 2 * 10],
  ["qwen3.5-397b-a17b", 2 * 2 * 256 * 2 * 15],
  ["deepseek-v3.2", ((512 + 64) * 2 + 128 + 4) * 61],
  ["glm-5.1-fp8", ((512 + 64) * 2 + 128 + 4) * 78],
  // 21 of the layers have an indexer, which the others share.
  ["glm-5.3", (512 + 64) * 2 * 78 + (128 + 4) * 21],
  ["llama-4-scout-17b-16e", 2 * 8 * 128 * 2 * 48],
  ["gemma-4-26b-a4b-it", 2 * 8 * 256 * 2 * 25 + 2 * 2 * 512 * 2 * 5],
  ["gemma-4-31b-it", 2 * 16 * 256 * 2 * 50 + 2 * 4 * 512 * 2 * 10],
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
    const layout = { blockTokens: 16, inFlightTokens: 2048 };
    const gptOss = (tokens: number) => cacheBytesPerSequence(shapeOf("gpt-oss-20b"), tokens, 1, layout);
    expect(gptOss(131_072)).toBe(12 * 2048 * 131_072 + 12 * 2048 * 137 * 16);
    // 127 + 2,049 tokens are 136 blocks to the last token.
    const even = cacheBytesPerSequence(shapeOf("gpt-oss-20b"), 131_072, 1, { ...layout, inFlightTokens: 2049 });
    expect(even).toBe(gptOss(131_072));
    expect(gptOss(1000)).toBe(12 * 2048 * 63 * 16 + 12 * 2048 * 64 * 16);
  });

  it("of layers that look back within a piece ends with the piece and what is under way", () => {
    // 36 layers in pieces of 8,192 tokens and 12 of all, 4,096 bytes a token.
    const layout = { blockTokens: 16, inFlightTokens: 16_384 };
    const scout = (tokens: number) => cacheBytesPerSequence(shapeOf("llama-4-scout-17b-16e"), tokens, 1, layout);
    expect(scout(1_048_576)).toBe(36 * 4096 * (8192 + 16_384) + 12 * 4096 * 1_048_576);
    expect(scout(8192)).toBe(48 * 4096 * 8192);
  });

  it("of layers with linear attention is one state, in a page as large as the others' blocks", () => {
    const layout = { blockTokens: 16, inFlightTokens: 2048 };
    const qwen = (tokens: number, ranks: number) =>
      cacheBytesPerSequence(shapeOf("qwen3.5-27b"), tokens, ranks, layout);
    // 48 x 128 x 128 x 4 bytes and 3 x (2 x 16 x 128 + 48 x 128) x 2 of the convolution, by 4,096 a token: 784 tokens.
    expect(qwen(1, 1)).toBe(64 * 784 * 4096);
    expect(qwen(785, 1)).toBe((48 + 2 * 16) * 784 * 4096);
    expect(qwen(784, 4)).toBe((64 * 784 * 4096) / 4);
    // vllm#37467: "Setting attention block size to 528 tokens", padded by 0.76 %, of 32 heads beside 4 of keys and values.
    expect(cacheBytesPerSequence(shapeOf("qwen3.5-9b"), 1, 1, layout)).toBe(32 * 528 * 4096);
    expect((528 * 4096) / (32 * 128 * 128 * 4 + 3 * (2 * 16 + 32) * 128 * 2)).toBeCloseTo(1.0076, 4);
  });

  it("has blocks of one size in bytes where layers differ", () => {
    // Blocks of 32 tokens of 4,096 bytes beside such of 16 of 8,192, 25 layers with a window of 1,024.
    const layout = { blockTokens: 16, inFlightTokens: 2048 };
    const gemma = (tokens: number) => cacheBytesPerSequence(shapeOf("gemma-4-26b-a4b-it"), tokens, 1, layout);
    expect(gemma(1)).toBe(16 * 8192 * (25 * 2 + 5));
    expect(gemma(33)).toBe(16 * 8192 * (25 * 4 + 5 * 2));
    expect(gemma(32_768)).toBe(16 * 8192 * (25 * 193 + 5 * 1024));
  });

  it("is counted in whole blocks", () => {
    const layout = { blockTokens: 16, inFlightTokens: 2048 };
    expect(cacheBytesPerSequence(shapeOf("llama-3.1-8b"), 8191, 1, layout)).toBe(131_072 * 8192);
    expect(cacheBytesPerSequence(shapeOf("llama-3.1-8b"), 8193, 1, layout)).toBe(131_072 * 8208);
  });
});
