import { modelCacheBytesPerToken } from "./cache.ts";
import type { FoundModel } from "./find-model.ts";
import type { Precision } from "./shape.ts";
import { parametersOf } from "./tensors.ts";
import { checkpointBytes } from "./weights.ts";

/** What is worth saying of a model before any machine is looked at. */
export interface ModelFigures {
  readonly name: string;
  readonly architecture: string;
  /** Weights that an engine loads. */
  readonly parameters: number;
  readonly publishedPrecision: Precision;
  readonly checkpointMiB: number;
  /** In 16 bits, of all layers. */
  readonly cacheBytesPerToken: number;
  readonly maxContextTokens?: number;
  readonly source: string;
  readonly asOf?: string;
}

export function modelFigures({ name, shape, source, asOf }: FoundModel): ModelFigures {
  const { modelType, precision, maxContextTokens } = shape;
  return {
    name,
    architecture: modelType,
    parameters: parametersOf(shape),
    publishedPrecision: precision,
    checkpointMiB: Math.ceil(checkpointBytes(shape) / 1024 ** 2),
    cacheBytesPerToken: modelCacheBytesPerToken(shape),
    ...(maxContextTokens === undefined ? {} : { maxContextTokens }),
    source,
    ...(asOf === undefined ? {} : { asOf }),
  };
}
