import { expect, it } from "vitest";
import { builtInModels } from "../../../src/core/models/built-in-models.ts";
import { isGated, workloadName } from "../../../src/core/models/starter.ts";

it.each<readonly [model: string, name: string]>([
  ["llama-3.1-8b", "llama-3-1-8b"],
  ["hf:Qwen/QwQ-32B", "qwq-32b"],
  ["./models/my-llama/config.json", "my-llama"],
  ["./config.json", "config"],
  ["../config.json", "config"],
  ["config.json", "config"],
  ["tuned.json", "tuned"],
  ["01-ai/1.5", "model"],
  ["a-model-with-a-name-that-is-far-longer-than-a-workload-may-have", "a-model-with-a-name-that-is-far-longer-th"],
])("%s is the workload %s", (model, name) => {
  expect(workloadName(model)).toBe(name);
});

it("gives each built-in model a name that a workload may have", () => {
  for (const { name } of builtInModels) expect(workloadName(name)).toMatch(/^[a-z][a-z0-9-]{0,40}$/);
});

it.each([
  ["meta-llama/Llama-3.1-8B", true],
  ["google/gemma-2-9b", true],
  ["google/codegemma-7b-it", true],
  ["Qwen/Qwen3-8B", false],
  ["deepseek-ai/DeepSeek-R1-Distill-Llama-8B", false],
])("%s is gated: %s", (name, gated) => {
  expect(isGated(name)).toBe(gated);
});
