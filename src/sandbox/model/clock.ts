/** The sandbox's own time, in milliseconds since the epoch. */
export interface SandboxClock {
  now(): number;
}

/** Time that goes on by itself, `speed` times as fast as the machine's. */
export function runningClock(now: () => number, speed = 1): SandboxClock {
  const start = now();
  return { now: () => start + (now() - start) * speed };
}

/** Time that stands still until it is moved. */
export interface SteppedClock extends SandboxClock {
  advance(milliseconds: number): void;
}

export function steppedClock(start: number): SteppedClock {
  let current = start;
  return {
    now: () => current,
    advance: (milliseconds) => {
      current += milliseconds;
    },
  };
}
