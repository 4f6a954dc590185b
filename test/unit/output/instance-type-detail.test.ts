import { describe, expect, test } from "vitest";
import { instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import { describeInstanceType } from "../../../src/core/catalog/instance-types/detail.ts";
import { summariseInstanceType } from "../../../src/core/catalog/instance-types/summary.ts";
import { instanceTypeDetailView } from "../../../src/output/instance-type-detail.ts";
import { instanceTypeListView } from "../../../src/output/instance-types.ts";
import { styleFor } from "../../../src/output/style.ts";

const plain = await styleFor(false, {}, { write: () => undefined, isTTY: true, columns: 80 });

describe("on a terminal of 80 columns", () => {
  test("no row of the list wraps", async () => {
    const text = await instanceTypeListView(instanceTypes.map(summariseInstanceType)).text!(plain, 80);
    const [rows = "", footnote] = text.split("\n\n");
    expect(rows.split("\n")).toHaveLength(instanceTypes.length + 1);
    expect(rows.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(footnote).toContain("Memory in GiB");
    expect(rows).toMatch(/^g6f\.large +1\/8 L4 +2\.8 +2 +8 +0 +0\.2020$/m);
    expect(rows).toMatch(/^p3\.2xlarge retired +1 V100/m);
    expect(rows).toMatch(/^p6e-gb200\.36xlarge .* \? +-$/m);
  });

  test.each(instanceTypes.map((type) => [type.instanceType, type] as const))(
    "the block of %s breaks between words",
    async (name, type) => {
      const text = await instanceTypeDetailView([describeInstanceType(type)]).text!(plain, 80);
      expect(text.startsWith(`${name}\n  Status `)).toBe(true);
      // A word longer than the line, such as a path, keeps a line of its own.
      const tooLong = text.split("\n").filter((line) => line.length > 80 && line.trim().includes(" "));
      expect(tooLong).toEqual([]);
      expect(text).not.toMatch(/undefined|NaN|null/);
    },
  );
});

describe("facts of several types side by side", () => {
  const { table } = instanceTypeDetailView(
    ["trn2u.48xlarge", "dl2q.24xlarge"].map((name) =>
      describeInstanceType(instanceTypes.find((type) => type.instanceType === name)!),
    ),
  );

  test("stand in one row each, with a dash where a type has none", () => {
    expect(table?.columns.map((column) => column.title)).toEqual(["Instance type", "trn2u.48xlarge", "dl2q.24xlarge"]);
    expect(table?.rows.filter((row) => row.length !== 3)).toEqual([]);
    expect(table?.rows.find(([name]) => name === "Legal slots")).toEqual([
      "Legal slots",
      "1: any one; 4: 0-3 4-7 8-11 12-15; 8: 0-7 8-15; 16: 0-15",
      "-",
    ]);
    expect(table?.rows.find(([name]) => name === "Accelerator")?.[2]).toBe(
      "8 Qualcomm AI100 with 15.6 GiB each, 125 GiB in all",
    );
    expect(table?.rows.find(([name]) => name === "AMI families")?.[2]).toBe("none");
  });
});
