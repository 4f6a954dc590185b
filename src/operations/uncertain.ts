import { present } from "../core/base/present.ts";
import { AiplatError } from "../errors.ts";

/** Whether a call that ended so may have taken effect: its answer was lost, came too late or was cut off. */
export function isUncertain(error: unknown): boolean {
  return error instanceof AiplatError && error.details["uncertain"] === true;
}

/** Why something cannot be done again whose first answer was lost: that does not say that it was not done. */
export function uncertain(error: unknown): unknown {
  if (!(error instanceof AiplatError)) return error;
  const { code, message, hint, details, cause } = error;
  return new AiplatError(code, message, { ...present({ hint }), details: { ...details, uncertain: true }, cause });
}

/** How long what may have taken effect is asked for again, and read back. */
export const patienceMs = 60_000;

/** Pauses between looks at what may not be shown yet: ECS's reads are "eventually consistent". */
export const lookAgainMs: readonly number[] = [1_000, 2_500, 6_000];
