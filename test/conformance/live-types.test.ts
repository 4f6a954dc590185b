import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { instanceTypes } from "../../src/core/catalog/instance-types/catalog.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

type Rows = readonly (Readonly<Record<string, unknown>> & { readonly instanceType: string; readonly source: string })[];

describe.skipIf(missingTools("moto_server"))("instances list --live against moto", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
  }, 120_000);
  afterAll(() => moto.stop());

  // moto 5.2.1 answers the dump that facts/ has: each field of each row, through EC2's own wire protocol.
  test("prints the rows of facts/, so that a refresh leaves a clean diff", async () => {
    const { code, stdout, stderr } = await runCli(["instances", "list", "--live"], { env: moto.env });
    expect([code, stderr]).toEqual([0, ""]);
    const byName = (rows: Rows) => new Map(rows.map((row) => [row.instanceType, { ...row, source: "" }]));
    const path = new URL("../../facts/accelerated-instance-types.json", import.meta.url);
    const facts = JSON.parse(readFileSync(path, "utf8")) as Rows;
    expect(byName(JSON.parse(stdout) as Rows)).toEqual(byName(facts));
  }, 180_000);
});

describe("instances list --live against the sandbox", () => {
  let box: TestSandbox;
  let folder: string;

  beforeAll(async () => {
    box = await startTestSandbox({ region: "us-east-1" });
    folder = mkdtempSync(join(tmpdir(), "aiplat-live-types-"));
  });
  afterAll(async () => {
    await box.sandbox.close();
    rmSync(folder, { recursive: true });
  });

  const listed = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli(["instances", ...args, "-o", "json"], { box, cwd: folder });
    expect([code, stderr]).toEqual([0, ""]);
    return (JSON.parse(stdout) as { readonly items: Rows }).items;
  };

  test("prints rows that --instance-types-file takes: of types that are known, and of those that are newer", async () => {
    const { code, stdout } = await runCli(["instances", "list", "--live"], { box });
    expect(code).toBe(0);
    const rows = JSON.parse(stdout) as Rows;
    const names = new Set(rows.map(({ instanceType }) => instanceType));
    // All the kinds there are, retired types aside.
    for (const name of ["inf2.24xlarge", "trn1.32xlarge", "g6f.large", "g5.xlarge", "g4ad.xlarge"])
      expect(names).toContain(name);
    expect(names).not.toContain("p2.xlarge");
    writeFileSync(join(folder, "same.json"), stdout);
    expect(await listed("list", "--instance-types-file", "same.json")).toHaveLength(instanceTypes.length);

    // As a release would see them that is older than the types.
    const newer = rows.map(({ instanceType, ...row }) => {
      const [family = "", size = ""] = instanceType.split(".");
      return { ...row, family: `new-${family}`, instanceType: `new-${family}.${size}` };
    });
    writeFileSync(join(folder, "newer.json"), JSON.stringify(newer));
    const all = await listed("list", "--instance-types-file", "newer.json");
    const figures = ({ instanceType, vcpus, memoryMiB, accelerator, efaInterfaces, networkCards }: Rows[number]) => ({
      name: instanceType.replace("new-", ""),
      vcpus,
      memoryMiB,
      accelerator,
      efaInterfaces,
      networkCards,
    });
    const byName = new Map(all.map((row) => [row.instanceType, row]));
    for (const { instanceType } of newer) {
      const known = byName.get(instanceType.replace("new-", ""))!;
      expect(figures(byName.get(instanceType)!)).toEqual(figures(known));
    }
  });
});
