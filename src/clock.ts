import { setMaxListeners } from "node:events";

/** Time as a command has it, in milliseconds: what tests and a sandbox hand in moves as they want. */
export interface Clock {
  /** Since the epoch. */
  now(): number;
  /** May reject early when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<unknown>;
  /** Runs this so much later, where the process still lives: it need not wait for it. */
  after(milliseconds: number, run: () => void): void;
}

export const machineClock: Clock = {
  now: () => Date.now(),
  // Loaded where somebody waits: most commands do not.
  sleep: async (milliseconds, signal) =>
    (await import("node:timers/promises")).setTimeout(milliseconds, undefined, { signal }),
  after: (milliseconds, run) => void setTimeout(run, milliseconds).unref(),
};

/** What ends a wait that takes too long. */
export type Timer = Pick<Clock, "after">;

/** A signal that aborts with another, and after so long at the latest, then with a TimeoutError. */
export function within(signal: AbortSignal, milliseconds: number, timer: Timer = machineClock): AbortSignal {
  const sooner = new AbortController();
  setMaxListeners(0, sooner.signal);
  const abort = () => sooner.abort(signal.reason);
  timer.after(milliseconds, () => sooner.abort(new DOMException("it took too long", "TimeoutError")));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return sooner.signal;
}
