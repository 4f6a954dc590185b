import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readInstanceTypes } from "../../../../src/core/catalog/instance-types/instance-type-file.ts";
import { legalSizes, legalSlots } from "../../../../src/core/catalog/slots.ts";

const trn9 = {
  family: "trn9",
  instanceType: "trn9.96xlarge",
  architecture: "x86_64",
  vcpus: 384,
  memoryMiB: 4_194_304,
  accelerator: {
    kind: "neuron",
    name: "Trainium9",
    manufacturer: "AWS",
    count: 24,
    coresPerDevice: 8,
    memoryMiBPerDevice: 147_456,
  },
  topology: { slots: "rows", sizes: [1, 4, 8, 24], wiring: "torus 6x4", source: "invented" },
  efaInterfaces: 24,
  networkCards: 24,
  eniPerNetworkCard: [2],
  ipv4PerENI: 50,
  source: "invented",
};
const gpu = {
  ...trn9,
  family: "g9",
  instanceType: "g9.xlarge",
  accelerator: { kind: "gpu", name: "X9", manufacturer: "NVIDIA", count: 1, memoryMiBPerDevice: 49_152 },
  topology: undefined,
};
const read = (...rows: readonly unknown[]) => readInstanceTypes(rows, "types.json");
const facts = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../facts/${name}.json`, import.meta.url), "utf8")) as unknown;

describe("a file of instance types", () => {
  test("holds rows as facts/ has them: what is read of a row is all that the catalogue has", () => {
    expect(read(trn9)).toEqual({
      problems: [],
      types: [
        {
          ...trn9,
          eniPerNetworkCard: undefined,
          ipv4PerENI: undefined,
          maxPods: 100,
          status: "current",
          note: "newer than this release; from types.json",
        },
      ],
    });
    expect(read(gpu).types[0]).toMatchObject({ accelerator: { kind: "nvidia", count: 1 } });
  });

  test.each(["accelerated-instance-types", "gap-rows"])("%s.json is one, of types that the release knows", (name) => {
    expect(readInstanceTypes(facts(name), "types.json")).toEqual({ types: [], problems: [] });
  });

  test("may be the document of instances list -o json, with its words", () => {
    const { topology: _, ...item } = trn9;
    const half = { ...gpu, instanceType: "g9f.large", family: "g9f", status: "unverified" };
    const { types, problems } = readInstanceTypes(
      {
        kind: "InstanceTypeList",
        items: [item, { ...half, accelerator: { ...gpu.accelerator, kind: "nvidia", fraction: 0.5 } }],
      },
      "types.json",
    );
    expect(problems).toEqual([]);
    expect(types.map(({ instanceType }) => instanceType)).toEqual(["trn9.96xlarge", "g9f.large"]);
    expect(types[1]).toMatchObject({ status: "unverified", accelerator: { kind: "nvidia", fraction: 0.5 } });
  });

  test("leaves the wiring open: then one device or all of them are legal", () => {
    const type = read({ ...trn9, topology: undefined }).types[0]!;
    expect(legalSizes(type)).toEqual([1, 24]);
    expect(legalSlots(type, 24)).toHaveLength(1);
    expect(type.topology?.note).toContain("one device or all");
    // What EC2 does not say may be left out.
    const { efaInterfaces: _efa, networkCards: _cards, source: _source, family: _family, ...bare } = trn9;
    expect(read(bare).types[0]).toMatchObject({
      family: "trn9",
      efaInterfaces: null,
      networkCards: 1,
      source: "types.json",
    });
  });

  test.each<[string, unknown, readonly (readonly [path: readonly (string | number)[], message: RegExp])[]]>([
    ["no list", { rows: [] }, [[["items"], /^items is no list of instance types$/]]],
    ["a row that is none", [7], [[[0], /^\[0\] 7 is no object$/]]],
    [
      "figures that are missing or no numbers, all at once",
      [gpu, { ...trn9, vcpus: "384", memoryMiB: undefined }],
      [
        [[1, "vcpus"], /^\[1\]\.vcpus "384" is no number$/],
        [[1, "memoryMiB"], /^\[1\]\.memoryMiB is missing$/],
      ],
    ],
    [
      "a name of no instance type",
      [{ ...gpu, instanceType: "g9" }],
      [[[0, "instanceType"], /"g9" is no EC2 instance type's name/]],
    ],
    ["another family", [{ ...gpu, family: "g8" }], [[[0, "family"], /"g8" is not the family of g9\.xlarge/]]],
    [
      "another architecture",
      [{ ...gpu, architecture: "riscv" }],
      [[[0, "architecture"], /"riscv" is not x86_64 or arm64/]],
    ],
    [
      "an accelerator of no kind",
      [{ ...gpu, accelerator: { ...gpu.accelerator, manufacturer: "Acme" } }],
      [[[0, "accelerator", "kind"], /"gpu" is no kind of accelerator/]],
    ],
    [
      "no devices",
      [{ ...gpu, accelerator: { ...gpu.accelerator, count: 0 } }],
      [[[0, "accelerator", "count"], /0 devices are none/]],
    ],
    [
      "Neuron devices without cores, in rows that do not fill the type",
      [
        {
          ...trn9,
          accelerator: { ...trn9.accelerator, coresPerDevice: undefined },
          topology: { ...trn9.topology, sizes: [1, 4, 16] },
        },
      ],
      [
        [[0, "accelerator", "coresPerDevice"], /is missing/],
        [[0, "topology", "sizes"], /are not the sizes of rows on 24 devices/],
      ],
    ],
    ["a type twice", [gpu, gpu], [[[1, "instanceType"], /"g9\.xlarge" is there twice/]]],
    ["a status in other words", [{ ...gpu, status: "perhaps" }], [[[0, "status"], /"perhaps" is no status/]]],
  ])("with %s is refused", (_, document, expected) => {
    const { types, problems } = readInstanceTypes(document, "types.json");
    expect(problems.map(({ severity, code, path }) => [severity, code, path])).toEqual(
      expected.map(([path]) => ["error", "instance-type-row", path]),
    );
    for (const [index, [, message]] of expected.entries()) expect(problems[index]!.message).toMatch(message);
    expect(types.length).toBeLessThan(2);
  });

  test("the release's own row of a type stands, and other figures are said", () => {
    const inf2 = { ...trn9, family: "inf2", instanceType: "inf2.xlarge", vcpus: 8, memoryMiB: 16_384 };
    const { types, problems } = read({ ...inf2, accelerator: { ...trn9.accelerator, count: 1 } });
    expect(types).toEqual([]);
    expect(problems).toMatchObject([
      {
        severity: "warning",
        code: "instance-type-known",
        message: "[0]: the catalogue has inf2.xlarge with other figures (vcpus 8 for 4), and its row stands",
      },
    ]);
  });
});
