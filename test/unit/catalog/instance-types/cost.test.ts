import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instanceTypes } from "../../../../src/core/catalog/instance-types/catalog.ts";
import { costOf, shareUsd, sumUsd, type WantedMachines } from "../../../../src/core/catalog/instance-types/cost.ts";
import { usdPerHour } from "../../../../src/core/catalog/prices.ts";
import { runs } from "../../../support/depth.ts";

const whole = (instanceType: string, count = 1): WantedMachines => ({ count, choices: [{ instanceType, share: 1 }] });

describe("what machines cost", () => {
  it("is their number times the list price, and says whose prices they are", () => {
    expect(costOf([whole("inf2.24xlarge", 3)])).toEqual({
      currency: "USD",
      region: "us-east-1",
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      source: expect.stringContaining("karpenter"),
      perHour: { least: 19.47189, most: 19.47189 },
      parts: [
        {
          count: 3,
          choices: [{ instanceType: "inf2.24xlarge", share: 1, pricePerHour: 6.49063, perHour: 19.47189 }],
        },
      ],
    });
  });

  it.each<[what: string, region: string | undefined, machinesIn: string | undefined]>([
    ["the list's region", "us-east-1", undefined],
    ["another region", "eu-west-1", "eu-west-1"],
    ["a region that nobody knows", undefined, undefined],
  ])("is told apart for machines in %s", (_, region, machinesIn) =>
    expect(costOf([whole("inf2.xlarge")], { region })?.machinesIn).toBe(machinesIn),
  );

  it("says of Managed Instances that their fee is not in it", () => {
    expect(costOf([whole("inf2.xlarge")], { managedInstances: true })?.managedInstances).toBe(true);
    expect(costOf([whole("inf2.xlarge")], { managedInstances: false })).not.toHaveProperty("managedInstances");
  });

  it("is a range where somebody else chooses", () => {
    const either = ["g5.xlarge", "g5.2xlarge"].map((instanceType) => ({ instanceType, share: 1 }));
    expect(costOf([{ count: 2, choices: either }, whole("inf2.xlarge")])?.perHour).toEqual({
      least: sumUsd([2 * usdPerHour["g5.xlarge"]!, usdPerHour["inf2.xlarge"]!]),
      most: sumUsd([2 * usdPerHour["g5.2xlarge"]!, usdPerHour["inf2.xlarge"]!]),
    });
  });

  it("leaves out what the list has no price of, and names it", () => {
    const none = instanceTypes.find(({ instanceType }) => usdPerHour[instanceType] === undefined)!.instanceType;
    expect(costOf([whole(none)])).toMatchObject({ unpriced: [none], parts: [{ choices: [{ instanceType: none }] }] });
    expect(costOf([whole(none)])).not.toHaveProperty("perHour");
    expect(costOf([whole(none), whole("inf2.xlarge")])).toMatchObject({
      unpriced: [none],
      perHour: { least: usdPerHour["inf2.xlarge"], most: usdPerHour["inf2.xlarge"] },
    });
  });

  it("is nothing where nothing is wanted, or nobody knows of which type", () => {
    expect(costOf([])).toBeUndefined();
    expect(costOf([whole("inf2.xlarge", 0), { count: 3, choices: [] }])).toBeUndefined();
  });

  it("joins what is wanted several times", () => {
    expect(costOf([whole("inf2.xlarge"), whole("trn1.2xlarge"), whole("inf2.xlarge", 2)])?.parts).toMatchObject([
      { count: 3, choices: [{ instanceType: "inf2.xlarge" }] },
      { count: 1, choices: [{ instanceType: "trn1.2xlarge" }] },
    ]);
  });

  const wanted = fc.array(
    fc.record({
      count: fc.nat(5000),
      choices: fc.array(
        fc.record({
          instanceType: fc.constantFrom(...instanceTypes.map(({ instanceType }) => instanceType)),
          share: fc
            .tuple(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 15 }))
            .map(([a, b]) => a / (a + b)),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 8 },
  );

  it("sums up to the total, in whole millionths of a dollar, whatever is wanted", () => {
    fc.assert(
      fc.property(wanted, (each) => {
        const cost = costOf(each);
        const asked = each.filter(({ count, choices }) => count > 0 && choices.length > 0);
        expect(cost === undefined).toBe(asked.length === 0);
        if (cost === undefined) return;
        expect(cost.parts.reduce((sum, { count }) => sum + count, 0)).toBe(
          asked.reduce((sum, { count }) => sum + count, 0),
        );
        // Worked out beside it: in integers, from the table of prices.
        const bounds = cost.parts.flatMap(({ count, choices }) => {
          const micros = choices.flatMap(({ instanceType, share }) => {
            const price = usdPerHour[instanceType];
            return price === undefined ? [] : [Math.round(price * share * count * 1e6)];
          });
          return micros.length === 0 ? [] : [[Math.min(...micros), Math.max(...micros)] as const];
        });
        const total = (at: 0 | 1) => bounds.reduce((sum, bound) => sum + bound[at], 0);
        if (bounds.length === 0) expect(cost.perHour).toBeUndefined();
        else {
          // Half a millionth may be rounded either way, once a part: which way is of no account.
          const off = (usd: number, at: 0 | 1) => Math.abs(Math.round(usd * 1e6) - total(at));
          expect(off(cost.perHour!.least, 0)).toBeLessThanOrEqual(bounds.length);
          expect(off(cost.perHour!.most, 1)).toBeLessThanOrEqual(bounds.length);
          expect(cost.perHour!.least).toBeLessThanOrEqual(cost.perHour!.most);
        }
      }),
      {
        numRuns: runs(500),
        examples: [[[{ count: 1010, choices: [{ instanceType: "inf2.48xlarge", share: 0.625 }] }]]],
      },
    );
  });

  it("has no dust of binary fractions", () => {
    expect(sumUsd([0.1, 0.2])).toBe(0.3);
    expect(shareUsd(0.7582, 1 / 3)).toBe(0.252733);
  });
});
