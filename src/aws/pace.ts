import { machineClock, type Clock } from "../clock.ts";
import { Interrupted } from "../errors.ts";

/** How many requests AWS takes: `burst` at once, then `perSecond`. */
export interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/** Time, so that tests need not wait for it. */
export type PaceClock = Pick<Clock, "now" | "sleep">;

/** Goes on evenly where somebody sets the machine's time: nobody else is told what it tells. */
const steadyClock: PaceClock = { ...machineClock, now: () => performance.now() };

/** Runs a request when its bucket and the number of requests under way allow it, first come, first served. */
export type Pace = <Result>(request: () => Promise<Result>) => Promise<Result>;

/** More at once only queue for the HTTP agent's 50 sockets, of which several buckets share the pool. */
const mostUnderWay = 16;

/** A token bucket: what AWS keeps on its side, kept here too, so that a large cluster does not run into throttling.
 *
 * @param signal Ends a request that waits for its turn with Interrupted, where there is one.
 */
export function createPace(bucket: Bucket, clock: PaceClock = steadyClock, signal?: AbortSignal): Pace {
  let tokens = bucket.burst;
  let filledAt = clock.now();
  let underWay = 0;
  const queue: (() => void)[] = [];

  const takeToken = async () => {
    const now = clock.now();
    tokens = Math.min(bucket.burst, tokens + ((now - filledAt) / 1000) * bucket.perSecond);
    filledAt = now;
    // Below zero are the tokens of those who already wait: each waits for its own.
    tokens -= 1;
    if (tokens < 0) await waitFor(clock, (-tokens / bucket.perSecond) * 1000, signal);
  };

  return async (request) => {
    if (underWay >= mostUnderWay) await new Promise<void>((resolve) => queue.push(resolve));
    else underWay += 1;
    try {
      await takeToken();
      return await request();
    } finally {
      const next = queue.shift();
      // The place goes straight to the next in line.
      if (next === undefined) underWay -= 1;
      else next();
    }
  };
}

async function waitFor(clock: PaceClock, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
  if (signal?.aborted === true) throw new Interrupted();
}
