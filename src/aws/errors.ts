import { AiplatError } from "../errors.ts";
import type { AwsService } from "./config.ts";

/** The call that failed. */
export interface FailedCall {
  readonly service: AwsService;
  /** As the API names it, e.g. `RunTask`. */
  readonly operation: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Makes an AiplatError of what the SDK threw. */
export function translateAwsError(error: unknown, call: FailedCall): AiplatError {
  return new AiplatError("AwsError", `${call.service}:${call.operation}: ${String(error)}`, { cause: error });
}
