import { describe, expect, it } from "vitest";
import { createPace, type PaceClock } from "../../../src/aws/pace.ts";

/** A clock that moves only when something sleeps, waking sleepers in the order of their time. */
function fakeClock(): PaceClock & { advance(milliseconds: number): Promise<void> } {
  let now = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise<void>((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
      }),
    advance: async (milliseconds) => {
      const end = now + milliseconds;
      for (;;) {
        await settle();
        const next = sleepers.sort((one, other) => one.at - other.at)[0];
        if (next === undefined || next.at > end) break;
        sleepers = sleepers.slice(1);
        now = next.at;
        next.wake();
      }
      now = end;
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

describe("createPace", () => {
  it("lets the burst through at once and the rest at the sustained rate", async () => {
    const clock = fakeClock();
    const pace = createPace({ burst: 5, perSecond: 2 }, clock);
    const startedAt: number[] = [];
    for (let index = 0; index < 9; index++) void pace(async () => startedAt.push(clock.now()));
    await clock.advance(10_000);
    expect(startedAt).toEqual([0, 0, 0, 0, 0, 500, 1000, 1500, 2000]);
  });

  it("fills again while nothing is asked, up to the burst", async () => {
    const clock = fakeClock();
    const pace = createPace({ burst: 2, perSecond: 1 }, clock);
    const startedAt: number[] = [];
    const ask = () => void pace(async () => startedAt.push(clock.now()));
    ask();
    ask();
    await clock.advance(60_000);
    for (let index = 0; index < 3; index++) ask();
    await clock.advance(5_000);
    expect(startedAt).toEqual([0, 0, 60_000, 60_000, 61_000]);
  });

  it("keeps no more than 16 requests under way, in order, and frees the place of one that fails", async () => {
    const clock = fakeClock();
    const pace = createPace({ burst: 100, perSecond: 1 }, clock);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    for (let index = 0; index < 40; index++) {
      void pace(() => {
        started.push(index);
        return new Promise<void>((resolve, reject) =>
          ends.push(index % 2 === 0 ? resolve : () => reject(new Error("refused"))),
        );
      }).catch(() => undefined);
    }
    await settle();
    expect(started).toHaveLength(16);
    for (let index = 0; index < 40; index++) {
      ends[index]!();
      await settle();
    }
    expect(started).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });
});
