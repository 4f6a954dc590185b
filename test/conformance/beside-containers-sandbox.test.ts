// Containers beside the workload's own, as the sandbox starts them: in their order, failing, ending.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

const folder = mkdtempSync(join(tmpdir(), "aiplat-beside-"));
let box: TestSandbox;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
});
afterEach(() => box.sandbox.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => runCli(args, { box, cwd: folder });

/** How a container of the sandbox behaves. */
const steered = (exit: number, seconds = 1) => ({
  environment: { AIPLAT_SANDBOX_EXIT: String(exit), AIPLAT_SANDBOX_SECONDS: String(seconds) },
});
const init = [
  { name: "first", image: "one:1", ...steered(0, 20) },
  { name: "second", image: "two:1", ...steered(0, 10) },
];
const sidecars = [{ name: "metrics", image: "metrics:1", environment: { AIPLAT_SANDBOX_SECONDS: "3600" } }];

function write(change: object): void {
  const base = {
    name: "bert",
    image: "bert:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
    logs: { group: "/aiplat/bert" },
    ...steered(0, 5),
  };
  writeFileSync(join(folder, "aiplat.yaml"), JSON.stringify({ ...base, ...change }));
}

/** The containers of the one task by name: their status and exit code. */
async function containers(): Promise<Readonly<Record<string, string>>> {
  const call = (operation: string, input: object) => box.call(`AmazonEC2ContainerServiceV20141113.${operation}`, input);
  const lists = await Promise.all(["RUNNING", "STOPPED"].map((desiredStatus) => call("ListTasks", { desiredStatus })));
  const tasks = lists.flatMap(({ taskArns }) => taskArns as readonly string[]);
  const described = await call("DescribeTasks", { tasks });
  const [task] = described["tasks"] as readonly { readonly containers: readonly Readonly<Record<string, unknown>>[] }[];
  return Object.fromEntries(
    task!.containers.map(({ name, lastStatus, exitCode }) => [
      String(name),
      exitCode === undefined ? String(lastStatus) : `exit ${String(exitCode)}`,
    ]),
  );
}

describe("a run with containers beside its own", () => {
  it("starts them one after the other, the sidecars next, and the workload last", async () => {
    write({ init, sidecars, ...steered(0, 30) });
    expect((await run("run-task")).code).toBe(0);
    await box.step(15);
    expect(await containers()).toMatchObject({
      first: "RUNNING",
      second: "PENDING",
      metrics: "PENDING",
      bert: "PENDING",
    });
    await box.step(15);
    expect(await containers()).toMatchObject({
      first: "exit 0",
      second: "RUNNING",
      metrics: "PENDING",
      bert: "PENDING",
    });
    await box.step(8);
    expect(await containers()).toMatchObject({ second: "exit 0", metrics: "RUNNING" });
    await box.step(60);
    expect(await containers()).toMatchObject({ bert: "exit 0" });
  });

  it("names the container of init that failed, and ends with 1", async () => {
    write({ init: [init[0], { ...init[1], ...steered(3) }], sidecars });
    const { code, stdout, stderr } = await run("run-task", "--wait", "-o", "json");
    const { failures, tasks } = JSON.parse(stdout) as {
      readonly failures: readonly { readonly reason: string; readonly hint: string }[];
      readonly tasks: readonly { readonly exitCode: number }[];
    };
    expect([code, failures.map(({ reason }) => reason), tasks.map(({ exitCode }) => exitCode)]).toEqual([
      1,
      ["second exited with 3"],
      [3],
    ]);
    expect(failures[0]!.hint).toContain("task logs");
    expect(stderr).not.toContain("dependency graph");
    expect(await containers()).toMatchObject({ first: "exit 0", second: "exit 3" });
  });

  it("says of one whose image is not there that it never started", async () => {
    write({ init: [{ name: "first", image: "does-not-exist:1" }] });
    const { code, stderr } = await run("run-task", "--wait");
    expect(code).toBe(1);
    expect(stderr).toContain("first never started: CannotPullContainerError");
  });

  it.each([0, 1, 137])("ends with 0 where a sidecar exits with %i before the workload ends", async (exit) => {
    write({ sidecars: [{ ...sidecars[0], ...steered(exit) }], ...steered(0, 30) });
    const { code, stdout } = await run("run-task", "--wait", "-o", "json");
    expect([code, (JSON.parse(stdout) as { readonly tasks: readonly object[] }).tasks]).toMatchObject([
      0,
      [{ exitCode: 0 }],
    ]);
    expect(await containers()).toEqual({ bert: "exit 0", metrics: `exit ${exit}` });
  });

  it("ends with the workload's own code where that fails, whatever a sidecar did", async () => {
    write({ sidecars: [{ ...sidecars[0], ...steered(1) }], ...steered(7, 30) });
    const { code, stdout } = await run("run-task", "--wait", "-o", "json");
    expect(code).toBe(1);
    expect(stdout).toContain("bert exited with 7");
    expect(stdout).not.toContain("metrics exited");
    expect((await run("run-task", "--wait", "--exit-code-from", "bert")).code).toBe(7);
  });

  it("is opened at the container that runs, whatever its name, and at none that has ended", async () => {
    const roles = { task: "arn:aws:iam::123456789012:role/task" };
    write({ container: "server", init, roles, ...steered(0, 600) });
    const { stdout } = await run("run-task", "--enable-execute-command", "-o", "json");
    const { tasks } = JSON.parse(stdout) as { readonly tasks: readonly { readonly taskArn: string }[] };
    const id = tasks[0]!.taskArn.split("/").at(-1)!;
    await box.step(60);
    // What is chosen is joined by a plugin, which is not there.
    const opened = await runCli(["task", "exec", id], { box, cwd: folder, env: { PATH: folder } });
    expect([opened.code, opened.stderr]).toEqual([1, expect.stringContaining("session-manager-plugin")]);
    const ended = await run("task", "exec", id, "--container", "first");
    expect([ended.code, ended.stderr.split("\n").slice(0, 2)]).toEqual([
      1,
      [`error: container first of task ${id.slice(0, 8)} has stopped`, "  Choose server."],
    ]);
  });

  it("has the logs of all of them", async () => {
    write({ init, sidecars });
    const { code, stderr } = await run("run-task", "--wait", "--logs");
    expect(code).toBe(0);
    for (const name of ["first", "second", "metrics", "bert"]) expect(stderr).toMatch(new RegExp(`/${name}\\W`));
  });
});

describe("a service with containers beside its own", () => {
  const health = { path: "/ready", port: 9000 };

  it("is up when they are, and its file comes back of it with no raw fields", async () => {
    const beside = {
      kind: "service",
      accelerator: { instanceTypes: ["inf2.24xlarge"] },
      init: [init[0]],
      sidecars: [{ ...sidecars[0], ports: [{ container: 9000 }], health }],
      volumes: [{ path: "/models", host: "/opt/models" }],
      model: { uri: "s3://models/bert", path: "/models/bert" },
      roles: { task: "arn:aws:iam::111122223333:role/bert" },
    };
    write({ ...beside, environment: {} });
    expect((await run("service", "deploy")).code).toBe(0);
    expect((await run("plan", "--exit-code")).code).toBe(0);
    expect(await run("service", "import", "bert", "--force")).toMatchObject({ code: 0 });
    const file = readFileSync(join(folder, "aiplat.yaml"), "utf8");
    expect(file).toMatch(/^init:[\s\S]*^sidecars:[\s\S]*^model:/m);
    expect(file).not.toMatch(/taskDefinition:|service: *\n/);
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });

  it("whose sidecar never gets healthy does not come up, and says so", async () => {
    const unhealthy = { ...sidecars[0], health, environment: { AIPLAT_SANDBOX_HEALTH: "UNHEALTHY" } };
    write({ kind: "service", replicas: 1, sidecars: [unhealthy], environment: {} });
    const { code, stderr } = await run("service", "deploy", "--timeout", "30m");
    expect([1, 5]).toContain(code);
    expect(stderr).not.toBe("");
  });

  it("whose container of init fails has the container named", async () => {
    write({ kind: "service", replicas: 1, init: [{ ...init[0], ...steered(4) }], environment: {} });
    const { code, stdout, stderr } = await run("service", "deploy", "--timeout", "30m");
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("first exited with 4");
  });
});
