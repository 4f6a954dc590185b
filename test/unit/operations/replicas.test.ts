import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Replicas, type ReplicaBatch } from "../../../src/operations/replicas.ts";
import { runs } from "../../support/depth.ts";

const tasks = (batch: ReplicaBatch, count: number) =>
  Array.from({ length: count }, (_, index) => ({ taskArn: `task-${batch.first + index}` }));

describe("the replicas of a run", () => {
  it("are taken from the lowest on, ten a call, in unbroken rows", () => {
    const replicas = new Replicas(14);
    const first = replicas.take(12)!;
    const second = replicas.take(12)!;
    expect([first, second, replicas.take(1)]).toEqual([{ first: 0, count: 10 }, { first: 10, count: 4 }, undefined]);
    replicas.settle(first, tasks(first, 3));
    expect(replicas.take(20)).toEqual({ first: 3, count: 7 });
    expect(replicas.covered).toBe(3);
  });

  it("are free again when their task was taken back", () => {
    const replicas = new Replicas(3);
    const batch = replicas.take(3)!;
    replicas.settle(batch, tasks(batch, 3));
    replicas.release("task-1");
    expect([replicas.covered, replicas.take(3)]).toEqual([2, { first: 1, count: 1 }]);
  });

  it("of a repeated run find every call of the first one again, however the two ask and what had room", () => {
    const draws = fc.record({
      total: fc.integer({ min: 1, max: 30 }),
      asked: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
      placed: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 20 }),
      askedAgain: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
    });
    fc.assert(
      fc.property(draws, ({ total, asked, placed, askedAgain }) => {
        const known = new Map<number, readonly { readonly taskArn: string }[]>();
        const first = new Replicas(total);
        for (const [index, most] of asked.entries()) {
          const batch = first.take(most);
          if (batch === undefined) break;
          const answer = tasks(batch, Math.min(batch.count, placed[index % placed.length]!));
          if (answer.length > 0) known.set(batch.first, answer);
          first.settle(batch, answer);
        }
        const again = new Replicas(total);
        const started: number[] = [];
        for (let index = 0; ; index++) {
          const batch = again.take(askedAgain[index % askedAgain.length]!);
          if (batch === undefined) break;
          const answer = known.get(batch.first);
          if (answer === undefined)
            started.push(...Array.from({ length: batch.count }, (_, each) => batch.first + each));
          again.settle(batch, answer ?? tasks(batch, batch.count));
        }
        expect(started.length + first.covered).toBe(total);
      }),
      { numRuns: runs(2_000) },
    );
  });
});
