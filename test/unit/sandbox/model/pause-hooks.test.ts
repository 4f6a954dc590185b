import { afterEach, describe, expect, it } from "vitest";
import { startTestSandbox, type Json, type TestSandbox } from "../../../support/sandbox.ts";

let box: TestSandbox;

afterEach(() => box?.sandbox.close());

const hookAt = (stage: string, timeoutConfiguration?: object) => ({
  targetType: "PAUSE",
  lifecycleStages: [stage],
  ...(timeoutConfiguration === undefined ? {} : { timeoutConfiguration }),
});

/** A service that runs its first definition, whose hooks hold what is deployed from now on. */
async function deployWith(lifecycleHooks: readonly object[], more: object = {}): Promise<void> {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 4 }] });
  await box.register("web");
  const deploymentConfiguration = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0, ...more };
  await box.ecs("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 1,
    availabilityZoneRebalancing: "DISABLED",
    deploymentConfiguration,
  });
  box.step(60);
  await box.register("web", { cpu: 1 });
  await box.ecs("UpdateService", {
    service: "web",
    taskDefinition: "web",
    deploymentConfiguration: { ...deploymentConfiguration, lifecycleHooks },
  });
  box.step(60);
}

async function now(): Promise<Json> {
  const { serviceDeployments } = await box.ecs("ListServiceDeployments", { service: "web" });
  const serviceDeploymentArns = [serviceDeployments[0].serviceDeploymentArn];
  return (await box.ecs("DescribeServiceDeployments", { serviceDeploymentArns })).serviceDeployments[0];
}

async function resume(input: object = {}): Promise<void> {
  const { serviceDeploymentArn, lifecycleHookDetails } = await now();
  const waiting = lifecycleHookDetails.find(({ status }: Json) => status === "AWAITING_ACTION");
  await box.ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId: waiting.hookId, ...input });
  box.step(60);
}

describe("a lifecycle hook that pauses", () => {
  it.each(["PRE_SCALE_UP", "POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"])(
    "holds its stage %s until somebody continues",
    async (stage) => {
      await deployWith([hookAt(stage)]);
      box.step(3_600);
      const { lifecycleStage, lifecycleHookDetails, updatedAt, status } = await now();
      expect({ status, lifecycleStage }).toEqual({ status: "IN_PROGRESS", lifecycleStage: stage });
      expect(lifecycleHookDetails).toEqual([
        {
          hookId: expect.stringMatching(/^ecs-pause-\w{43}$/),
          targetType: "PAUSE",
          status: "AWAITING_ACTION",
          expiresAt: updatedAt + 86_400,
          timeoutAction: "ROLLBACK",
        },
      ]);
      await resume();
      expect(await now()).toMatchObject({ status: "SUCCESSFUL" });
      expect(await now()).not.toHaveProperty("lifecycleHookDetails");
    },
  );

  it("takes the deployment back where somebody says so", async () => {
    await deployWith([hookAt("POST_SCALE_UP")]);
    await resume({ action: "ROLLBACK" });
    expect(await now()).toMatchObject({
      status: "ROLLBACK_SUCCESSFUL",
      statusReason: "Service deployment rolled back because a user rolled it back at a lifecycle hook.",
    });
    expect(await now()).not.toHaveProperty("lifecycleHookDetails");
  });

  it.each([
    ["goes on", "CONTINUE", { status: "SUCCESSFUL" }],
    ["is taken back", "ROLLBACK", { status: "ROLLBACK_SUCCESSFUL", statusReason: expect.stringMatching("timed out") }],
  ])("%s after its time with the action %s", async (_, action, end) => {
    await deployWith([hookAt("POST_SCALE_UP", { timeoutInMinutes: 10, action })]);
    box.step(480);
    expect(await now()).toMatchObject({ lifecycleStage: "POST_SCALE_UP", status: "IN_PROGRESS" });
    box.step(120);
    expect(await now()).toMatchObject(end);
  });

  it("is over to the second, whatever waits beside it", async () => {
    await deployWith([
      hookAt("PRE_SCALE_UP", { timeoutInMinutes: 600 }),
      hookAt("PRE_SCALE_UP", { timeoutInMinutes: 100 }),
    ]);
    const { lifecycleHookDetails, updatedAt } = await now();
    // deployWith has stepped a minute on, the stage began within its first seconds.
    box.step(Math.round(lifecycleHookDetails[1].expiresAt - updatedAt) - 61);
    expect(await now()).toMatchObject({ status: "IN_PROGRESS" });
    box.step(2);
    expect((await now()).status).toMatch(/^ROLLBACK_/);
  });

  it.each(["POST_SCALE_UP", "RECONCILE_SERVICE"])("outlasts a day at %s where its time is longer", async (stage) => {
    // Held, so that what starts next finds another under way, which has a RECONCILE_SERVICE.
    await deployWith([hookAt("PRE_SCALE_UP"), hookAt(stage, { timeoutInMinutes: 20_160 })]);
    await box.ecs("UpdateService", { service: "web", forceNewDeployment: true });
    box.step(60);
    const stages = ["RECONCILE_SERVICE", "PRE_SCALE_UP", "POST_SCALE_UP"];
    while ((await now()).lifecycleStage !== stage) {
      expect(stages).toContain((await now()).lifecycleStage);
      await resume();
    }
    box.step(2 * 86_400);
    expect(await now()).toMatchObject({ status: "IN_PROGRESS", lifecycleStage: stage });
  });

  it("waits with the others of its stage, each continued by its own id", async () => {
    await deployWith([hookAt("POST_SCALE_UP"), hookAt("POST_SCALE_UP")]);
    await resume();
    const { lifecycleStage, lifecycleHookDetails } = await now();
    expect(lifecycleStage).toBe("POST_SCALE_UP");
    expect(lifecycleHookDetails.map(({ status }: Json) => status)).toEqual(["SUCCEEDED", "AWAITING_ACTION"]);
    await resume();
    expect(await now()).toMatchObject({ status: "SUCCESSFUL" });
  });

  it("comes before every step of the production traffic", async () => {
    await deployWith([hookAt("PRE_PRODUCTION_TRAFFIC_SHIFT")], {
      strategy: "LINEAR",
      linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 0 },
    });
    const seen: Json[] = [];
    for (let at = await now(); at.status === "IN_PROGRESS"; at = await now()) {
      seen.push([at.lifecycleStage, at.targetServiceRevision.requestedProductionTrafficWeight]);
      await resume();
    }
    expect(seen).toEqual([
      ["POST_TEST_TRAFFIC_SHIFT", 0],
      ["PRODUCTION_TRAFFIC_SHIFT", 50],
    ]);
    expect(await now()).toMatchObject({ status: "SUCCESSFUL" });
  });

  it("is gone with a deployment that is stopped", async () => {
    await deployWith([hookAt("POST_SCALE_UP")]);
    const { serviceDeploymentArn, lifecycleHookDetails } = await now();
    const [{ hookId }] = lifecycleHookDetails;
    await box.ecs("StopServiceDeployment", { serviceDeploymentArn });
    await expect(box.ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId })).rejects.toThrow(
      "InvalidParameterException",
    );
    box.step(60);
    expect(await now()).toMatchObject({ status: "ROLLBACK_SUCCESSFUL" });
  });

  it("is continued once, and by nobody who does not know it", async () => {
    await deployWith([hookAt("PRE_SCALE_UP"), hookAt("PRE_SCALE_UP")]);
    const { serviceDeploymentArn, lifecycleHookDetails } = await now();
    const [{ hookId }] = lifecycleHookDetails;
    await box.ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId });
    for (const input of [
      { serviceDeploymentArn, hookId },
      { serviceDeploymentArn, hookId: "ecs-pause-none" },
    ])
      await expect(box.ecs("ContinueServiceDeployment", input)).rejects.toThrow("InvalidParameterException");
    await expect(
      box.ecs("ContinueServiceDeployment", { serviceDeploymentArn: `${serviceDeploymentArn}x`, hookId }),
    ).rejects.toThrow("ServiceDeploymentNotFoundException");
  });

  it("is shown in the configuration, and goes with an empty list", async () => {
    const hook = hookAt("POST_SCALE_UP", { timeoutInMinutes: 5, action: "CONTINUE" });
    await deployWith([hook]);
    const configuration = async () =>
      (await box.ecs("DescribeServices", { services: ["web"] })).services[0].deploymentConfiguration;
    expect(await configuration()).toMatchObject({ lifecycleHooks: [hook] });
    await box.ecs("UpdateService", { service: "web", deploymentConfiguration: { lifecycleHooks: [] } });
    expect(await configuration()).not.toHaveProperty("lifecycleHooks");
  });
});
