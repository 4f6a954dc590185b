import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../support/depth.ts";
import { memoryRule, parseMemoryMiB, suggestMemory } from "../../../../src/core/workload/fields.ts";
import { sizeBelowPattern } from "../../../../src/core/workload/rules/size-pattern.ts";

const unit = fc.constantFrom(["MiB", 1], ["GiB", 1024], ["TiB", 1024 * 1024]);

test("the pattern matches exactly the sizes below its bound", () => {
  const cases = fc.tuple(
    fc.oneof(fc.constantFrom(1, 6, 7, 2862, 16_385, 393_217, 4_194_305), fc.integer({ min: 1, max: 5_000_000 })),
    unit,
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.integer({ min: 0, max: 8 }),
    fc.constantFrom("", " "),
    fc.constantFrom("", "0", "00"),
  );
  fc.assert(
    fc.property(cases, ([bound, [name, mib], off, decimals, space, zeros]) => {
      // Around the bound, a little and a lot.
      const amount = Math.max(0, (bound / Number(mib)) * (1 + off ** 5 / 32));
      const size = `${zeros}${amount.toFixed(decimals)}${space}${name}`;
      expect([size, new RegExp(sizeBelowPattern(bound)).test(size)]).toEqual([size, parseMemoryMiB(size)! < bound]);
    }),
    { numRuns: runs(5000) },
  );
});

test("the bound itself is not below it", () => {
  for (const bound of [1, 6, 7, 1024, 16_385]) {
    const sizes = [`${bound}MiB`, `${bound / 1024}GiB`, `${bound}.0MiB`, `${(bound / 1024 / 1024).toFixed(20)}TiB`];
    expect(sizes.map((size) => new RegExp(sizeBelowPattern(bound)).test(size))).toEqual([false, false, false, false]);
    expect(new RegExp(sizeBelowPattern(bound)).test(`${bound - 1}.999MiB`)).toBe(true);
  }
});

test("what is suggested for a size is a size", () => {
  fc.assert(
    fc.property(
      fc.nat(5000),
      fc.constantFrom("", "M", "m", "Mi", "MB", "g", "G", "Gi", "GB", " GB", "T", "TiB", "K", "Ki", "bytes"),
      (amount, suffix) => {
        for (const each of suggestMemory(`${amount}${suffix}`)?.split(" or ") ?? [])
          expect(each).toMatch(memoryRule.pattern);
      },
    ),
  );
  expect([suggestMemory("24"), suggestMemory("24Gi"), suggestMemory("24 GB"), suggestMemory("24x")]).toEqual([
    "24MiB or 24GiB",
    "24GiB",
    "24GiB",
    undefined,
  ]);
});
