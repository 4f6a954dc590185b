import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shareOut, wrongStrategy, type StrategyItem } from "../../../../src/sandbox/model/provider-shares.ts";
import { runs } from "../../../support/depth.ts";

const item = (capacityProvider: string, weight?: number, base?: number): StrategyItem => ({
  capacityProvider,
  ...(weight === undefined ? {} : { weight }),
  ...(base === undefined ? {} : { base }),
});

const shared = (strategy: readonly StrategyItem[], count: number, there: Readonly<Record<string, number>> = {}) =>
  Object.fromEntries(
    shareOut(strategy, count, new Map(Object.entries(there))).map((share) => [share.capacityProvider, share.count]),
  );

describe("how a strategy divides tasks", () => {
  // The examples of API_CapacityProviderStrategyItem.html.
  it.each<[string, readonly StrategyItem[], number, object]>([
    ["evenly by equal weights", [item("a", 1), item("b", 1)], 10, { a: 5, b: 5 }],
    ["four for each one of the other", [item("a", 1), item("b", 4)], 10, { a: 2, b: 8 }],
    ["first the base", [item("a", 1, 1), item("b", 3)], 9, { a: 3, b: 6 }],
    ["the base alone where there are no more", [item("a", 1), item("b", 1, 2)], 2, { b: 2 }],
    ["none beyond the base where the weight is 0", [item("a", 0, 2), item("b", 1)], 5, { a: 2, b: 3 }],
    ["all to a single one", [item("a")], 3, { a: 3 }],
    ["none to weight 0", [item("a", 0), item("b", 1)], 3, { b: 3 }],
  ])("%s", (_, strategy, count, expected) => expect(shared(strategy, count)).toEqual(expected));

  it("counts what is there", () => {
    expect(shared([item("a", 1, 1), item("b", 1)], 2, { a: 3 })).toEqual({ b: 2 });
  });

  it("comes to the same one by one as at once, and to each weight's part within one task", () => {
    const weights = fc.array(fc.nat(5), { minLength: 2, maxLength: 4 }).filter((all) => all.some((each) => each > 0));
    fc.assert(
      fc.property(weights, fc.nat(4), fc.nat(30), (given, base, count) => {
        const strategy = given.map((weight, index) => item(`p${index}`, weight, index === 0 ? base : 0));
        const there: Record<string, number> = {};
        for (let task = 0; task < count; task++)
          for (const [name, more] of Object.entries(shared(strategy, 1, there)))
            there[name] = (there[name] ?? 0) + more;
        expect(there).toEqual(shared(strategy, count));
        const total = given.reduce((sum, each) => sum + each, 0);
        const beyond = Math.max(0, count - base);
        for (const [index, weight] of given.entries()) {
          const has = (there[`p${index}`] ?? 0) - (index === 0 ? Math.min(base, count) : 0);
          expect(Math.abs(has - (beyond * weight) / total)).toBeLessThan(given.length);
        }
        expect(Object.values(there).reduce((sum, each) => sum + each, 0)).toBe(count);
      }),
      { numRuns: runs(1000) },
    );
  });

  it("refuses two bases, and several providers without a weight", () => {
    expect(wrongStrategy([item("a", 1, 1), item("b", 1, 1)])).toContain("base");
    expect(wrongStrategy([item("a"), item("b", 0)])).toContain("weight");
    expect(wrongStrategy([item("a")])).toBeUndefined();
    expect(wrongStrategy([item("a", 1, 2), item("b", 1)])).toBeUndefined();
  });
});
