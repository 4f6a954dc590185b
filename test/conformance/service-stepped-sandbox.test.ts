import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Handled } from "../../src/sandbox/wire/router.ts";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;
/** What happens once an operation has been answered, in their order. */
let then: [operation: string, act: () => void][];
let calls: string[];
/** What looks at the sandbox at every call. */
let watch: (handled: Handled) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-rollback-"));
  [then, calls, watch] = [[], [], () => undefined];
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.24xlarge", count: 2 },
      { instanceType: "inf2.xlarge", count: 1 },
    ],
    onHandled: (handled) => {
      const { operation = "" } = handled;
      calls.push(operation);
      watch(handled);
      if (then[0]?.[0] === operation) then.shift()![1]();
    },
  });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
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

describe("a service", () => {
  it("is steady once the tasks that it no longer wants have stopped", async () => {
    write({ environment: { AIPLAT_SANDBOX_STOP_SECONDS: "25" } });
    expect((await run("service", "deploy")).code).toBe(0);
    const { code, stdout } = await run("service", "scale", "--replicas", "1");
    expect([code, stdout.match(/steady/g)?.length]).toEqual([0, 2]);
    const { taskArns } = await box.ecs("ListTasks", { desiredStatus: "STOPPED" });
    const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
    expect(tasks.map(({ lastStatus }: Json) => lastStatus)).toEqual(["STOPPED", "STOPPED"]);
  });
});

describe("a rollout in replicas", () => {
  const rollout = { maxUnavailable: 2, maxSurge: 0 };
  const bounded = (image: string, changes: object = {}) => write({ image, rollout, ecs: {}, ...changes });
  const percentages = async () =>
    (await services()).map(({ deploymentConfiguration: { minimumHealthyPercent, maximumPercent } }) => [
      minimumHealthyPercent,
      maximumPercent,
    ]);
  /** How many services were updated before each look at the tasks. */
  const updatesAtOnce = () =>
    calls
      .filter((call) => call === "UpdateService" || call === "ListTasks")
      .join(" ")
      .split(/(?:ListTasks ?)+/)
      .map((updates) => updates.split(" ").filter(Boolean).length)
      .filter((count) => count > 0);

  it("updates so many services at once as --parallel says and the whole workload may spare, and never more", async () => {
    bounded("chip:1");
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await percentages()).toEqual(names.map(() => [0, 100]));
    const { tasks } = box.sandbox.world.clusters.get("default")!;
    let fewest = 3;
    watch = () => {
      const running = [...tasks.values()].filter(({ desiredStatus, lastStatus }) =>
        [desiredStatus, lastStatus].every((status) => status === "RUNNING"),
      );
      fewest = Math.min(fewest, running.length);
    };
    const cases: [image: string, parallel: string[], atOnce: number[], fewest: number][] = [
      ["chip:2", ["--parallel", "3"], [2, 1], 1],
      ["chip:3", [], [1, 1, 1], 2],
    ];
    for (const [image, parallel, atOnce, left] of cases) {
      [calls, fewest] = [[], 3];
      bounded(image);
      const { code, stdout } = await run("service", "deploy", ...parallel);
      expect([code, stdout.match(/steady/g)?.length]).toEqual([0, 3]);
      expect([updatesAtOnce(), fewest]).toEqual([atOnce, left]);
    }
    [calls, fewest] = [[], 3];
    expect((await run("service", "rollback", "--parallel", "2")).code).toBe(0);
    expect([updatesAtOnce(), fewest]).toEqual([[2, 1], 1]);
    expect(await running()).toEqual(names.map((name) => `${name}:2`));
  });

  it("waits under --no-wait too for each service that another comes after", async () => {
    bounded("chip:1");
    expect((await run("service", "deploy")).code).toBe(0);
    bounded("chip:2");
    const { code, stdout, stderr } = await run("service", "deploy", "--no-wait");
    expect([code, stdout.match(/steady|started/g)]).toEqual([0, ["steady", "steady", "started"]]);
    expect(stderr).toContain("one after the other");
  });

  it("is worked out anew for the count of each service, by scale too, and imported as it was written", async () => {
    bounded("chip:1", { replicas: 5 });
    expect((await run("service", "deploy")).code).toBe(0);
    const counted = async () => (await services()).map(({ desiredCount }) => desiredCount);
    expect([await counted(), await percentages()]).toEqual([
      [2, 2, 1],
      [
        [0, 100],
        [0, 100],
        [0, 100],
      ],
    ]);
    bounded("chip:1", { replicas: 5, rollout: { maxUnavailable: 1, maxSurge: 1 } });
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await percentages()).toEqual([
      [50, 150],
      [50, 150],
      [0, 200],
    ]);
    expect((await run("service", "scale", "chip", "--cluster", "default", "--replicas", "4")).code).toBe(0);
    expect([await counted(), await percentages()]).toEqual([
      [2, 1, 1],
      [
        [50, 150],
        [0, 200],
        [0, 200],
      ],
    ]);
    expect((await run("service", "import", names[0]!, "--force")).code).toBe(0);
    expect(readFileSync(join(folder, "aiplat.yaml"), "utf8")).toContain(
      "rollout:\n  maxUnavailable: 1\n  maxSurge: 1\n",
    );
    expect((await run("plan", "--exit-code")).code).toBe(0);
    // Without it the platform's own is back, and a scale leaves that alone.
    write({ replicas: 4, ecs: {} });
    expect((await run("service", "deploy")).code).toBe(0);
    expect((await run("plan", "--exit-code")).code).toBe(0);
    expect((await run("service", "scale", "--replicas", "3")).code).toBe(0);
    expect(await percentages()).toEqual(names.map(() => [100, 200]));
  });
});

describe("a variant that the workload no longer has, with nothing made in its place", () => {
  const types = (instanceTypes: readonly string[], changes: object = {}) =>
    write({ accelerator: { instanceTypes }, replicas: instanceTypes.length + 1, ...changes });
  const command = "aiplat run-task --task-definition chip-inf2-xlarge:1 --count 1 --cluster default";
  const rollBack = () => run("service", "rollback", "chip", "--cluster", "default");

  it("is named by a rollback with the command that runs it, until the next deployment", async () => {
    types(["inf2.24xlarge", "inf2.xlarge"]);
    expect((await run("service", "deploy")).code).toBe(0);
    types(["inf2.24xlarge"]);
    const deployed = await run("service", "deploy", "--yes");
    expect([deployed.code, deployed.stdout]).toEqual([
      0,
      "chip-inf2-24xlarge\tkeep\tunchanged\t2\t\nchip-inf2-xlarge\tdelete\tdeleted\t0\tchip-inf2-xlarge:1\n",
    ]);
    const stuck = await rollBack();
    expect(stuck.code).toBe(1);
    expect(stuck.stderr).toContain("chip-inf2-xlarge was deleted with the last deployment");
    expect(stuck.stderr).toContain(command);
    // It is no setting of the service that remembers it.
    expect((await run("plan", "--exit-code")).code).toBe(0);

    types(["inf2.24xlarge"], { image: "chip:2" });
    expect((await run("service", "deploy")).code).toBe(0);
    const back = await rollBack();
    expect([back.code, back.stderr.includes("chip-inf2-xlarge")]).toEqual([0, false]);
  });

  it("is named where the same deployment changed what stays, and goes no way back of its own", async () => {
    types(["inf2.24xlarge", "inf2.xlarge"]);
    expect((await run("service", "deploy")).code).toBe(0);
    types(["inf2.24xlarge"], { image: "chip:2" });
    expect((await run("service", "deploy", "--yes")).code).toBe(0);
    const { code, stderr } = await rollBack();
    expect(code).toBe(0);
    expect(stderr).toContain("back from chip-inf2-24xlarge:2 to chip-inf2-24xlarge:1");
    expect(stderr).toContain(command);
  });
});

describe("a pause at a lifecycle hook", () => {
  it("is shown with the command that continues it, by the deployment and by status", async () => {
    const blueGreen = (image: string) =>
      write({
        image,
        accelerator: { instanceTypes: ["inf2.24xlarge"] },
        replicas: 1,
        ecs: { service: { deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 30 } } },
      });
    blueGreen("chip:1");
    expect((await run("service", "deploy")).code).toBe(0);
    // As the API's page shows it, for a deployment that has a hook there.
    const details = [
      {
        hookId: "ecs-pause-e7tK9G",
        targetType: "PAUSE",
        status: "AWAITING_ACTION",
        expiresAt: 1_767_225_600,
        timeoutAction: "ROLLBACK",
      },
    ];
    watch = ({ operation, answer }) => {
      if (operation !== "DescribeServiceDeployments") return;
      const { serviceDeployments, failures } = JSON.parse(answer.body);
      const paused = serviceDeployments.map((each: Json) =>
        each.lifecycleStage === "BAKE_TIME" ? { ...each, lifecycleHookDetails: details } : each,
      );
      Object.assign(answer, { body: JSON.stringify({ serviceDeployments: paused, failures }) });
    };
    blueGreen("chip:2");
    const deployed = await run("service", "deploy", "--timeout", "20m");
    expect(deployed.code).toBe(5);
    const [{ serviceDeploymentArn }] = (await box.ecs("ListServiceDeployments", { service: "chip" }))
      .serviceDeployments;
    const command =
      "chip: paused at a lifecycle hook until 2026-01-01T00:00:00.000Z, then ROLLBACK. To continue:  " +
      `aws ecs continue-service-deployment --service-deployment-arn ${serviceDeploymentArn} ` +
      "--hook-id ecs-pause-e7tK9G --action CONTINUE --region us-east-1\n";
    expect(deployed.stderr.split(command)).toHaveLength(2);
    const status = await run("service", "status");
    expect(status.stdout).toContain("IN_PROGRESS (BAKE_TIME, traffic 100%, paused)");
    expect(status.stderr).toBe(command);
    expect(JSON.parse((await run("service", "status", "-o", "json")).stdout).services[0].rollout.paused).toEqual([
      { hookId: "ecs-pause-e7tK9G", expiresAt: "2026-01-01T00:00:00.000Z", timeoutAction: "ROLLBACK" },
    ]);
  });
});
