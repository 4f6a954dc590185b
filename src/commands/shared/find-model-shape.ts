import { statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Context } from "../../context.ts";
import { parseJson } from "../../core/base/json.ts";
import { isRaw, type Raw } from "../../core/base/merge.ts";
import { modelsAsOf } from "../../core/models/built-in-models.ts";
import { findModel, hubNameOf, shortName, unknownModel, type FoundModel } from "../../core/models/find-model.ts";
import { modelOptFile, saysPrecision, withModelOpt } from "../../core/models/published-precision.ts";
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
    const { readHubConfig, readHubFile } = await import("../../model-hub/hugging-face.ts");
    const source = `Hugging Face, ${name}, main`;
    const beside = () => readHubFile(context, name, modelOptFile);
    return {
      ...(await fromText(name, await readHubConfig(context, name), { source, beside, precision })),
      name: text,
      hubName: name,
    };
  }
  if (text !== "-" && !fileExists(context, text)) throw unknownModel(text);
  const path = text !== "-" && isFolder(context, text) ? join(text, "config.json") : text;
  const source = nameOfFile(path);
  const other = join(dirname(path), modelOptFile);
  const beside = async () =>
    basename(path) === "config.json" && fileExists(context, other) ? await readText(context, other) : undefined;
  return fromText(source, await readText(context, path), { source, beside, precision });
}

interface Origin {
  readonly source: string;
  /** The text of ModelOpt's file beside the config.json, or undefined. */
  readonly beside: () => Promise<string | undefined>;
  readonly precision: Precision | undefined;
}

async function fromText(name: string, text: string, { source, beside, precision }: Origin): Promise<FoundModel> {
  const config = fromJson(text, source);
  const quantisation = isRaw(config) && !saysPrecision(config) ? await beside() : undefined;
  const whole =
    quantisation === undefined
      ? config
      : withModelOpt(config as Raw, fromJson(quantisation, `${modelOptFile} beside ${source}`));
  return { name, shape: readModelConfig(whole, source, precision), source };
}

function fromJson(text: string, source: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new AiplatError("Usage", `${source} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

function isFolder({ cwd }: Context, path: string): boolean {
  return statSync(resolve(cwd, path)).isDirectory();
}
