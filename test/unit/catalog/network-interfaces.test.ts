import { describe, expect, it } from "vitest";
import { requireInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import { efaLayout } from "../../../src/core/catalog/network-interfaces.ts";

describe("EFA interfaces", () => {
  it.each([
    ["trn1.32xlarge", 8, 0],
    ["trn1n.32xlarge", 16, 0],
    ["trn2.48xlarge", 16, 0],
    ["p4d.24xlarge", 4, 0],
    ["p5.48xlarge", 32, 0],
    ["p5en.48xlarge", 16, 0],
    ["p6-b200.48xlarge", 8, 0],
    // 17 cards, of which the first has none.
    ["p6-b300.48xlarge", 16, 1],
    ["g5.48xlarge", 1, 0],
  ] as const)("of %s are %d, from card %d on, beside the ordinary first one", (name, count, firstCard) => {
    const type = requireInstanceType(name);
    const [primary, ...efa] = efaLayout(type, type.efaInterfaces!);
    expect(primary).toEqual({ networkCardIndex: 0, deviceIndex: 0, interfaceType: "interface" });
    expect(efa).toEqual(
      Array.from({ length: count }, (_, index) => ({
        networkCardIndex: firstCard + index,
        deviceIndex: firstCard + index === 0 ? 1 : 0,
        interfaceType: "efa-only",
      })),
    );
    expect(Math.max(...efa.map(({ networkCardIndex }) => networkCardIndex))).toBeLessThan(type.networkCards);
  });
});
