import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/depth.ts";
import { findInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import type { InstanceType } from "../../../src/core/catalog/instance-types/instance-type.ts";
import { chooseSlot, fragmentation, freeSlots, replicasThatFit } from "../../../src/core/devices/allocate.ts";
import { assignSlots, type Machine } from "../../../src/core/devices/assign.ts";

const type = (name: string): InstanceType => findInstanceType(name)!;
const taken = (...devices: number[]): ReadonlySet<number> => new Set(devices);
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Every legal set of `size` of the type, written down here once more: aligned rows on trn, any run on inf. */
function legalSets(name: string, size: number): readonly (readonly number[])[] {
  const { count } = type(name).accelerator;
  const rows = name.startsWith("trn") && count > 1;
  if (rows && ![1, 4, 8, 16].includes(size)) return [];
  return range(0, count - size)
    .filter((first) => !rows || first % size === 0)
    .map((first) => range(first, first + size - 1));
}

describe("the choice of a slot", () => {
  it.each<[string, readonly number[], number, readonly number[] | undefined]>([
    ["trn1.32xlarge", [], 1, [0]],
    ["trn1.32xlarge", [0], 1, [1]],
    // The second row is broken already: 9 keeps rows 0 and 3 and the set 0-7 whole.
    ["trn1.32xlarge", [8], 1, [9]],
    ["trn1.32xlarge", [8], 4, [12, 13, 14, 15]],
    ["trn1.32xlarge", [4, 12], 4, [0, 1, 2, 3]],
    ["trn1.32xlarge", [0, 8], 8, undefined],
    ["trn1.32xlarge", [], 2, undefined],
    ["trn1.32xlarge", [5], 16, undefined],
    ["inf2.48xlarge", [], 1, [0]],
    // Runs 0-4 and 6-7: the short one is used, the long one kept.
    ["inf2.48xlarge", [5, 8, 9, 10, 11], 2, [6, 7]],
    // No run fits exactly: the end of the shortest that is long enough, and of its ends the one that empty machines
    // use.
    ["inf2.48xlarge", [4, 8, 9, 10, 11], 2, [6, 7]],
    ["inf2.24xlarge", [0], 2, [4, 5]],
    ["inf2.24xlarge", [0, 5], 3, [1, 2, 3]],
    ["inf2.48xlarge", [1, 3, 5, 7, 9, 11], 2, undefined],
    // The ring's last and first device are neighbours, but no set wraps.
    ["inf2.48xlarge", range(1, 10), 2, undefined],
    ["inf2.24xlarge", [2], 2, [0, 1]],
    ["inf2.24xlarge", [], 6, range(0, 5)],
    ["inf1.24xlarge", [0, 1, 2], 13, range(3, 15)],
    ["inf2.xlarge", [], 1, [0]],
    ["inf2.xlarge", [0], 1, undefined],
  ])("%s with %j taken, %i devices", (name, held, size, expected) =>
    expect(chooseSlot(type(name), taken(...held), size)).toEqual(expected),
  );

  it("is none only where no legal set of the size is free", () => {
    const cases = fc
      .constantFrom(
        "inf1.6xlarge",
        "inf1.24xlarge",
        "inf2.xlarge",
        "inf2.24xlarge",
        "inf2.48xlarge",
        "trn1.2xlarge",
        "trn1.32xlarge",
        "trn2.48xlarge",
      )
      .chain((name) => {
        const { count } = type(name).accelerator;
        return fc.tuple(fc.constant(name), fc.uniqueArray(fc.nat(count - 1)), fc.integer({ min: 1, max: count }));
      });
    fc.assert(
      fc.property(cases, ([name, held, size]) => {
        const free = legalSets(name, size).filter((set) => !set.some((device) => held.includes(device)));
        const slot = chooseSlot(type(name), new Set(held), size);
        expect(slot === undefined).toBe(free.length === 0);
        if (slot !== undefined) expect(free).toContainEqual(slot);
        // No choice costs a later replica of the same size its place.
        if (slot !== undefined)
          expect(replicasThatFit(type(name), new Set([...held, ...slot]), size)).toBe(
            replicasThatFit(type(name), new Set(held), size) - 1,
          );
        expect(freeSlots(type(name), new Set(held)).get(size) ?? []).toEqual(free);
      }),
      { numRuns: runs(5000) },
    );
  });
});

describe("what is free", () => {
  it("counts replicas that do not overlap", () => {
    expect(replicasThatFit(type("inf2.48xlarge"), taken(), 5)).toBe(2);
    expect(replicasThatFit(type("inf2.48xlarge"), taken(2, 7), 2)).toBe(5);
    expect(replicasThatFit(type("trn1.32xlarge"), taken(0, 5), 4)).toBe(2);
    expect(replicasThatFit(type("trn1.32xlarge"), taken(), 3)).toBe(0);
  });

  it.each<[string, readonly number[], number]>([
    ["trn1.32xlarge", [], 0],
    ["trn1.32xlarge", range(0, 15), 0],
    ["trn1.32xlarge", [0], 0],
    ["trn1.32xlarge", [0, 8], 0.5],
    ["trn1.32xlarge", [0, 4, 8, 12], 0.875],
    ["inf2.48xlarge", [4], 1 - 7 / 11],
    ["inf2.24xlarge", [1, 3, 5], 1 - 1 / 3],
  ])("fragmentation of %s with %j taken", (name, held, expected) =>
    expect(fragmentation(type(name), new Set(held))).toBeCloseTo(expected),
  );
});

describe("assignment to machines", () => {
  const machine = (id: string, changes: Partial<Machine> = {}): Machine => ({
    id,
    type: type("inf2.24xlarge"),
    taken: taken(),
    size: 2,
    room: Infinity,
    replicas: 0,
    ...changes,
  });
  const named = (machines: readonly Machine[], count: number, strategy: "pack" | "spread") =>
    assignSlots(machines, count, strategy).map(({ machine: { id }, slot }) => `${id}:${slot[0]}`);

  it("packs where it destroys the least", () => {
    expect(named([machine("a"), machine("b", { taken: taken(0, 1) })], 4, "pack")).toEqual([
      "b:2",
      "b:4",
      "a:0",
      "a:2",
    ]);
    expect(named([machine("big", { type: type("inf2.48xlarge") }), machine("small")], 4, "pack")).toEqual([
      "small:0",
      "small:2",
      "small:4",
      "big:0",
    ]);
  });

  it("spreads over the machines with the fewest replicas", () => {
    expect(named([machine("a", { replicas: 1 }), machine("b"), machine("c")], 5, "spread")).toEqual([
      "b:0",
      "c:0",
      "a:0",
      "b:2",
      "c:2",
    ]);
  });

  it("stops where the room for replicas ends", () => {
    expect(named([machine("a", { room: 1 }), machine("b", { room: 0 })], 3, "pack")).toEqual(["a:0"]);
  });

  it("gives every free device away when one device is asked, and no device twice", () => {
    const machines = fc.array(fc.uniqueArray(fc.nat(11)), { maxLength: 6 });
    fc.assert(
      fc.property(
        machines,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("pack" as const, "spread" as const),
        (held, size, strategy) => {
          const all = held.map((each, index) =>
            machine(String(index), { type: type("inf2.48xlarge"), taken: new Set(each), size }),
          );
          const assignments = assignSlots(all, Infinity, strategy);
          const devices = assignments.flatMap(({ machine: { id }, slot }) => slot.map((device) => `${id}/${device}`));
          expect(new Set(devices).size).toBe(devices.length);
          for (const [index, { taken: before }] of all.entries()) {
            const after = new Set([
              ...before,
              ...assignments.filter(({ machine: { id } }) => id === String(index)).flatMap(({ slot }) => slot),
            ]);
            expect(replicasThatFit(type("inf2.48xlarge"), after, size)).toBe(0);
          }
          if (size === 1) expect(devices).toHaveLength(all.reduce((sum, each) => sum + 12 - each.taken.size, 0));
        },
      ),
    );
  });
});
