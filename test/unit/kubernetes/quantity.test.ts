import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuQuantity, memoryQuantity, parseQuantity } from "../../../src/core/kubernetes/quantity.ts";
import { runs } from "../../support/depth.ts";

describe("a quantity", () => {
  it.each<readonly [unknown, number]>([
    ["0", 0],
    ["1.5", 1.5],
    [".5", 0.5],
    [4, 4],
    ["250m", 0.25],
    ["1u", 1e-6],
    ["2k", 2000],
    ["1M", 1e6],
    ["1Ki", 1024],
    ["2Gi", 2 ** 31],
    ["1Ei", 2 ** 60],
    ["1e3", 1000],
    ["12E2", 1200],
    ["1E", 1e18],
    ["-1", -1],
    ["", 0],
    ["two", 0],
    ["1 Gi", 0],
    [undefined, 0],
  ])("%o is %d", (text, number) => {
    expect(parseQuantity(text)).toBe(number);
  });

  it("is read as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (amount) => {
        expect(parseQuantity(cpuQuantity(amount))).toBeCloseTo(amount / 1000, 9);
        expect(parseQuantity(memoryQuantity(amount))).toBe(amount * 2 ** 20);
      }),
      { numRuns: runs(1000) },
    );
  });
});
