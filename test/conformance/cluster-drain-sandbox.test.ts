import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

async function start(machines: number): Promise<void> {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: machines }] });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-drain-"));
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

/** A service of one replica on half a machine. */
async function deploy(percentages: object = {}): Promise<void> {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "chip",
      kind: "service",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 6 },
      ecs: { service: { deploymentConfiguration: percentages } },
    }),
  );
  expect((await run("service", "deploy")).code).toBe(0);
}

/** The EC2 id of the machine that the task of the service is on, and its status. */
async function host(): Promise<Json> {
  const { taskArns } = await box.ecs("ListTasks", { serviceName: "chip" });
  const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
  const { containerInstances } = await box.ecs("DescribeContainerInstances", {
    containerInstances: [tasks[0].containerInstanceArn],
  });
  return containerInstances[0];
}

describe("cluster drain", () => {
  it("shows where tasks go, device by device, has ECS move them, and waits", async () => {
    await start(2);
    await deploy();
    const { ec2InstanceId } = await host();
    const shown = await run("cluster", "drain", ec2InstanceId, "--dry-run");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^\w{8}\tchip\tneuron0-5\ti-\w+ inf2\.24xlarge neuron0-5\n$/);
    expect(shown.stdout.split("\t")[3]).not.toContain(ec2InstanceId);
    expect((await host()).status).toBe("ACTIVE");
    const drained = await run("cluster", "drain", ec2InstanceId);
    expect(drained.code).toBe(0);
    expect(drained.stderr).toContain(`${ec2InstanceId} is drained`);
    const after = await host();
    expect([after.ec2InstanceId === ec2InstanceId, after.status]).toEqual([false, "ACTIVE"]);
    // Once more it has nothing to do, and says so.
    const again = await run("cluster", "drain", ec2InstanceId);
    expect([again.code, again.stdout]).toEqual([0, ""]);
    expect(again.stderr).toContain("DRAINING already");
  });

  it("has the capacity provider bring a machine for what it moves, and let the drained one go", async () => {
    box = await startTestSandbox({ providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 0, max: 2 }] });
    await deploy();
    const { ec2InstanceId } = await host();
    // From nothing two come; the second goes again.
    box.step(20 * 60);
    const shown = await run("cluster", "drain", ec2InstanceId, "--dry-run");
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("cp1")]);
    const drained = await run("cluster", "drain", ec2InstanceId);
    expect([drained.code, drained.stderr]).toEqual([0, expect.stringContaining(`${ec2InstanceId} is drained`)]);
    expect((await host()).ec2InstanceId).not.toBe(ec2InstanceId);
    box.step(20 * 60);
    const { containerInstanceArns } = await box.ecs("ListContainerInstances");
    expect(containerInstanceArns).toHaveLength(1);
  });

  it("is refused where tasks have no place, with what each machine lacks; --force does it", async () => {
    await start(1);
    await deploy({ minimumHealthyPercent: 0, maximumPercent: 100 });
    const { ec2InstanceId } = await host();
    const refused = await run("cluster", "drain", ec2InstanceId);
    expect(refused.code).toBe(4);
    expect(refused.stdout).toContain("no place: the cluster has no container instances");
    expect(refused.stderr).toContain("no place for a task of chip");
    expect((await run("cluster", "drain", ec2InstanceId, "--dry-run")).code).toBe(4);
    expect((await host()).status).toBe("ACTIVE");
    const forced = await run("cluster", "drain", ec2InstanceId, "--force", "--no-wait", "-o", "json");
    expect(forced.code).toBe(0);
    expect(JSON.parse(forced.stdout)).toMatchObject({ kind: "InstanceDrain", ec2InstanceId, tasks: [{ as: "moves" }] });
  });

  it("is refused where the service lets ECS neither stop a task nor start another", async () => {
    await start(2);
    await deploy({ minimumHealthyPercent: 100, maximumPercent: 200 });
    await box.ecs("UpdateService", {
      service: "chip",
      availabilityZoneRebalancing: "DISABLED",
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
    });
    const { ec2InstanceId } = await host();
    const refused = await run("cluster", "drain", ec2InstanceId);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("ECS can neither stop one nor start another");
    expect((await host()).status).toBe("ACTIVE");
  });

  it("waits for a task of no service to end, and says how to go on after its time", async () => {
    await start(2);
    await box.ecs("RegisterTaskDefinition", {
      family: "alone",
      containerDefinitions: [{ name: "alone", image: "busybox", memory: 64 }],
    });
    const { tasks } = await box.ecs("RunTask", { taskDefinition: "alone" });
    const id = tasks[0].containerInstanceArn.split("/").at(-1);
    const waited = await run("cluster", "drain", id, "--timeout", "30s");
    expect(waited.code).toBe(5);
    expect(waited.stdout).toContain("alone:1\t\tnowhere: it runs to its end");
    expect(waited.stderr).toMatch(/aiplat cluster drain i-\w+ --cluster default/);
    await box.ecs("StopTask", { task: tasks[0].taskArn });
    expect((await run("cluster", "drain", id)).code).toBe(0);
  });

  it("says which instances there are where it is none of them", async () => {
    await start(1);
    const unknown = await run("cluster", "drain", "i-none");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/no container instance i-none[\s\S]*i-\w+/);
  });
});
