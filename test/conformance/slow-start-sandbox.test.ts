import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-slow-start-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 2 }] });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
const status = async (): Promise<Json> => JSON.parse((await run("service", "status", "-o", "json")).stdout).services[0];

/** A container that answers after ten minutes, which is more than a health check waits. */
function writeWorkload(environment: object): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "bert",
      kind: "service",
      image: "bert:1",
      environment,
      ports: [{ container: 8080 }],
      health: { path: "/", port: 8080, startSeconds: 900 },
      accelerator: { instanceTypes: ["inf2.xlarge"] },
    }),
  );
}

describe("a service that starts slowly", () => {
  it("is starting until its grace period is over, and not stopped before", async () => {
    writeWorkload({ AIPLAT_SANDBOX_HEALTHY_AFTER: "600" });
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    box.step(120);
    expect(await status()).toMatchObject({ runningCount: 1 });
    expect((await status()).health).toBeUndefined();
    // The check's start period and three failures are over, the grace period is not.
    box.step(360);
    expect(await status()).toMatchObject({ runningCount: 1, health: { healthy: 0, starting: 1, unhealthy: 0 } });
    expect((await run("service", "status")).stdout).toMatch(/\t1 starting\t/);
    box.step(180);
    expect(await status()).toMatchObject({ runningCount: 1, health: { healthy: 1, starting: 0, unhealthy: 0 } });
    const stopped = await box.ecs("ListTasks", { serviceName: "bert", desiredStatus: "STOPPED" });
    expect(stopped.taskArns).toEqual([]);
  });

  it("that never answers is replaced when its grace period is over", async () => {
    writeWorkload({ AIPLAT_SANDBOX_HEALTH: "UNHEALTHY" });
    await run("service", "deploy", "--no-wait");
    box.step(880);
    expect(await status()).toMatchObject({ runningCount: 1, health: { starting: 1 } });
    box.step(120);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "bert", desiredStatus: "STOPPED" });
    const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
    expect(tasks[0].stoppedReason).toBe("Task failed container health checks");
  });
});
