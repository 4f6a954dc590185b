import { isRaw } from "../base/merge.ts";
import { settingProblem, type Problem } from "../base/problem.ts";
import type { ModelShape } from "./shape.ts";

/**
 * How the checkpoint beside a config.json keeps its weights.
 * https://huggingface.co/docs/transformers/main_classes/quantization
 *
 * @param problems Takes what is said of a format that is not known.
 */
export function readPublishedPrecision(
  config: Readonly<Record<string, unknown>>,
  from: string,
  problems: Problem[],
): Pick<ModelShape, "precision" | "scaleBlock"> {
  const quantisation = config["quantization_config"];
  if (!isRaw(quantisation)) return { precision: "bf16" };
  const { quant_method: method, bits, weight_block_size: block } = quantisation;
  if (method === "fp8") {
    const side = Array.isArray(block) ? block[0] : undefined;
    return { precision: "fp8", ...(typeof side === "number" && side > 0 ? { scaleBlock: side } : {}) };
  }
  if (method === "mxfp4") return { precision: "mxfp4" };
  if (method === "awq" || method === "gptq") {
    if (bits === 4) return { precision: "int4" };
    if (bits === 8) return { precision: "int8" };
  }
  const what = typeof method === "string" ? method : "(no quant_method)";
  problems.push(
    settingProblem(
      "model-config",
      `${from}: the weights are quantised by ${what}${typeof bits === "number" ? ` in ${bits} bits` : ""}, which is not known`,
      "Say with --precision what they come to: bf16, fp8, int8 or int4.",
    ),
  );
  return { precision: "bf16" };
}
