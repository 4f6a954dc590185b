import { afterEach, describe, expect, test } from "vitest";
import { runCli, type CliRun } from "../../support/cli.ts";
import { startNodegroup, type PlayedNodegroup } from "../../support/eks-nodegroup.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../../support/sandbox.ts";

let box: TestSandbox;
let eks: PlayedNodegroup;

async function start(options: Parameters<typeof startNodegroup>[0] = {}): Promise<void> {
  [box, eks] = await Promise.all([startTestSandbox(), startNodegroup(options)]);
}

afterEach(async () => {
  await box.sandbox.close();
  await eks.stop();
});

const roll = (...more: readonly string[]): Promise<CliRun> =>
  runCli(["ami", "roll", "--cluster", "prod", "--nodegroup", "chips", ...more], {
    box,
    env: { AWS_ENDPOINT_URL_EKS: eks.url },
  });

describe("ami roll --nodegroup", () => {
  test("has EKS replace the nodes by ones of the newest release, and waits for it", async () => {
    await start();
    const shown = await roll("--dry-run", "-o", "json");
    expect(JSON.parse(shown.stdout)).toEqual({
      apiVersion: "aiplat/v1",
      kind: "NodegroupRoll",
      cluster: "prod",
      nodegroup: "chips",
      from: "1.33.0-20250918",
      to: "1.33.0-20260115",
    });
    expect(eks.begun()).toBe(0);
    const rolled = await roll("--yes", "-o", "json");
    expect(rolled.code).toBe(0);
    expect((JSON.parse(rolled.stdout) as Json).update).toMatchObject({ id: "u-1", status: "Successful" });
    const again = await roll("--yes");
    expect([again.code, again.stderr]).toEqual([
      0,
      expect.stringContaining("chips has release 1.33.0-20260115, the newest: nothing to do"),
    ]);
    expect(eks.begun()).toBe(1);
  });

  test("follows the update that an earlier command began", async () => {
    await start({ looks: 50 });
    const early = await roll("--yes", "--timeout", "1m");
    expect(early.code).toBe(5);
    expect(early.stderr).toContain("EKS goes on with it; the same command waits again.");
    const later = await roll("--yes");
    expect([later.code, later.stderr]).toEqual([
      0,
      expect.stringContaining("update u-1 of chips is under way already"),
    ]);
    expect(eks.begun()).toBe(1);
  });

  test("tells why EKS could not", async () => {
    await start({ end: "Failed" });
    const failed = await roll("--yes");
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    expect(failed.stderr).toContain("the update of chips is Failed: PodEvictionFailure: Reached max retries");
  });

  test("asks, names what is not there, and refuses flags of an Auto Scaling group", async () => {
    await start();
    expect((await roll()).stderr).toContain("needs a yes");
    expect((await roll("--image-id", "ami-0123456789abcdef0")).code).toBe(2);
    const none = await runCli(["ami", "roll", "--cluster", "prod", "--nodegroup", "none", "--yes"], {
      box,
      env: { AWS_ENDPOINT_URL_EKS: eks.url },
    });
    expect(none.stderr).toContain("EKS cluster prod has no node group none");
    expect(eks.begun()).toBe(0);
  });
});
