import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CliRun } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;
/** What happens once an operation has been answered, in their order. */
let then: [operation: string, act: () => void][];
let calls: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-rollback-"));
  [then, calls] = [[], []];
  box = await startTestSandbox({
    fleet: [{ instanceType: "inf2.24xlarge", count: 2 }],
    onHandled: ({ operation = "" }) => {
      calls.push(operation);
      if (then[0]?.[0] === operation) then.shift()![1]();
    },
  });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runInProcess(box, folder, ...args);
const names = ["chip-inf2-24xlarge-n0-1", "chip-inf2-24xlarge-n2-3", "chip-inf2-24xlarge-n4-5"];
const services = async (): Promise<readonly Json[]> =>
  (await box.ecs("DescribeServices", { services: names })).services;
const running = async () => (await services()).map(({ taskDefinition }) => taskDefinition.split("/").at(-1));
const histories = () =>
  Promise.all(
    names.map(async (service) =>
      (await box.ecs("ListServiceDeployments", { service })).serviceDeployments.map(({ status }: Json) => status),
    ),
  );

function write(changes: object = {}): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "chip",
      kind: "service",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      replicas: 3,
      ecs: { service: { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } } },
      ...changes,
    }),
  );
}

/** Begins a deployment of a second version in the first `count` services. */
async function begin(count: number, second: object = {}, both: object = {}): Promise<void> {
  write(both);
  expect((await run("service", "deploy")).code).toBe(0);
  write({ image: "chip:2", ...both, ...second });
  const { steps } = JSON.parse((await run("plan", "-o", "json")).stdout);
  for (const { service, definition } of steps.slice(0, count)) {
    const { taskDefinition } = await box.ecs("RegisterTaskDefinition", definition);
    await box.ecs("UpdateService", { service, taskDefinition: taskDefinition.taskDefinitionArn });
  }
  box.step(5);
  calls = [];
}

const failing = { environment: { AIPLAT_SANDBOX_EXIT: "3" } };
const halting = {
  ecs: {
    service: {
      deploymentConfiguration: {
        minimumHealthyPercent: 0,
        maximumPercent: 100,
        deploymentCircuitBreaker: { enable: true, rollback: false },
      },
    },
  },
};

describe("a rollback of a deployment that ends by itself in the meantime", () => {
  it.each<[text: string, second: object, both: object, ended: string, history: readonly string[]]>([
    [
      "updates to the revision before where it succeeded",
      {},
      {},
      "SUCCESSFUL",
      ["SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"],
    ],
    [
      "leaves the service where ECS has rolled it back already",
      failing,
      {},
      "ROLLBACK_SUCCESSFUL",
      ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"],
    ],
    [
      "updates to the revision before where it failed and stays",
      failing,
      halting,
      "STOPPED",
      ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"],
    ],
  ])("%s", async (_, second, both, ended, history) => {
    await begin(1, second, both);
    // Between the look at it and the call that stops it.
    then = [["DescribeServiceDeployments", () => box.step(900)]];
    const { code, stderr } = await run("service", "rollback");
    expect(stderr).toContain(`the deployment of ${names[0]} ended before it could be stopped: ${ended}`);
    expect(code).toBe(0);
    expect(await running()).toEqual(names.map((name) => `${name}:1`));
    expect(await histories()).toEqual([history, ["SUCCESSFUL"], ["SUCCESSFUL"]]);
  });

  it("says so where it succeeded, and went to the revision that it came from", async () => {
    write({ accelerator: { instanceTypes: ["inf2.24xlarge"] }, replicas: 1 });
    expect((await run("service", "deploy")).code).toBe(0);
    await box.ecs("UpdateService", { service: "chip", forceNewDeployment: true });
    box.step(5);
    then = [["DescribeServiceDeployments", () => box.step(900)]];
    const { code, stderr } = await run("service", "rollback");
    expect(code).toBe(1);
    expect(stderr).toContain("the deployment had succeeded before it could be rolled back");
  });
});

describe("a rollback of several deployments under way", () => {
  it("stops all of them before it waits for the first", async () => {
    await begin(3);
    const { code, stdout } = await run("service", "rollback");
    expect(code).toBe(0);
    expect(stdout).toBe(names.map((name) => `${name}\tupdate\tsteady\t1\t${name}:1\n`).join(""));
    expect(await histories()).toEqual(names.map(() => ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]));
    const stops = calls.flatMap((call, index) => (call === "StopServiceDeployment" ? [index] : []));
    expect(stops).toHaveLength(3);
    expect(calls.slice(0, stops[2])).not.toContain("ListTasks");
  });

  it("takes back those too that had ended, one after the other", async () => {
    await begin(3);
    then = [["DescribeServiceDeployments", () => box.step(900)]];
    const { code } = await run("service", "rollback");
    expect(code).toBe(0);
    expect(await running()).toEqual(names.map((name) => `${name}:1`));
    expect(await histories()).toEqual(names.map(() => ["SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"]));
  });
});
