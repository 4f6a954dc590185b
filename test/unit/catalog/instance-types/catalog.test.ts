import { readFileSync } from "node:fs";
import { priceOf } from "../../../../src/core/catalog/instance-types/price.ts";
import { describe, expect, test } from "vitest";
import {
  familyNames,
  findInstanceType,
  instanceTypes,
  nearestInstanceTypes,
  requireInstanceType,
  unknownInstanceType,
} from "../../../../src/core/catalog/instance-types/catalog.ts";
import { families } from "../../../../src/core/catalog/instance-types/families.ts";
import {
  acceleratorKinds,
  instanceTypeStatuses,
  type InstanceType,
} from "../../../../src/core/catalog/instance-types/instance-type.ts";
import { pricesAsOf, usdPerHour } from "../../../../src/core/catalog/prices.ts";
import { regions, regionsOfType } from "../../../../src/core/catalog/regions.ts";
import { topologyOf } from "../../../../src/core/catalog/topology.ts";
import { Refusal } from "../../../../src/core/base/problem.ts";

/** The rows of facts/ that the catalogue is generated from; those without a name are of types that EC2 has not named. */
const sourceRows = ["accelerated-instance-types", "gap-rows"].flatMap(
  (name) =>
    JSON.parse(readFileSync(new URL(`../../../../facts/${name}.json`, import.meta.url), "utf8")) as readonly {
      readonly instanceType: string | null;
    }[],
);

const names = instanceTypes.map((type) => type.instanceType);

function get(name: string): InstanceType {
  const type = findInstanceType(name);
  if (type === undefined) throw new Error(`${name} is not in the catalogue`);
  return type;
}

describe("the catalogue's rows", () => {
  test("have every accelerated type of the sources once", () => {
    expect(names.toSorted()).toEqual(sourceRows.flatMap(({ instanceType }) => instanceType ?? []).toSorted());
    // AWS's own table of Neuron instances, and the types it forgets.
    expect(names).toEqual(
      expect.arrayContaining(
        "inf1.xlarge inf1.2xlarge inf1.6xlarge inf1.24xlarge inf2.xlarge inf2.8xlarge inf2.24xlarge inf2.48xlarge trn1.2xlarge trn1.32xlarge trn1n.32xlarge trn2.3xlarge trn2.48xlarge trn2u.48xlarge".split(
          " ",
        ),
      ),
    );
  });

  test.each(instanceTypes.map((type) => [type.instanceType, type] as const))("%s is complete", (name, type) => {
    const { accelerator } = type;
    expect(name).toMatch(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/);
    expect(name.split(".")[0]).toBe(type.family);
    expect(families[type.family as keyof typeof families]).toContain(type);
    expect(acceleratorKinds).toContain(accelerator.kind);
    expect(["x86_64", "arm64"]).toContain(type.architecture);
    expect(instanceTypeStatuses).toContain(type.status);
    for (const figure of [
      type.vcpus,
      type.memoryMiB,
      type.networkCards,
      accelerator.count,
      accelerator.memoryMiBPerDevice,
    ]) {
      expect(Number.isInteger(figure)).toBe(true);
      expect(figure).toBeGreaterThan(0);
    }
    expect(type.efaInterfaces === null || type.efaInterfaces <= type.networkCards).toBe(true);
    expect(accelerator.name).not.toBe("");
    expect(type.source).not.toMatch(/(?:^|\s)[.~]*\/\w/);
    expect(type.source.length).toBeGreaterThan(10);
    expect(accelerator.coresPerDevice !== undefined).toBe(accelerator.kind === "neuron");
    if (type.retiredOn !== undefined)
      expect([type.status, /^\d{4}-\d\d-\d\d$/.test(type.retiredOn)]).toEqual(["retired", true]);
    if (type.status === "unverified" || type.efaInterfaces === null) expect(type.note).toBeDefined();
    if (type.status === "retired") expect(type.retiredOn ?? type.note).toBeDefined();
  });

  test("go from small to large in each family", () => {
    for (const rows of Object.values(families)) {
      const vcpus = rows.map((row) => row.vcpus);
      expect(vcpus).toEqual(vcpus.toSorted((a, b) => a - b));
    }
  });

  test("keep the families of a kind together, Neuron first", () => {
    const kinds = instanceTypes
      .map((type) => type.accelerator.kind)
      .filter((kind, index, all) => kind !== all[index - 1]);
    expect(kinds).toEqual(["neuron", "nvidia", "amd", "habana", "qualcomm", "media", "fpga"]);
    expect(familyNames).toEqual(Object.keys(families));
    expect(familyNames.slice(0, 6)).toEqual(["inf1", "inf2", "trn1", "trn1n", "trn2", "trn2u"]);
  });

  test("give every Neuron type of several devices its topology", () => {
    for (const type of instanceTypes) {
      if (type.accelerator.kind === "neuron")
        expect(topologyOf(type)?.slots === "single").toBe(type.accelerator.count === 1);
      else expect(topologyOf(type)).toBeUndefined();
    }
  });
});

describe("traps in the sources", () => {
  test.each([
    // Older copies of the ECS guide: 8 vCPU, and 64 GiB.
    ["inf2.xlarge", { vcpus: 4 }],
    ["inf2.8xlarge", { memoryMiB: 131_072 }],
    // EC2's API: 524,288 MiB a chip.
    ["trn2.3xlarge", { accelerator: { count: 1, memoryMiBPerDevice: 98_304, coresPerDevice: 8 } }],
    [
      "trn2.48xlarge",
      {
        memoryMiB: 2_097_152,
        accelerator: { count: 16, memoryMiBPerDevice: 98_304, coresPerDevice: 8 },
        efaInterfaces: 16,
      },
    ],
    [
      "trn2u.48xlarge",
      {
        status: "current",
        accelerator: { count: 16, memoryMiBPerDevice: 98_304 },
        note: expect.stringContaining("UltraServer") as string,
      },
    ],
    ["trn1.32xlarge", { efaInterfaces: 8 }],
    ["trn1n.32xlarge", { efaInterfaces: 16 }],
    ["inf2.48xlarge", { efaInterfaces: 0 }],
    // EC2's API counts 0 GPUs.
    ["g6f.large", { accelerator: { count: 1, fraction: 0.125, memoryMiBPerDevice: 2861 } }],
    ["g6f.2xlarge", { accelerator: { count: 1, fraction: 0.25 } }],
    ["g6f.4xlarge", { accelerator: { count: 1, fraction: 0.5 } }],
    ["gr6f.4xlarge", { accelerator: { count: 1, fraction: 0.5 } }],
    ["p6-b300.48xlarge", { efaInterfaces: 16, networkCards: 17 }],
    ["p6-b200.48xlarge", { efaInterfaces: 8 }],
    ["p5.48xlarge", { efaInterfaces: 32 }],
    ["p6e-gb200.36xlarge", { efaInterfaces: null, architecture: "arm64", accelerator: { count: 4 } }],
    ["dl1.24xlarge", { accelerator: { kind: "habana" }, note: expect.stringContaining("EFA") as string }],
    ["p3.8xlarge", { status: "retired", retiredOn: "2025-12-20" }],
    ["f1.2xlarge", { status: "retired", retiredOn: "2025-12-20" }],
    ["f1.16xlarge", { accelerator: { count: 8, name: "Virtex UltraScale (VU9P)", memoryMiBPerDevice: 65_536 } }],
    ["p3dn.24xlarge", { status: "current" }],
    // They have left EC2's dumps; the days are known as spans only.
    ["p2.xlarge", { status: "retired", note: expect.stringContaining("2026-03-01") as string }],
    ["g3s.xlarge", { status: "retired", note: expect.stringContaining("2025-03-16") as string }],
    ["g3.4xlarge", { status: "retired", note: expect.stringContaining("2025-03-16") as string }],
    ["dl1.24xlarge", { status: "retired", note: expect.stringContaining("2026-08-02") as string }],
    ["g2.8xlarge", { status: "retired", vcpus: 32, memoryMiB: 61_440 }],
    ["g4ad.xlarge", { accelerator: { kind: "amd" } }],
    ["dl2q.24xlarge", { accelerator: { kind: "qualcomm" } }],
    ["vt1.3xlarge", { accelerator: { kind: "media" } }],
    ["f2.6xlarge", { accelerator: { kind: "fpga" } }],
    ["g5g.xlarge", { architecture: "arm64", accelerator: { kind: "nvidia" } }],
  ])("%s", (name, expected) => {
    expect(get(name)).toMatchObject(expected);
  });

  test("Trn3 has no EC2 type name yet", () => {
    expect(names.filter((name) => name.startsWith("trn3"))).toEqual([]);
  });

  test("only parts of a GPU have a fraction", () => {
    expect(names.filter((name) => get(name).accelerator.fraction !== undefined)).toEqual([
      "g6f.large",
      "g6f.xlarge",
      "g6f.2xlarge",
      "g6f.4xlarge",
      "gr6f.4xlarge",
    ]);
  });
});

describe("prices", () => {
  test("are of types in the catalogue and have their day", () => {
    for (const [name, price] of Object.entries(usdPerHour)) {
      expect(names).toContain(name);
      expect(price).toBeGreaterThan(0);
    }
    expect(priceOf(get("inf2.24xlarge"))).toMatchObject({ usdPerHour: 6.49063, region: "us-east-1", asOf: pricesAsOf });
    expect(pricesAsOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test("are left out where the list has none", () => {
    expect(priceOf(get("trn2.48xlarge"))).toBeUndefined();
  });
});

describe("regions", () => {
  test("of types are regions of the list", () => {
    expect(Object.keys(regionsOfType)).toEqual(names);
    for (const region of Object.values(regionsOfType).flat()) expect(regions).toContain(region);
    expect(regions).toHaveLength(34);
    expect(new Set(regions).size).toBe(34);
  });

  test.each([
    ["trn2.48xlarge", ["us-east-2"]],
    ["trn2.3xlarge", ["ap-southeast-4", "sa-east-1"]],
    ["trn1.2xlarge", ["us-east-1", "us-east-2", "us-west-2"]],
    ["g7.2xlarge", ["us-east-1", "us-east-2", "us-west-2"]],
    ["p6-b300.48xlarge", ["us-east-1", "us-west-2"]],
    ["dl1.24xlarge", []],
    ["trn2u.48xlarge", []],
  ])("%s is offered in %j", (name, offered) => {
    expect(regionsOfType[name]).toEqual(offered);
  });

  test("differ within a family", () => {
    expect(regionsOfType["inf2.xlarge"]).toContain("ap-northeast-2");
    expect(regionsOfType["inf2.48xlarge"]).not.toContain("ap-northeast-2");
  });

  test("of a retired type are none, of a current one some, but for those sold in UltraServers alone", () => {
    const current = instanceTypes.filter(({ status }) => status === "current");
    expect(
      current
        .filter(({ instanceType }) => regionsOfType[instanceType]!.length === 0)
        .map(({ instanceType }) => instanceType),
    ).toEqual(["trn2u.48xlarge", "p6e-gb200.36xlarge"]);
    expect(
      instanceTypes
        .filter(({ status }) => status === "retired")
        .flatMap(({ instanceType }) => regionsOfType[instanceType]!),
    ).toEqual([]);
  });
});

describe("an unknown type", () => {
  test.each([
    ["inf2.2xlarge", "not in the catalogue", "Did you mean inf2.xlarge, inf2.8xlarge, inf2.24xlarge or inf2.48xlarge?"],
    ["inf2.24xlarg", "not in the catalogue", "inf2.24xlarge"],
    ["p2.4xlarge", "not in the catalogue", "Did you mean p2.xlarge, p2.8xlarge or p2.16xlarge?"],
    ["trn1n.quite-large", "not in the catalogue", "Did you mean trn1n.32xlarge?"],
    ["imf2.xlarge", "not in the catalogue", "Did you mean inf2.xlarge"],
    ["Inf1.xlarge", "lower case", "Write inf1.xlarge."],
    ["ml.inf2.xlarge", "SageMaker", "Write inf2.xlarge."],
    ["eia2.medium", "Elastic Inference", "inf2.xlarge"],
    ["ml.eia1.large", "Elastic Inference", "inf2.xlarge"],
    ["quite-something-else.large", "not in the catalogue", "accelerated types only"],
    ["", "not in the catalogue", ""],
  ])("%s", (name, message, hint) => {
    const found = unknownInstanceType(name, ["accelerator", "instanceTypes", 0]);
    expect(found).toMatchObject({
      severity: "error",
      code: "unknown-instance-type",
      path: ["accelerator", "instanceTypes", 0],
    });
    expect(found.message).toContain(message);
    expect(found.hint).toContain(hint);
  });

  test("names only types that exist", () => {
    for (const name of ["inf3.xlarge", "g5.3xlarge", "p6.48xlarge", "constructor.large"]) {
      for (const near of nearestInstanceTypes(name)) expect(names).toContain(near);
    }
  });

  test("is refused where one is required", () => {
    expect(requireInstanceType("inf1.xlarge").accelerator.count).toBe(1);
    expect(() => requireInstanceType("m5.large")).toThrow(Refusal);
  });
});
