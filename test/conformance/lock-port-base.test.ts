import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-base-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const flags = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"];
const on = (cluster: string) => [...flags, "--cluster", cluster];
const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

async function tagCluster(value: string): Promise<void> {
  const { clusters } = await box.ecs("DescribeClusters", { clusters: ["default"] });
  await box.ecs("TagResource", {
    resourceArn: clusters[0].clusterArn,
    tags: [{ key: "aiplat:lock-port-base", value }],
  });
}

const firstLock = ({ containerDefinitions }: Json): number => containerDefinitions[0].portMappings[0].hostPort;
const generated = async (...args: readonly string[]) => {
  const { stdout, stderr } = await run("taskdef", "generate", ...args);
  return { lock: firstLock(JSON.parse(stdout)), stderr };
};

describe("the cluster's lock port base", () => {
  it("is read wherever the cluster is named, so that what is reviewed is what is registered and run", async () => {
    await tagCluster("30000");
    expect(await generated(...on("default"))).toEqual({ lock: 30_000, stderr: "" });
    expect((await run("taskdef", "diff", ...on("default"))).stdout).toBe("+ bert is not registered yet\n");
    expect((await run("taskdef", "register", ...on("default"))).code).toBe(0);
    const { taskDefinition } = await box.ecs("DescribeTaskDefinition", { taskDefinition: "bert" });
    expect(firstLock(taskDefinition)).toBe(30_000);
    expect((await run("taskdef", "diff", ...on("default"), "--exit-code")).code).toBe(0);
    // Its ports are the locks, and those that would be on another cluster are none.
    const port = (number: string) => run("taskdef", "generate", ...on("default"), "--port", number);
    const said = await port("28701");
    expect([said.code, said.stderr]).toEqual([0, ""]);
    const { code, stderr } = await port("30015");
    expect([code, stderr]).toEqual([2, expect.stringContaining("--port: error: TCP port 30015 of the container bert")]);
    // The cluster that commands mean where none is named.
    expect((await run("taskdef", "diff", ...flags, "--exit-code")).code).toBe(0);
    expect((await run("plan", ...on("default"), "--exit-code")).code).toBe(0);
  });

  it("is taken from a snapshot, without AWS", async () => {
    await tagCluster("30000");
    writeFileSync(join(folder, "prod.json"), (await run("cluster", "snapshot", "--redact")).stdout);
    const offline = await runCli(["taskdef", "generate", ...flags, "--cluster-state", "prod.json"], { cwd: folder });
    expect([offline.stderr, firstLock(JSON.parse(offline.stdout))]).toEqual(["", 30_000]);
  });

  it("is assumed aloud where the cluster cannot be asked", async () => {
    for (const env of [{}, { AWS_REGION: "us-east-1" }]) {
      const { code, stdout, stderr } = await runCli(["taskdef", "generate", ...on("prod")], { cwd: folder, env });
      expect([code, firstLock(JSON.parse(stdout))]).toEqual([0, 28_700]);
      expect(stderr).toMatch(
        /^warning: cluster prod could not be asked .* 28700 is assumed: .*\n.*--cluster-state FILE/,
      );
    }
    expect((await generated(...on("elsewhere"))).stderr).toContain("28700 is assumed: there is no such cluster here");
  });

  it("is not asked for where nobody named a cluster, or nothing is locked", async () => {
    const env = { AWS_REGION: "us-east-1" };
    const gpu = ["--name", "llm", "--image", "llm:1", "--instance-type", "g5.xlarge", "--cluster", "prod"];
    for (const args of [flags, gpu])
      expect((await runCli(["taskdef", "generate", ...args], { cwd: folder, env })).stderr).toBe("");
  });

  it("that is none is refused by every command, before it does anything", async () => {
    await tagCluster("70000");
    const refused = /the cluster's tag aiplat:lock-port-base is "70000": the 16 lock ports .* from 1024 to 32752/;
    for (const command of [
      "taskdef generate",
      "taskdef diff",
      "taskdef register",
      "plan",
      "run-task",
      "service deploy",
      "cluster explain",
    ]) {
      const { code, stdout, stderr } = await run(...command.split(" "), ...on("default"));
      expect([command, code, stdout]).toEqual([command, 2, ""]);
      expect(stderr).toMatch(refused);
    }
    expect((await run("cluster", "devices")).stderr).toMatch(refused);
    expect((await box.ecs("ListTaskDefinitions")).taskDefinitionArns).toEqual([]);
    const doctor = await run("doctor", ...on("default"));
    expect(doctor.code).toBe(3);
    expect(doctor.stdout).toMatch(refused);
  });
});
