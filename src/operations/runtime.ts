import type { Context } from "../context.ts";

/** Time and interruption, as operations need them: a test plays its own clock. */
export type Runtime = Pick<Context, "now" | "sleep" | "signal">;
