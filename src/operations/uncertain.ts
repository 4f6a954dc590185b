import { AiplatError } from "../errors.ts";

/** Whether a call that ended so may have taken effect: its answer was lost, came too late or was cut off. */
export function isUncertain(error: unknown): boolean {
  return error instanceof AiplatError && error.details["uncertain"] === true;
}

/** How long what may have taken effect is asked for again, and read back. */
export const patienceMs = 60_000;

/** Pauses between looks at what may not be shown yet: ECS's reads are "eventually consistent". */
export const lookAgainMs: readonly number[] = [1_000, 2_500, 6_000];
