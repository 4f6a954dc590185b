import { judge, type Wrong } from "./oracle.ts";
import { play, type Outcome } from "./play.ts";
import type { Schedule } from "./schedule.ts";

/** A schedule that was played and judged. */
export interface Watched {
  /** Undefined where the play itself broke off. */
  readonly outcome?: Outcome;
  readonly wrongs: readonly Wrong[];
}

const realImmediate = setImmediate;

/** Plays and judges a schedule; an error that nobody catches, of the tool or of the play, is one of its wrongs. */
export async function watch(schedule: Schedule): Promise<Watched> {
  const wrongs: Wrong[] = [];
  const crash = (thrown: unknown): void => {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : JSON.stringify(thrown);
    wrongs.push({ rule: "crash", text });
  };
  // A rejection that nobody handles comes by here, too.
  process.on("uncaughtException", crash);
  try {
    const outcome = await play(schedule);
    wrongs.push(...judge(outcome));
    return { outcome, wrongs };
  } catch (thrown) {
    crash(thrown);
    return { wrongs };
  } finally {
    // What was thrown at the very end is told after the promises of then.
    await new Promise<void>((resolve) => realImmediate(resolve));
    process.off("uncaughtException", crash);
  }
}
