import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { trafficSteps } from "../../../../src/sandbox/model/deployment-arithmetic.ts";
import { startTestSandbox, type Json, type TestSandbox, type TestSandboxOptions } from "../../../support/sandbox.ts";

let box: TestSandbox;

async function start(options: TestSandboxOptions = {}): Promise<void> {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 4 }], ...options });
}

afterEach(() => box?.sandbox.close());

const serviceNow = async (): Promise<Json> => (await box.ecs("DescribeServices", { services: ["web"] })).services[0];
const listed = async (input: object = {}): Promise<Json[]> =>
  (await box.ecs("ListServiceDeployments", { service: "web", ...input })).serviceDeployments;
const describedOf = async (arn: string): Promise<Json> =>
  (await box.ecs("DescribeServiceDeployments", { serviceDeploymentArns: [arn] })).serviceDeployments[0];
const newest = async (): Promise<Json> => describedOf((await listed())[0].serviceDeploymentArn);
const events = async (): Promise<readonly string[]> => (await serviceNow()).events.map(({ message }: Json) => message);

/** One task an instance. */
const whole = { portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }] };
const opened = { taskRoleArn: "arn:aws:iam::123456789012:role/task" };
const broken = { command: ["sh", "-c", "exit 1"] };

async function create(
  deploymentConfiguration: object,
  { desiredCount = 2, container = {} }: { readonly desiredCount?: number; readonly container?: object } = {},
): Promise<void> {
  await box.register("web", container, opened);
  await box.ecs("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount,
    availabilityZoneRebalancing: "DISABLED",
    deploymentConfiguration,
  });
  box.step(60);
}

async function update(container: object, input: object = {}): Promise<void> {
  await box.register("web", container, opened);
  await box.ecs("UpdateService", { service: "web", taskDefinition: "web", ...input });
}

/**
 * Every stage that a deployment goes through, with the second in which it was first seen there and the traffic it had.
 */
async function watch(
  seconds: number,
): Promise<
  readonly { readonly stage: string; readonly at: number; readonly percent: number; readonly running: number }[]
> {
  const seen: { stage: string; at: number; percent: number; running: number }[] = [];
  for (let at = 0; at <= seconds; at++) {
    const { lifecycleStage, targetServiceRevision, status } = await newest();
    const { runningCount } = await serviceNow();
    const stage = status === "IN_PROGRESS" ? lifecycleStage : status;
    const percent = targetServiceRevision.requestedProductionTrafficWeight;
    const last = seen.at(-1);
    if (last?.stage !== stage || last?.percent !== percent) seen.push({ stage, at, percent, running: runningCount });
    if (status !== "IN_PROGRESS") return seen;
    box.step(1);
  }
  return seen;
}

describe("a blue/green deployment", () => {
  const blueGreen = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 2 };

  it("runs all the new tasks beside all the old ones until its bake time is over", async () => {
    await start();
    await create(blueGreen);
    expect(await newest()).toMatchObject({ status: "SUCCESSFUL", sourceServiceRevisions: [] });
    await update({ cpu: 1 });
    const seen = await watch(400);
    expect(seen.map(({ stage }) => stage)).toEqual([
      "PRE_SCALE_UP",
      "SCALE_UP",
      "POST_SCALE_UP",
      "TEST_TRAFFIC_SHIFT",
      "POST_TEST_TRAFFIC_SHIFT",
      "PRODUCTION_TRAFFIC_SHIFT",
      "POST_PRODUCTION_TRAFFIC_SHIFT",
      "BAKE_TIME",
      "CLEAN_UP",
      "SUCCESSFUL",
    ]);
    const at = (stage: string) => seen.find((each) => each.stage === stage)!;
    expect(at("CLEAN_UP").at - at("BAKE_TIME").at).toBe(120);
    expect(at("BAKE_TIME").running).toBe(4);
    expect(at("SUCCESSFUL").running).toBe(2);
    expect(at("POST_TEST_TRAFFIC_SHIFT").percent).toBe(0);
    expect(at("PRODUCTION_TRAFFIC_SHIFT").percent).toBe(100);
    expect(await serviceNow()).toMatchObject({
      runningCount: 2,
      taskDefinition: expect.stringMatching(/web:2$/),
      deployments: [{ status: "PRIMARY", rolloutState: "COMPLETED" }],
    });
  });

  it("shows both revisions in DescribeServices, by the ids of its service deployment", async () => {
    await start();
    await create(blueGreen);
    await update({ cpu: 1 });
    box.step(60);
    const { deployments, currentServiceDeployment, currentServiceRevisions, deploymentConfiguration } =
      await serviceNow();
    expect(deployments).toMatchObject([
      { status: "PRIMARY", desiredCount: 2, runningCount: 2, rolloutState: "IN_PROGRESS" },
      { status: "ACTIVE", desiredCount: 2, runningCount: 2 },
    ]);
    expect(deploymentConfiguration).toMatchObject(blueGreen);
    const { targetServiceRevision, sourceServiceRevisions } = await newest();
    expect(currentServiceDeployment).toBe((await listed())[0].serviceDeploymentArn);
    expect(currentServiceRevisions.map(({ arn }: Json) => arn)).toEqual([
      targetServiceRevision.arn,
      sourceServiceRevisions[0].arn,
    ]);
    expect(targetServiceRevision.arn.split("/").at(-1)).toBe(deployments[0].id.split("/")[1]);
    const { serviceRevisions } = await box.ecs("DescribeServiceRevisions", {
      serviceRevisionArns: [targetServiceRevision.arn, sourceServiceRevisions[0].arn],
    });
    expect(serviceRevisions.map(({ taskDefinition }: Json) => taskDefinition.split("/")[1])).toEqual([
      "web:2",
      "web:1",
    ]);
  });

  it("waits in SCALE_UP where there is no room for twice the tasks, whatever the percentages, and fails after 24 hours", async () => {
    await start({ fleet: [{ instanceType: "inf2.xlarge", count: 3 }] });
    await create({ ...blueGreen, minimumHealthyPercent: 0, maximumPercent: 100 }, { container: whole });
    await update({ ...whole, cpu: 1 });
    box.step(600);
    expect(await newest()).toMatchObject({
      status: "IN_PROGRESS",
      lifecycleStage: "SCALE_UP",
      targetServiceRevision: { runningTaskCount: 1 },
      sourceServiceRevisions: [{ runningTaskCount: 2 }],
    });
    expect((await events())[0]).toContain("was unable to place a task");
    box.sandbox.advance(24 * 3600);
    box.step(60);
    expect(await newest()).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: expect.stringContaining("SCALE_UP lasted 24 hours"),
    });
    expect(await serviceNow()).toMatchObject({ runningCount: 2, taskDefinition: expect.stringMatching(/web:1$/) });
  });

  it("keeps the old tasks as many as they were while the number changes", async () => {
    await start();
    await create(blueGreen, { desiredCount: 3 });
    await update({ cpu: 1 }, { desiredCount: 1 });
    box.step(60);
    expect((await serviceNow()).deployments).toMatchObject([
      { desiredCount: 1, runningCount: 1 },
      { desiredCount: 3, runningCount: 3 },
    ]);
    box.step(180);
    expect(await serviceNow()).toMatchObject({
      desiredCount: 1,
      runningCount: 1,
      deployments: [{ rolloutState: "COMPLETED" }],
    });
  });

  it("replaces a task of either revision that stops", async () => {
    await start();
    await create({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 10 });
    await update({ cpu: 1 });
    box.step(60);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "web" });
    for (const task of taskArns) await box.ecs("StopTask", { task });
    box.step(60);
    expect((await serviceNow()).deployments).toMatchObject([{ runningCount: 2 }, { runningCount: 2 }]);
  });

  it("goes back to the old tasks, which never stopped, where an alarm goes off", async () => {
    await start();
    await create({ ...blueGreen, alarms: { alarmNames: ["errors"], enable: true, rollback: true } });
    const before = (await box.ecs("ListTasks", { serviceName: "web" })).taskArns;
    await update({ environment: [{ name: "AIPLAT_SANDBOX_ALARM", value: "errors" }] });
    box.step(60);
    expect(await newest()).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: "Service deployment rolled back because an alarm went off: errors.",
      rollback: { serviceRevisionArn: expect.stringContaining("service-revision/default/web/") },
      alarms: { status: "TRIGGERED", triggeredAlarmNames: ["errors"] },
    });
    expect((await box.ecs("ListTasks", { serviceName: "web" })).taskArns).toEqual(before);
    expect(await events()).toContainEqual(expect.stringMatching(/deployment failed: alarm detected\.$/));
    // What is no part of a revision stays: the strategy, for one.
    expect(await serviceNow()).toMatchObject({
      deploymentConfiguration: blueGreen,
      deployments: [{ rolloutState: "COMPLETED", taskDefinition: expect.stringMatching(/web:1$/) }],
    });
  });

  it("hears of no alarm that is not its own, or not looked at", async () => {
    await start();
    await create({ ...blueGreen, alarms: { alarmNames: ["others"], enable: true, rollback: true } });
    await update({ environment: [{ name: "AIPLAT_SANDBOX_ALARM", value: "errors" }] });
    box.step(300);
    await update(
      { cpu: 1, environment: [{ name: "AIPLAT_SANDBOX_ALARM", value: "errors" }] },
      { deploymentConfiguration: { alarms: { alarmNames: ["errors"], enable: false, rollback: true } } },
    );
    box.step(300);
    expect((await listed()).map(({ status }) => status)).toEqual(["SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"]);
  });

  it("is stopped by the circuit breaker with and without a rollback", async () => {
    await start();
    await create({ ...blueGreen, deploymentCircuitBreaker: { enable: true, rollback: false } });
    await update(broken);
    box.step(120);
    expect(await newest()).toMatchObject({
      status: "STOPPED",
      stoppedAt: expect.any(Number),
      deploymentCircuitBreaker: { status: "TRIGGERED", threshold: 3 },
    });
    expect((await serviceNow()).deployments).toMatchObject([
      { rolloutState: "FAILED", runningCount: 0 },
      { runningCount: 2 },
    ]);
    // The next one has two revisions to start from.
    await update(
      { cpu: 1 },
      { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } },
    );
    box.step(1);
    const [, failed, first] = await listed();
    expect((await newest()).sourceServiceRevisions).toMatchObject([
      { arn: first.targetServiceRevisionArn, runningTaskCount: 2 },
      { arn: failed.targetServiceRevisionArn, runningTaskCount: 0 },
    ]);
    box.step(400);
    expect(await serviceNow()).toMatchObject({ runningCount: 2, taskDefinition: expect.stringMatching(/web:3$/) });
    await update(broken);
    box.step(120);
    expect((await listed()).map(({ status }) => status)).toEqual([
      "ROLLBACK_SUCCESSFUL",
      "SUCCESSFUL",
      "STOPPED",
      "SUCCESSFUL",
    ]);
  });

  it("that is overtaken stops, and the next one first makes one revision of two", async () => {
    await start();
    await create(blueGreen);
    await update({ cpu: 1, environment: [{ name: "AIPLAT_SANDBOX_STOP_SECONDS", value: "5" }] });
    box.step(30);
    await update({ cpu: 2 });
    box.step(1);
    expect(await newest()).toMatchObject({ status: "IN_PROGRESS", lifecycleStage: "RECONCILE_SERVICE" });
    expect((await listed())[1]).toMatchObject({ status: "STOPPED", statusReason: expect.stringContaining("newer") });
    box.step(300);
    expect(await serviceNow()).toMatchObject({
      runningCount: 2,
      taskDefinition: expect.stringMatching(/web:3$/),
      deployments: [{ rolloutState: "COMPLETED" }],
    });
    // Of one that has all the traffic already its own tasks stay.
    await update({ cpu: 3 });
    box.step(90);
    const { lifecycleStage, targetServiceRevision } = await newest();
    expect(lifecycleStage).toBe("BAKE_TIME");
    await update({ cpu: 4 });
    box.step(10);
    expect((await newest()).sourceServiceRevisions).toMatchObject([
      { arn: targetServiceRevision.arn, runningTaskCount: 2 },
      { runningTaskCount: 0 },
    ]);
  });
});

describe("a linear and a canary deployment", () => {
  it("shift the traffic step by step, each with its bake time", async () => {
    await start();
    await create({
      strategy: "LINEAR",
      bakeTimeInMinutes: 1,
      linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 3 },
    });
    await update({ cpu: 1 });
    const shifts = (await watch(900)).filter(
      ({ stage }) => stage === "PRODUCTION_TRAFFIC_SHIFT" || stage === "POST_PRODUCTION_TRAFFIC_SHIFT",
    );
    expect(shifts.map(({ percent }) => percent)).toEqual([40, 80, 100, 100]);
    expect(shifts.slice(1).map(({ at }, index) => at - shifts[index]!.at)).toEqual([180, 180, 1]);
    expect(shifts.every(({ running }) => running === 4)).toBe(true);
  });

  it("a canary has one first step", async () => {
    await start();
    await create({
      strategy: "CANARY",
      bakeTimeInMinutes: 0,
      canaryConfiguration: { canaryPercent: 2.5, canaryBakeTimeInMinutes: 4 },
    });
    await update({ cpu: 1 });
    const seen = await watch(900);
    expect(seen.filter(({ stage }) => stage === "PRODUCTION_TRAFFIC_SHIFT").map(({ percent }) => percent)).toEqual([
      2.5, 100,
    ]);
    expect(seen.at(-1)!.stage).toBe("SUCCESSFUL");
  });

  it("end at all of the traffic, in equal steps", () => {
    const steps = (stepPercent: number) =>
      trafficSteps({
        strategy: "LINEAR",
        linear: { stepPercent, stepBakeTimeInMinutes: 6 },
        canary: { canaryPercent: 5, canaryBakeTimeInMinutes: 10 },
      });
    expect(steps(33.3).map(({ percent }) => percent)).toEqual([33.3, 66.6, 99.9, 100]);
    expect(steps(100)).toEqual([{ percent: 100, waitMinutes: 0 }]);
    expect(steps(25)).toEqual(
      [25, 50, 75].map((percent) => ({ percent, waitMinutes: 6 })).concat({ percent: 100, waitMinutes: 0 }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 1_000 }), (tenths) => {
        const all = steps(tenths / 10);
        expect(all.at(-1)).toEqual({ percent: 100, waitMinutes: 0 });
        expect(all).toHaveLength(Math.ceil(1_000 / tenths));
        for (const [index, { percent }] of all.slice(0, -1).entries())
          expect(Math.round(percent * 10)).toBe(tenths * (index + 1));
      }),
    );
  });

  it.each([
    [{ strategy: "PURPLE" }, "Invalid deployment strategy: PURPLE"],
    [{ strategy: "BLUE_GREEN" }, "bakeTimeInMinutes must be provided"],
    [{ strategy: "BLUE_GREEN", bakeTimeInMinutes: 1_441 }, "between 0 and 1440"],
    [{ strategy: "CANARY", linearConfiguration: { stepPercent: 10 } }, "linearConfiguration is only valid"],
    [{ strategy: "LINEAR", canaryConfiguration: { canaryPercent: 10 } }, "canaryConfiguration is only valid"],
    [
      { strategy: "LINEAR", linearConfiguration: { stepPercent: 2.9 } },
      "stepPercent must be a multiple of 0.1 between 3 and 100",
    ],
    [{ strategy: "CANARY", canaryConfiguration: { canaryPercent: 0.15 } }, "canaryPercent must be a multiple of 0.1"],
    [
      {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: 0,
        lifecycleHooks: [{ hookTargetArn: "arn:x", roleArn: "arn:y", lifecycleStages: ["POST_SCALE_UP"] }],
      },
      "UnsupportedFeatureException: The sandbox plays lifecycle hooks of the target type PAUSE alone",
    ],
    [
      { strategy: "ROLLING", lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP"] }] },
      "UnsupportedFeatureException: The sandbox plays lifecycle hooks of BLUE_GREEN, LINEAR and CANARY deployments",
    ],
    [
      { strategy: "LINEAR", lifecycleHooks: [{ targetType: "PAUSE" }] },
      "InvalidParameterException: lifecycleStages must be provided",
    ],
    [
      {
        strategy: "LINEAR",
        lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages: ["POST_SCALE_UP", "TEST_TRAFFIC_SHIFT"] }],
      },
      "InvalidParameterException: PAUSE hooks cannot be configured at the stage TEST_TRAFFIC_SHIFT",
    ],
  ])("is refused with %j", async (deploymentConfiguration, says) => {
    await start();
    await box.register("web");
    await expect(
      box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1, deploymentConfiguration }),
    ).rejects.toThrow(says);
  });
});

describe("service deployments", () => {
  it("are there for rolling updates too, the newest first, with their reasons", async () => {
    await start();
    await create({ deploymentCircuitBreaker: { enable: true, rollback: true } });
    await update(broken, { serviceRegistries: [{ registryArn: "arn:x" }], enableExecuteCommand: true });
    box.step(120);
    // The registries are part of a revision and go back with it, execute command is not.
    expect(await serviceNow()).toMatchObject({ serviceRegistries: [], enableExecuteCommand: true });
    const [failed, first] = await listed();
    expect(failed).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: expect.stringContaining("circuit breaker"),
      startedAt: expect.any(Number),
      finishedAt: expect.any(Number),
    });
    expect(first).toMatchObject({
      status: "SUCCESSFUL",
      targetServiceRevisionArn: expect.stringMatching(/:service-revision\/default\/web\/\d{19}$/),
    });
    expect(await describedOf(failed.serviceDeploymentArn)).toMatchObject({
      rollback: { serviceRevisionArn: first.targetServiceRevisionArn },
      deploymentCircuitBreaker: { failureCount: 4, status: "TRIGGERED" },
    });
    expect(await describedOf(failed.serviceDeploymentArn)).not.toHaveProperty("lifecycleStage");
  });

  it.each([
    ["forgets them with a task that is healthy", {}, 0],
    ["forgets them where it says so", { resetOnHealthyTask: true }, 0],
    ["keeps them where it says so", { resetOnHealthyTask: false }, 1],
  ])("counts failures for the circuit breaker, which %s", async (_, more, kept) => {
    await start();
    await create({ deploymentCircuitBreaker: { enable: true, rollback: true, ...more } }, { desiredCount: 1 });
    const options = { "awslogs-group": "/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" };
    await update({ logConfiguration: { logDriver: "awslogs", options } });
    for (let second = 0; second < 60; second++) {
      box.step(1);
      if ((await newest()).deploymentCircuitBreaker.failureCount > 0) break;
    }
    await box.call("Logs_20140328.CreateLogGroup", { logGroupName: "/web" });
    expect((await newest()).deploymentCircuitBreaker).toMatchObject({ failureCount: 1, threshold: 3 });
    box.step(120);
    expect((await newest()).deploymentCircuitBreaker.failureCount).toBe(kept);
    const [{ failedTasks }] = (await serviceNow()).deployments;
    expect(failedTasks).toBe(kept);
  });

  it("are not made by what UpdateService says starts none, and placement is then for tasks to come", async () => {
    await start({
      fleet: [
        { instanceType: "inf2.24xlarge", count: 2 },
        { instanceType: "inf2.xlarge", count: 2 },
      ],
    });
    await create({}, { desiredCount: 1 });
    const { containerInstanceArns: small } = await box.ecs("ListContainerInstances", {
      filter: "attribute:ecs.instance-type == inf2.xlarge",
    });
    await box.ecs("UpdateService", {
      service: "web",
      enableExecuteCommand: true,
      placementStrategy: [{ type: "binpack", field: "memory" }],
      placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf2.xlarge" }],
      deploymentConfiguration: { minimumHealthyPercent: 0 },
      propagateTags: "SERVICE",
      healthCheckGracePeriodSeconds: 3,
    });
    box.step(60);
    expect(await listed()).toHaveLength(1);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "web" });
    await box.ecs("StopTask", { task: taskArns[0] });
    box.step(10);
    const { tasks } = await box.ecs("DescribeTasks", {
      tasks: (await box.ecs("ListTasks", { serviceName: "web" })).taskArns,
    });
    expect(small).toContain(tasks[0].containerInstanceArn);
    expect(tasks[0].enableExecuteCommand).toBe(true);
    await box.ecs("UpdateService", { service: "web", loadBalancers: [] });
    await box.ecs("UpdateService", { service: "web", serviceRegistries: [{ registryArn: "arn:x" }] });
    expect(await listed()).toHaveLength(2);
  });

  it("are listed by status and time, 20 a page", async () => {
    await start();
    await create({});
    for (let turn = 0; turn < 22; turn++) {
      await box.ecs("UpdateService", { service: "web", forceNewDeployment: true });
      box.step(2);
    }
    const first = await box.ecs("ListServiceDeployments", { service: "web" });
    expect(first.serviceDeployments).toHaveLength(20);
    const second = await box.ecs("ListServiceDeployments", { service: "web", nextToken: first.nextToken });
    expect(second).not.toHaveProperty("nextToken");
    const all: Json[] = [...first.serviceDeployments, ...second.serviceDeployments];
    expect(new Set(all.map(({ serviceDeploymentArn }) => serviceDeploymentArn)).size).toBe(23);
    expect(all.map(({ createdAt }) => createdAt)).toEqual(
      all.map(({ createdAt }) => createdAt).toSorted((one, other) => other - one),
    );
    expect((await listed({ status: ["SUCCESSFUL"] })).map(({ serviceDeploymentArn }) => serviceDeploymentArn)).toEqual([
      all[22].serviceDeploymentArn,
    ]);
    expect(await listed({ status: ["STOPPED"], maxResults: 100 })).toHaveLength(21);
    const [after, before] = [all[10].createdAt, all[4].createdAt];
    expect(await listed({ createdAt: { after, before } })).toEqual(all.slice(5, 10));
    await expect(box.ecs("ListServiceDeployments", { service: "web", maxResults: 101 })).rejects.toThrow(
      "between 1 and 100",
    );
    await expect(box.ecs("ListServiceDeployments", { service: "web", status: ["DONE"] })).rejects.toThrow(
      "InvalidParameterException",
    );
    await expect(box.ecs("ListServiceDeployments", { service: "none" })).rejects.toThrow("ServiceNotFoundException");
  });

  it("that are not there are MISSING, and go with their service", async () => {
    await start();
    await create({});
    const [{ serviceDeploymentArn, targetServiceRevisionArn }] = (await listed()) as [Json];
    const gone = `${serviceDeploymentArn}x`;
    expect(await box.ecs("DescribeServiceDeployments", { serviceDeploymentArns: [gone] })).toEqual({
      serviceDeployments: [],
      failures: [{ arn: gone, reason: "MISSING" }],
    });
    await box.ecs("DeleteService", { service: "web", force: true });
    box.step(10);
    await expect(listed()).rejects.toThrow("ServiceNotFoundException");
    expect(
      (await box.ecs("DescribeServiceRevisions", { serviceRevisionArns: [targetServiceRevisionArn] })).failures,
    ).toEqual([{ arn: targetServiceRevisionArn, reason: "MISSING" }]);
    await expect(
      box.ecs("DescribeServiceRevisions", { serviceRevisionArns: Array.from({ length: 21 }, () => gone) }),
    ).rejects.toThrow("more than 20");
  });

  it("are stopped by going back, over ROLLBACK_REQUESTED", async () => {
    await start();
    await create({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 30 });
    await update({ cpu: 1 });
    box.step(90);
    const { serviceDeploymentArn } = await newest();
    expect(await box.ecs("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" })).toEqual({
      serviceDeploymentArn,
    });
    expect((await newest()).status).toBe("ROLLBACK_REQUESTED");
    box.step(1);
    expect((await newest()).status).toBe("ROLLBACK_IN_PROGRESS");
    await box.ecs("StopServiceDeployment", { serviceDeploymentArn });
    box.step(30);
    expect(await newest()).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: expect.stringContaining("a user stopped it"),
      targetServiceRevision: { runningTaskCount: 0 },
    });
    expect(await serviceNow()).toMatchObject({ runningCount: 2, taskDefinition: expect.stringMatching(/web:1$/) });
    await expect(box.ecs("StopServiceDeployment", { serviceDeploymentArn })).rejects.toThrow("ConflictException");
    await expect(box.ecs("StopServiceDeployment", { serviceDeploymentArn: "arn:none" })).rejects.toThrow(
      "ServiceDeploymentNotFoundException",
    );
    await expect(box.ecs("StopServiceDeployment", { serviceDeploymentArn, stopType: "ABORT" })).rejects.toThrow(
      "InvalidParameterException",
    );
  });

  it("of a service that never had a successful one have nothing to go back to", async () => {
    await start();
    await box.register("web", broken);
    await box.ecs("CreateService", {
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 1,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    });
    box.step(120);
    expect(await newest()).toMatchObject({
      status: "ROLLBACK_FAILED",
      statusReason: expect.stringContaining("no earlier service revision"),
    });
    const started = (await events()).filter((text) => text.includes("has started")).length;
    box.step(3600);
    expect((await events()).filter((text) => text.includes("has started"))).toHaveLength(started);
  });

  it("whose rollback fails as well end in ROLLBACK_FAILED", async () => {
    await start({ fleet: [{ instanceType: "inf2.xlarge", count: 1 }] });
    const device = { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } };
    await create(
      { minimumHealthyPercent: 0, maximumPercent: 100, deploymentCircuitBreaker: { enable: true, rollback: true } },
      { desiredCount: 1, container: device },
    );
    await update(broken);
    // Somebody takes the device that the old tasks need.
    await box.register("other", device);
    await box.ecs("RunTask", { taskDefinition: "other" });
    box.step(300);
    expect(await newest()).toMatchObject({ status: "ROLLBACK_FAILED", rollback: expect.anything() });
    expect((await serviceNow()).deployments[0]).toMatchObject({
      taskDefinition: expect.stringMatching(/web:1$/),
      rolloutState: "FAILED",
    });
  });
});
