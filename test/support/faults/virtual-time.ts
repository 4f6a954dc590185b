import { Heap } from "../../../src/core/base/heap.ts";

/** A timer as Node's functions hand it out: what asks it to be unref'd or refreshed is humoured. */
export class Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled = false;

  constructor(at: number, order: number, run: () => void) {
    this.at = at;
    this.order = order;
    this.run = run;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/** How a stretch of time ended: all was done, nothing was left to wait for, or the time was over. */
export type Stretch = "done" | "stuck" | "late";

const realImmediate = setImmediate;

/** Time that goes on only when nothing else is left to do, and then to the next timer at once. */
export class VirtualTime {
  #now: number;
  #order = 0;
  readonly #timers = new Heap<Timer>((one, other) => one.at - other.at || one.order - other.order);

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): Timer {
    // As Node has it: a millisecond at least. What waits for less would wait for ever.
    const wait = Number.isFinite(milliseconds) ? Math.max(1, Math.ceil(milliseconds)) : 1;
    const timer = new Timer(this.#now + wait, this.#order++, run);
    this.#timers.push(timer);
    return timer;
  }

  /** Lets everything happen until `done` says so, at most for so long. */
  async run(done: () => boolean, limitMs: number): Promise<Stretch> {
    const end = this.#now + limitMs;
    for (;;) {
      await idle();
      if (done()) return "done";
      let next = this.#timers.pop();
      while (next?.cancelled === true) next = this.#timers.pop();
      if (next === undefined) return "stuck";
      if (next.at > end) {
        this.#timers.push(next);
        this.#now = end;
        return "late";
      }
      this.#now = next.at;
      next.run();
    }
  }

  /** Puts this time in the place of the process's; the answer puts it back. */
  install(): () => void {
    const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
    const dateNow = Date.now;
    const performanceNow = performance.now;
    const cancel = (timer: unknown) => {
      if (timer instanceof Timer) timer.cancelled = true;
    };
    Object.assign(globalThis, {
      setTimeout: (run: (...args: unknown[]) => void, wait = 0, ...args: unknown[]) =>
        this.after(wait, () => run(...args)),
      clearTimeout: cancel,
      setInterval: () => this.after(Number.MAX_SAFE_INTEGER, () => undefined),
      clearInterval: cancel,
    });
    Date.now = () => this.#now;
    performance.now = () => this.#now;
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
      Date.now = dateNow;
      performance.now = performanceNow;
    };
  }
}

/** Resolves when promises, streams and reads of files have come as far as they can. */
async function idle(): Promise<void> {
  do await new Promise<void>((resolve) => realImmediate(resolve));
  while (process.getActiveResourcesInfo().some((each) => each.startsWith("FSReq")));
  await new Promise<void>((resolve) => realImmediate(resolve));
}

let current: VirtualTime | undefined;

/** The time that the stand-ins of Node's modules go by. */
export function timeOfNow(): VirtualTime {
  if (current === undefined) throw new Error("no schedule is played");
  return current;
}

export function goBy(time: VirtualTime): void {
  current = time;
}
