import type { EngineName } from "./engines.ts";
import type { Precision } from "./shape.ts";
import type { Sharding } from "./training.ts";

export const fitTasks = ["inference", "lora", "training"] as const;
export type FitTask = (typeof fitTasks)[number];

/** What a model is to do, and how. */
export interface FitRequest {
  readonly task: FitTask;
  /** Of inference on GPUs. */
  readonly engine: EngineName;
  /** Other than the checkpoint's. */
  readonly precision?: Precision;
  readonly contextTokens: number;
  /** At once: of one replica that serves, of each rank that trains. */
  readonly sequences: number;
  readonly sharding: Sharding;
  readonly loraRank: number;
}
