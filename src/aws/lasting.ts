import { setMaxListeners } from "node:events";

/**
 * How long calls go on that change something, once the command is interrupted: cut off at once, nobody would know what
 * they did. What a command reads back after them has until `readBackMs`: all of it ends within five seconds.
 */
export const changeMs = 2_200;
export const readBackMs = 4_300;

/** What ends a wait that takes too long, so that tests need not be in time. */
export interface Timer {
  /** Runs this so much later, where the process still lives: it need not wait for it. */
  after(milliseconds: number, run: () => void): void;
}

const machineTimer: Timer = {
  after: (milliseconds, run) => void setTimeout(run, milliseconds).unref(),
};

/** A signal that aborts with another, and after so long at the latest. */
export function within(signal: AbortSignal, milliseconds: number, timer: Timer = machineTimer): AbortSignal {
  const sooner = new AbortController();
  setMaxListeners(0, sooner.signal);
  const abort = () => sooner.abort(signal.reason);
  timer.after(milliseconds, abort);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return sooner.signal;
}

/** A signal that aborts so long after another. */
export function lasting(signal: AbortSignal, milliseconds: number, timer: Timer = machineTimer): AbortSignal {
  const later = new AbortController();
  setMaxListeners(0, later.signal);
  const begin = () => timer.after(milliseconds, () => later.abort(signal.reason));
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return later.signal;
}
