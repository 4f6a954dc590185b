import { expect, it } from "vitest";
import { degreeProblem, legalDegrees } from "../../../src/core/models/degrees.ts";
import { findModel } from "../../../src/core/models/find-model.ts";
import { readModelConfig } from "../../../src/core/models/read-config.ts";
import type { Precision } from "../../../src/core/models/shape.ts";

const shapeOf = (name: string) => readModelConfig(findModel(name)!.config, name);

it.each<readonly [model: string, precision: Precision, degrees: readonly number[]]>([
  ["llama-3.1-8b", "bf16", [1, 2, 4, 8, 16, 32]],
  ["llama-3.1-70b", "bf16", [1, 2, 4, 8, 16, 32, 64]],
  ["qwen2.5-7b", "bf16", [1, 2, 4]],
  ["qwen2.5-0.5b", "bf16", [1, 2]],
  ["qwen3-30b-a3b-fp8", "fp8", [1, 2]],
  ["qwen3-235b-a22b-fp8", "fp8", [1, 2, 4]],
  ["qwen2.5-72b", "int4", [1]],
  ["phi-4", "bf16", [1, 2, 5, 10, 20, 40]],
  ["deepseek-v3", "fp8", [1, 2, 4, 8, 16]],
  ["smollm2-135m", "bf16", [1, 3]],
  ["qwen3.5-27b", "bf16", [1, 2, 4, 8]],
  ["qwen3.6-35b-a3b", "bf16", [1, 2, 4, 8, 16]],
  ["deepseek-v3.2", "fp8", [1, 2, 4, 8, 16]],
  ["llama-4-scout-17b-16e", "bf16", [1, 2, 4, 8]],
  ["gemma-4-26b-a4b-it", "bf16", [1, 2, 4, 8, 16]],
  // Widths of 2,112 and 704 in whole groups of 16 weights.
  ["gemma-4-26b-a4b-it", "nvfp4", [1, 2, 4]],
])("%s in %s divides by %j", (model, precision, degrees) => {
  expect(legalDegrees(shapeOf(model), precision, 64)).toEqual(degrees);
});

it("divides no width that is no multiple of the ranks", () => {
  const config = { ...findModel("llama-3.1-8b")!.config, intermediate_size: 14_332 };
  const shape = readModelConfig(config, "config.json");
  expect(degreeProblem(shape, "bf16", 4)).toBeUndefined();
  expect(degreeProblem(shape, "bf16", 8)).toBe("a width of 14332 does not divide by 8");
});

it.each<readonly [model: string, precision: Precision, degree: number, said: string]>([
  ["qwen2.5-7b", "bf16", 8, "28 heads do not divide by 8"],
  ["llama-3.2-3b", "bf16", 6, "8 key-value heads and 6 ranks do not divide each other"],
  ["qwen3-30b-a3b", "bf16", 32, ""],
  ["qwen3.5-27b", "bf16", 24, "16 key heads do not divide by 24"],
  [
    "qwen3-235b-a22b-fp8",
    "fp8",
    8,
    "an expert's width of 1536 over 8 ranks is no multiple of the 128 weights that share a scale",
  ],
])("%s in %s by %i: %s", (model, precision, degree, said) => {
  expect(degreeProblem(shapeOf(model), precision, degree) ?? "").toBe(said);
});
