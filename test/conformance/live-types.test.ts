import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
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
