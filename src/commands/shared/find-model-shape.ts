import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Context } from "../../context.ts";
import { parseJson } from "../../core/base/json.ts";
import { modelsAsOf } from "../../core/models/built-in-models.ts";
import { findModel, hubNameOf, shortName, unknownModel, type FoundModel } from "../../core/models/find-model.ts";
import { readModelConfig } from "../../core/models/read-config.ts";
import type { Precision } from "../../core/models/shape.ts";
import { AiplatError } from "../../errors.ts";
import { fileExists, nameOfFile, readText } from "../../files/read.ts";

/**
 * The model that an argument names: built in, `hf:ORG/NAME` on Hugging Face, a config.json, its folder, or `-`.
 *
 * @throws AiplatError, Refusal for what is none of them, or of an architecture that is not known.
 */
export async function findModelShape(context: Context, text: string, precision?: Precision): Promise<FoundModel> {
  const builtIn = findModel(text);
  if (builtIn !== undefined) {
    const { name, source, parameters, config } = builtIn;
    const shape = readModelConfig(config, name, precision);
    return {
      name: shortName(hubNameOf(builtIn, text)),
      hubName: hubNameOf(builtIn, text),
      shape,
      source,
      asOf: modelsAsOf,
      publishedParameters: parameters,
    };
  }
  if (text.startsWith("hf:")) {
    const name = text.slice("hf:".length);
    if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name))
      throw new AiplatError("Usage", `${text}: after hf: goes ORG/NAME, as in hf:Qwen/Qwen3-8B`);
    const { readHubConfig } = await import("../../model-hub/hugging-face.ts");
    return {
      ...fromText(name, await readHubConfig(context, name), `Hugging Face, ${name}, main`, precision),
      name: text,
      hubName: name,
    };
  }
  if (text !== "-" && !fileExists(context, text)) throw unknownModel(text);
  const path = text !== "-" && isFolder(context, text) ? join(text, "config.json") : text;
  return fromText(nameOfFile(path), await readText(context, path), nameOfFile(path), precision);
}

function fromText(name: string, text: string, source: string, precision: Precision | undefined): FoundModel {
  let config: unknown;
  try {
    config = parseJson(text);
  } catch (error) {
    throw new AiplatError("Usage", `${source} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  return { name, shape: readModelConfig(config, source, precision), source };
}

function isFolder({ cwd }: Context, path: string): boolean {
  return statSync(resolve(cwd, path)).isDirectory();
}
