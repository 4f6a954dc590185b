// Which cluster a command means that takes no workload, and whose tasks `task list` shows.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { anInstance, aSnapshot } from "../support/cluster.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;
let empty: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-cluster-"));
  empty = mkdtempSync(join(tmpdir(), "aiplat-cluster-"));
  const resources = { cpu: 4096, memoryMiB: 15_000, tcpPorts: [], udpPorts: [], gpus: [] };
  const machines = ["1", "2"].map((id) =>
    anInstance(id, "inf2.xlarge", { registered: resources, remaining: resources }),
  );
  box = await startTestSandbox({
    snapshot: aSnapshot(machines, [], [], { cluster: "prod" }),
  });
  writeFileSync(
    join(folder, "aiplat.yaml"),
    "name: chip\nimage: chip:1\nkind: service\naccelerator: { instanceTypes: [inf2.xlarge] }\n" +
      "resources: { memory: 1GiB }\necs: { cluster: prod }\n",
  );
});
afterAll(async () => {
  await box?.sandbox.close();
  for (const each of [folder, empty]) rmSync(each, { recursive: true, force: true });
});

const run = (cwd: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliRun> =>
  runCli(args, { box, env, cwd });

describe("the cluster", () => {
  it.each(["task list", "cluster devices", "cluster snapshot"])(
    "of %s is the flag's, the file's, AIPLAT_CLUSTER's, default",
    async (words) => {
      const command = words.split(" ");
      const cluster = { AIPLAT_CLUSTER: "prod" };
      const codes = await Promise.all([
        run(folder, { AIPLAT_CLUSTER: "gone" }, ...command),
        run(empty, cluster, ...command),
        run(empty, { AIPLAT_CLUSTER: "gone" }, ...command, "--cluster", "prod"),
      ]);
      expect(codes.map(({ code }) => code)).toEqual([0, 0, 0]);
      const other = await run(folder, {}, ...command, "--cluster", "gone");
      expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/no (active )?cluster gone/)]);
      const none = await run(empty, {}, ...command);
      expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/no (active )?cluster default/)]);
    },
  );

  it("of a workload is AIPLAT_CLUSTER's where neither file nor flag says one", async () => {
    const plan = "plan --name w --image w:1 --instance-type inf2.xlarge --memory 1GiB -o json".split(" ");
    const { code, stdout } = await run(empty, { AIPLAT_CLUSTER: "prod" }, ...plan);
    expect([code, JSON.parse(stdout).cluster]).toEqual([0, "prod"]);
  });
});

describe("a cluster that is not there", () => {
  const missing = "there is no cluster nowhere in us-east-1";
  const other =
    "Name another with --cluster or ecs.cluster, or another --region; aws ecs list-clusters shows those there are.";

  it.each(["cluster devices", "capacity check"])(
    "is told of by %s with the commands that list clusters and make one",
    async (words) => {
      const { code, stderr } = await run(empty, {}, ...words.split(" "), "--cluster", "nowhere");
      expect([code, stderr]).toEqual([
        1,
        `error: ${missing}\n` +
          `  ${other} aiplat capacity deploy --cluster nowhere --create-cluster makes it, with machines.\n`,
      ]);
    },
  );

  it.each([
    [["task", "list"], ""],
    [["service", "list"], ""],
    [
      ["capacity", "delete", "--instance-type", "inf2.xlarge", "--yes"],
      "there is no stack aiplat-nowhere-inf2-xlarge, and ",
    ],
  ])("is told of by %j with the command that lists clusters", async (words, before) => {
    const { code, stderr } = await run(empty, {}, ...words, "--cluster", "nowhere");
    expect([code, stderr]).toEqual([1, `error: ${before}${missing}\n  ${other}\n`]);
  });
});

describe("task list", () => {
  it("shows the tasks of services beside those of runs, and nobody else's", async () => {
    expect((await run(folder, {}, "service", "deploy")).code).toBe(0);
    const flags = ["--name", "job", "--image", "job:1", "--instance-type", "inf2.xlarge", "--memory", "1GiB"];
    expect((await run(empty, {}, "run-task", "--cluster", "prod", ...flags)).code).toBe(0);
    const family = await box.register("foreign", { memory: 64 });
    await box.ecs("RunTask", { cluster: "prod", taskDefinition: family });
    const { tasks } = JSON.parse((await run(folder, {}, "task", "list", "-o", "json")).stdout);
    const found = tasks.map(({ run: id, service }: Json) => service ?? id.replace(/-.*/, ""));
    expect(found.toSorted()).toEqual(["chip", "job"]);
    const { stdout } = await run(folder, {}, "task", "list");
    expect(stdout).toContain("\tservice:chip\t");
  });
});
