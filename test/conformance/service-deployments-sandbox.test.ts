import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { missingTools } from "../support/tools.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-deployments-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 4 }] });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
const serviceNow = async (): Promise<Json> => (await box.ecs("DescribeServices", { services: ["bert"] })).services[0];
const history = async (): Promise<readonly string[]> =>
  (await box.ecs("ListServiceDeployments", { service: "bert" })).serviceDeployments.map(({ status }: Json) => status);

function writeWorkload(deploymentConfiguration: object, changes: object = {}): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "bert",
      kind: "service",
      image: "bert:1",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      replicas: 2,
      ecs: { service: { deploymentConfiguration } },
      ...changes,
    }),
  );
}

const strategies = [
  { strategy: "BLUE_GREEN", bakeTimeInMinutes: 15 },
  { strategy: "LINEAR", bakeTimeInMinutes: 5, linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 10 } },
  { strategy: "CANARY", bakeTimeInMinutes: 5, canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 10 } },
];
const alarms = { alarmNames: ["errors"], enable: true, rollback: true };

describe.each(strategies)("a deployment of strategy $strategy", (configuration) => {
  it("is passed through, and waited for until its old tasks are gone", async () => {
    writeWorkload(configuration);
    expect((await run("service", "deploy")).code).toBe(0);
    expect((await serviceNow()).deploymentConfiguration).toMatchObject(configuration);
    expect((await run("plan", "--exit-code")).code).toBe(0);
    writeWorkload(configuration, { image: "bert:2" });
    const { code, stderr, stdout } = await run("service", "deploy");
    expect(code).toBe(0);
    expect(stdout).toBe("bert\tupdate\tsteady\t2\tbert:2\n");
    // All of its tasks ran long before it was over.
    expect(stderr).toMatch(/deployment (BAKE_TIME|PRODUCTION_TRAFFIC_SHIFT)/);
    expect(await serviceNow()).toMatchObject({
      runningCount: 2,
      taskDefinition: expect.stringMatching(/bert:2$/),
      deployments: [{ rolloutState: "COMPLETED" }],
    });
    expect(await history()).toEqual(["SUCCESSFUL", "SUCCESSFUL"]);
  });

  it("is guarded: twice the tasks, whatever the percentages", async () => {
    writeWorkload({ ...configuration, minimumHealthyPercent: 0, maximumPercent: 200 }, { replicas: 3 });
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    box.step(60);
    writeWorkload(
      { ...configuration, minimumHealthyPercent: 0, maximumPercent: 200 },
      { replicas: 3, image: "bert:2" },
    );
    const { code, stderr } = await run("service", "deploy");
    expect(code).toBe(4);
    expect(stderr).toContain(
      `${configuration.strategy} needs 3 more tasks beside the 3 that run, and the cluster has room for 1`,
    );
    expect(await history()).toHaveLength(1);
  });

  it("that an alarm fails rolls back by itself, with the reason", async () => {
    writeWorkload({ ...configuration, alarms });
    expect((await run("service", "deploy")).code).toBe(0);
    writeWorkload({ ...configuration, alarms }, { environment: { AIPLAT_SANDBOX_ALARM: "errors" } });
    const { code, stderr, stdout } = await run("service", "deploy");
    expect(code).toBe(1);
    expect(stdout).toBe("bert\tupdate\tfailed\t2\tbert:2\n");
    expect(stderr).toContain(
      "failed: Service deployment rolled back because an alarm went off: errors; the service goes back to bert:1",
    );
    expect((await serviceNow()).taskDefinition).toMatch(/bert:1$/);
  });
});

describe("service status and rollback", () => {
  const baking = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 600 };

  it("show the stage of a deployment under way, and have ECS roll it back to the tasks that still run", async () => {
    writeWorkload(baking);
    await run("service", "deploy");
    const { taskArns: before } = await box.ecs("ListTasks", { serviceName: "bert" });
    writeWorkload(baking, { image: "bert:2" });
    const started = await run("service", "deploy", "--timeout", "10m");
    expect(started.code).toBe(5);
    const status = await run("service", "status");
    expect(status.stdout).toContain("IN_PROGRESS (BAKE_TIME, traffic 100%)");
    expect(JSON.parse((await run("service", "status", "-o", "json")).stdout).services[0]).toMatchObject({
      strategy: "BLUE_GREEN",
      rollout: { status: "IN_PROGRESS", stage: "BAKE_TIME", productionPercent: 100 },
    });
    const { code, stderr, stdout } = await run("service", "rollback");
    expect(code).toBe(0);
    expect(stderr).toContain("bert: the deployment of bert:2 is stopped: back from bert:2 to bert:1");
    expect(stdout).toBe("bert\tupdate\tsteady\t2\tbert:1\n");
    expect((await box.ecs("ListTasks", { serviceName: "bert" })).taskArns).toEqual(before);
    expect(await history()).toEqual(["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
  });

  it("stops a rolling update that cannot finish, too", async () => {
    writeWorkload({}, { replicas: 3 });
    await run("service", "deploy");
    writeWorkload(
      {},
      {
        replicas: 3,
        ecs: {
          service: { deploymentConfiguration: {} },
          taskDefinition: { placementConstraints: [{ type: "memberOf", expression: "attribute:zone == nowhere" }] },
        },
      },
    );
    expect((await run("service", "deploy", "--allow-stall", "--no-wait")).code).toBe(0);
    expect((await run("service", "rollback")).code).toBe(0);
    expect(await serviceNow()).toMatchObject({ runningCount: 3, taskDefinition: expect.stringMatching(/bert:1$/) });
  });

  it("goes back to the last successful deployment, past all that failed since, and to a named revision", async () => {
    const breaker = { deploymentCircuitBreaker: { enable: true, rollback: false } };
    writeWorkload(breaker);
    await run("service", "deploy");
    for (const image of ["bert:b", "bert:c"]) {
      writeWorkload(breaker, { image, environment: { AIPLAT_SANDBOX_EXIT: "3" } });
      const failed = await run("service", "deploy");
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain("bert exited with 3");
    }
    expect((await serviceNow()).taskDefinition).toMatch(/bert:3$/);
    const back = await run("service", "rollback");
    expect(back.stderr).toContain("back from bert:3 to bert:1");
    expect(back.code).toBe(0);
    expect(await serviceNow()).toMatchObject({ runningCount: 2, taskDefinition: expect.stringMatching(/bert:1$/) });
    expect(await history()).toEqual(["SUCCESSFUL", "STOPPED", "STOPPED", "SUCCESSFUL"]);
    const none = await run("service", "rollback");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("bert has no earlier stable revision than bert:1");
    expect((await run("service", "rollback", "--to-revision", "2", "--no-wait")).code).toBe(0);
    expect((await serviceNow()).taskDefinition).toMatch(/bert:2$/);
  });

  it("leaves a rollback alone that ECS has begun itself", async () => {
    writeWorkload(baking);
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    box.step(60);
    writeWorkload(baking, { image: "bert:2" });
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    box.step(60);
    const [{ serviceDeploymentArn }] = (await box.ecs("ListServiceDeployments", { service: "bert" }))
      .serviceDeployments;
    await box.ecs("StopServiceDeployment", { serviceDeploymentArn });
    box.step(1);
    const { code, stderr } = await run("service", "rollback", "--no-wait");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "bert: ECS goes back to bert:1 already\nhad ECS roll bert back\n",
    });
  });

  it("says so where there is nothing to go back to", async () => {
    writeWorkload(
      { deploymentCircuitBreaker: { enable: true, rollback: true } },
      { environment: { AIPLAT_SANDBOX_EXIT: "3" } },
    );
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    const { code, stderr } = await run("service", "rollback");
    expect(code).toBe(1);
    expect(stderr).toContain("bert has no earlier stable revision than bert:1");
  });
});

describe("a lifecycle hook that pauses", () => {
  const hooks = [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] }];
  const paused = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0, lifecycleHooks: hooks };

  it("is told of with the words that continue it, while the wait goes on, and by service status", async () => {
    writeWorkload({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 });
    await run("service", "deploy");
    writeWorkload(paused, { image: "bert:2" });
    const { code, stderr } = await run("service", "deploy", "--timeout", "20m");
    expect(code).toBe(5);
    const words =
      /bert: paused at a lifecycle hook until \S+, then ROLLBACK\. To continue: {2}aws ecs continue-service-deployment --service-deployment-arn (\S+) --hook-id (\S+) --action CONTINUE/;
    const [, serviceDeploymentArn, hookId] = words.exec(stderr) ?? [];
    const status = await run("service", "status");
    expect(status.stdout).toContain("IN_PROGRESS (POST_SCALE_UP, paused)");
    expect(status.stderr).toMatch(words);
    await box.ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId, action: "CONTINUE" });
    box.step(120);
    expect((await history())[0]).toBe("SUCCESSFUL");
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });

  it("is in the sandbox that a snapshot makes; a hook of a Lambda function is not", async () => {
    writeWorkload(paused);
    await run("service", "deploy", "--no-wait");
    const snapshot = JSON.parse((await run("cluster", "snapshot")).stdout);
    const [{ deploymentConfiguration }] = snapshot.services;
    expect(deploymentConfiguration.lifecycleHooks).toEqual(hooks);
    deploymentConfiguration.lifecycleHooks.push({ hookTargetArn: "arn:x", lifecycleStages: ["POST_SCALE_UP"] });
    const seeded = await startTestSandbox({ snapshot });
    try {
      const { services } = await seeded.ecs("DescribeServices", { services: ["bert"] });
      expect(services[0].deploymentConfiguration.lifecycleHooks).toEqual(hooks);
    } finally {
      await seeded.sandbox.close();
    }
  });
});

describe("a wait for a service", () => {
  const slow = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1_440 };
  const goesOn = [
    "The deployment goes on",
    "aiplat service status bert --cluster default",
    "aiplat service rollback bert --cluster default",
  ];

  it("ends by --timeout with 5, and the deployment goes on", async () => {
    writeWorkload(slow);
    await run("service", "deploy");
    writeWorkload(slow, { image: "bert:2" });
    const { code, stdout, stderr } = await run("service", "deploy", "--timeout", "20m");
    expect(code).toBe(5);
    expect(stdout).toBe("bert\tupdate\tstarted\t2\tbert:2\n");
    expect(stderr).toContain("bert not steady after 20m");
    for (const text of goesOn) expect(stderr).toContain(text);
    expect((await history())[0]).toBe("IN_PROGRESS");
  });

  it("ends by Ctrl-C with 130, and the deployment goes on", async () => {
    writeWorkload(slow);
    await run("service", "deploy");
    writeWorkload(slow, { image: "bert:2" });
    const { code, stdout, stderr } = await runCli(["service", "deploy"], {
      box,
      cwd: folder,
      interruptAt: "deployment BAKE_TIME",
    });
    expect(code).toBe(130);
    expect(stdout).toBe("bert\tupdate\tstarted\t2\tbert:2\n");
    for (const text of ["interrupted: the deployment goes on", ...goesOn]) expect(stderr).toContain(text);
    expect((await history())[0]).toBe("IN_PROGRESS");
  });

  it("is left out by --no-wait", async () => {
    writeWorkload({});
    const { code, stdout, stderr } = await run("service", "deploy", "--no-wait");
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "bert\tcreate\tstarted\t2\tbert:1\n",
      stderr: "registered bert:1\ncreated bert\n",
    });
    expect(await history()).toEqual(["IN_PROGRESS"]);
  });
});

describe("service delete", () => {
  beforeEach(async () => {
    writeWorkload({});
    await run("service", "deploy", "--no-wait");
  });

  it("names --yes where there is nobody to ask", async () => {
    const { code, stderr } = await run("service", "delete");
    expect(code).toBe(2);
    expect(stderr).toContain("deleting bert with 2 tasks needs a yes, and there is nobody to ask");
    expect(stderr).toContain("aiplat service delete bert --cluster default --yes");
    expect((await serviceNow()).status).toBe("ACTIVE");
  });

  it.skipIf(missingTools("script")).each([
    { input: "n\n", code: 1, says: "nothing was deleted", status: "ACTIVE" },
    { input: "\n", code: 1, says: "nothing was deleted", status: "ACTIVE" },
    { input: "\u0003", code: 130, says: "interrupted", status: "ACTIVE" },
    { input: "y\n", code: 0, says: "deleted bert", status: "DRAINING" },
  ])("asks on a terminal, and takes $input for what it is", async ({ input, code, says, status }) => {
    const asked = await runOnTerminal(["service", "delete"], {
      env: { ...box.sandbox.environment },
      cwd: folder,
      input,
      prompt: "[y/N]",
    });
    expect(asked.stdout).toContain("Delete bert with 2 tasks in cluster default? [y/N]");
    expect(asked.stdout).toContain(says);
    expect(asked.code).toBe(code);
    expect([status, status === "DRAINING" ? "INACTIVE" : status]).toContain((await serviceNow()).status);
  });
});
