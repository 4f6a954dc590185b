import type { Clock } from "../../src/clock.ts";

/** Nothing that a test waits for takes longer. */
const longestWaitMs = 6 * 3_600_000;

/** Time that moves only by sleeping, as long as that may lead to something: no test waits for it. */
export function steppedClock(start = Date.now()): Clock {
  let now = start;
  return clockOver(
    () => now,
    (milliseconds) => (now += milliseconds),
  );
}

/** @param step Moves the time that `now` tells on. */
export function clockOver(now: () => number, step: (milliseconds: number) => void): Clock {
  let slept = 0;
  return {
    now,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      slept += milliseconds;
      if (slept > longestWaitMs) throw new Error("this waits for what never comes");
      step(milliseconds);
    },
    // Only what is slept takes time: no answer is too late, however slow the machine.
    after: () => undefined,
  };
}
