import { setMaxListeners } from "node:events";
import { machineClock, type Timer } from "../clock.ts";

/**
 * How long calls go on that change something, once the command is interrupted: cut off at once, nobody would know what
 * they did. What a command reads back after them has until `readBackMs`: all of it ends within five seconds.
 */
export const changeMs = 2_200;
export const readBackMs = 4_300;

/** A signal that aborts so long after another. */
export function lasting(signal: AbortSignal, milliseconds: number, timer: Timer = machineClock): AbortSignal {
  const later = new AbortController();
  setMaxListeners(0, later.signal);
  const begin = () => timer.after(milliseconds, () => later.abort(signal.reason));
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return later.signal;
}
