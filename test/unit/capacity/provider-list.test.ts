import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutProvider, withProvider, type ProviderList } from "../../../src/core/capacity/provider-list.ts";
import { runs } from "../../support/depth.ts";

const names = ["aiplat-prod-inf2-xlarge", "FARGATE", "other", "third"] as const;
const provider = names[0];

const lists: fc.Arbitrary<ProviderList> = fc.uniqueArray(fc.constantFrom(...names)).chain((capacityProviders) =>
  fc.subarray(capacityProviders).map((chosen) => ({
    capacityProviders,
    defaultCapacityProviderStrategy: chosen.map((capacityProvider) => ({ capacityProvider, weight: 1 })),
  })),
);

describe("the list of a cluster's providers", () => {
  it("gets one more and loses nothing, and once it has it nothing is to do", () => {
    fc.assert(
      fc.property(lists, fc.boolean(), (list, asDefault) => {
        const wanted = withProvider(list, provider, asDefault);
        const after = wanted ?? list;
        expect(after.capacityProviders).toEqual([
          ...list.capacityProviders,
          ...(list.capacityProviders.includes(provider) ? [] : [provider]),
        ]);
        expect(after.defaultCapacityProviderStrategy).toEqual(
          asDefault ? [{ capacityProvider: provider, weight: 1 }] : list.defaultCapacityProviderStrategy,
        );
        expect(withProvider(after, provider, asDefault)).toBeUndefined();
      }),
      { numRuns: runs(500) },
    );
  });

  it("loses the provider, from the default strategy too, and nothing else", () => {
    fc.assert(
      fc.property(lists, (list) => {
        const after = withoutProvider(list, provider) ?? list;
        expect(after.capacityProviders).toEqual(list.capacityProviders.filter((each) => each !== provider));
        expect(after.defaultCapacityProviderStrategy).toEqual(
          list.defaultCapacityProviderStrategy.filter(({ capacityProvider }) => capacityProvider !== provider),
        );
        expect(withoutProvider(after, provider)).toBeUndefined();
      }),
      { numRuns: runs(500) },
    );
  });
});
