import { describe, expect, test } from "vitest";
import { requireInstanceType } from "../../../../src/core/catalog/instance-types/catalog.ts";
import {
  filterInstanceTypes,
  sortInstanceTypes,
  sortKeys,
  type InstanceTypeFilter,
} from "../../../../src/core/catalog/instance-types/filter.ts";

/** In the catalogue's order: whatever else it gets, the tests are about these. */
const known = (
  "inf1.xlarge inf1.2xlarge inf1.6xlarge inf1.24xlarge inf2.xlarge inf2.8xlarge inf2.24xlarge inf2.48xlarge " +
  "trn1.2xlarge trn1.32xlarge trn1n.32xlarge trn2.3xlarge trn2.48xlarge trn2u.48xlarge " +
  "g2.2xlarge g2.8xlarge g3.4xlarge g3s.xlarge g4dn.xlarge g5.xlarge g5.24xlarge g5.48xlarge g5g.xlarge g5g.16xlarge " +
  "g5g.metal g6.24xlarge g6.48xlarge g6e.24xlarge g6e.48xlarge g6f.large g7e.24xlarge gr6.4xlarge gr6.8xlarge " +
  "p2.xlarge p2.8xlarge p3dn.24xlarge p4d.24xlarge p4de.24xlarge p5.4xlarge p5.48xlarge p5e.48xlarge " +
  "p6-b200.48xlarge p6-b300.48xlarge p6e-gb200.36xlarge dl1.24xlarge dl2q.24xlarge " +
  "vt1.3xlarge vt1.6xlarge vt1.24xlarge f1.16xlarge"
)
  .split(" ")
  .map((name) => requireInstanceType(name));

const names = (filter: InstanceTypeFilter) => filterInstanceTypes(known, filter).map((type) => type.instanceType);

describe("filterInstanceTypes", () => {
  test("asks nothing by default", () => {
    expect(names({})).toHaveLength(known.length);
  });

  test.each<[string, InstanceTypeFilter, readonly string[]]>([
    ["kind", { kind: "media" }, ["vt1.3xlarge", "vt1.6xlarge", "vt1.24xlarge"]],
    ["one family", { families: ["trn2"] }, ["trn2.3xlarge", "trn2.48xlarge"]],
    ["several families", { families: ["gr6", "p5e"] }, ["gr6.4xlarge", "gr6.8xlarge", "p5e.48xlarge"]],
    ["part of a name", { name: "b200" }, ["p6-b200.48xlarge", "p6e-gb200.36xlarge"]],
    ["part of a name in capitals", { name: "P4D.24" }, ["p4d.24xlarge"]],
    ["an accelerator's name", { name: "h100" }, ["p5.4xlarge", "p5.48xlarge"]],
    ["part of an accelerator's name", { name: "trainium2" }, ["trn2.3xlarge", "trn2.48xlarge", "trn2u.48xlarge"]],
    [
      "pattern for an accelerator's whole name",
      { name: "L4", architecture: "x86_64", efa: true, minDevices: 8 },
      ["g6.48xlarge", "g6e.48xlarge"],
    ],
    ["pattern for the whole of an accelerator's name", { name: "?40S", minDevices: 8 }, ["g6e.48xlarge"]],
    ["pattern for the whole name", { name: "trn*.32xlarge" }, ["trn1.32xlarge", "trn1n.32xlarge"]],
    ["pattern of one letter", { name: "p4d?.*" }, ["p4de.24xlarge"]],
    ["a dot in a pattern is a dot", { name: "inf?.xlarge*" }, ["inf1.xlarge", "inf2.xlarge"]],
    [
      "devices",
      { kind: "neuron", minDevices: 12 },
      ["inf1.24xlarge", "inf2.48xlarge", "trn1.32xlarge", "trn1n.32xlarge", "trn2.48xlarge", "trn2u.48xlarge"],
    ],
    [
      "memory of a device",
      { kind: "neuron", minMemoryMiBPerDevice: 98_304 },
      ["trn2.3xlarge", "trn2.48xlarge", "trn2u.48xlarge"],
    ],
    ["memory of the instance", { minMemoryMiB: 4_194_304 }, ["p6-b300.48xlarge"]],
    [
      "architecture",
      { architecture: "arm64", minMemoryMiB: 131_072 },
      ["g5g.16xlarge", "g5g.metal", "p6e-gb200.36xlarge"],
    ],
    ["EFA, also where the number is not known", { efa: true, architecture: "arm64" }, ["p6e-gb200.36xlarge"]],
    ["price, and none without one", { kind: "neuron", maxUsdPerHour: 0.362 }, ["inf1.xlarge", "inf1.2xlarge"]],
    ["status", { status: "retired", kind: "nvidia", maxUsdPerHour: 0.9 }, ["g2.2xlarge", "g3s.xlarge", "p2.xlarge"]],
    ["nothing left", { kind: "neuron", architecture: "arm64" }, []],
  ])("%s", (_, filter, expected) => {
    expect(names(filter)).toEqual(expected);
  });
});

describe("sortInstanceTypes", () => {
  const sample = filterInstanceTypes(known, { name: "*.24xlarge" });

  test.each([
    ["price", ["inf1.24xlarge", "vt1.24xlarge", "inf2.24xlarge", "g6.24xlarge"], ["p3dn.24xlarge", "dl2q.24xlarge"]],
    ["devices", ["g5.24xlarge", "g6.24xlarge"], ["inf1.24xlarge"]],
    ["device-memory", ["inf1.24xlarge", "dl2q.24xlarge"], ["g7e.24xlarge"]],
    ["memory", ["inf1.24xlarge", "vt1.24xlarge"], ["p4d.24xlarge", "p4de.24xlarge"]],
    ["name", ["dl1.24xlarge", "dl2q.24xlarge", "g5.24xlarge"], ["vt1.24xlarge"]],
    ["vcpus", ["inf1.24xlarge", "inf2.24xlarge"], ["vt1.24xlarge"]],
  ] as const)("by %s", (key, first, last) => {
    const sorted = sortInstanceTypes(sample, key).map((type) => type.instanceType);
    expect(sorted.slice(0, first.length)).toEqual(first);
    expect(sorted.slice(-last.length)).toEqual(last);
    expect(sorted.toSorted()).toEqual(sample.map((type) => type.instanceType).toSorted());
  });

  test("keeps sizes in order within a family by name", () => {
    expect(
      sortInstanceTypes(filterInstanceTypes(known, { families: ["inf1"] }), "name").map((type) => type.instanceType),
    ).toEqual(["inf1.xlarge", "inf1.2xlarge", "inf1.6xlarge", "inf1.24xlarge"]);
  });

  test("a part of a GPU is less than a GPU", () => {
    expect(sortInstanceTypes(known, "devices")[0]?.instanceType).toBe("g6f.large");
    expect(sortKeys).toHaveLength(6);
  });
});
