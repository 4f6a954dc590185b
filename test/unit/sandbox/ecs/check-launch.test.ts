import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../../../support/sandbox.ts";

let box: TestSandbox;
const role = "arn:aws:iam::123456789012:role/task";
const network = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
const volume = (name: string) => [{ name, managedEBSVolume: { sizeInGiB: 10, roleArn: role } }];

beforeAll(async () => {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 2 }] });
  await box.register("plain");
  await box.register("open", {}, { taskRoleArn: role });
  await box.register(
    "ebs",
    { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] },
    { volumes: [{ name: "data", configuredAtLaunch: true }] },
  );
});
afterAll(() => box.sandbox.close());

const service = (taskDefinition: string, fields: object = {}) =>
  box.ecs("CreateService", { serviceName: "s", taskDefinition, desiredCount: 0, ...fields });
const daemon = (fields: object) =>
  box.ecs("CreateService", { serviceName: "d", taskDefinition: "plain", schedulingStrategy: "DAEMON", ...fields });

describe("RunTask", () => {
  it("wants a role of the task for ECS Exec, the definition's or the request's", async () => {
    const run = (taskDefinition: string, overrides = {}) =>
      box.ecs("RunTask", { taskDefinition, enableExecuteCommand: true, overrides });
    await expect(run("plain")).rejects.toThrow(
      "InvalidParameterException: The execute command failed because a valid task role is not being used. " +
        "Specify a valid task role in your task definition or as a task override and try again.",
    );
    await expect(run("open", { taskRoleArn: "" })).rejects.toThrow("a valid task role is not being used");
    expect((await run("open")).tasks).toHaveLength(1);
    expect((await run("plain", { taskRoleArn: role })).tasks).toHaveLength(1);
  });

  it("wants the volume that the definition leaves to it, and no other", async () => {
    await expect(box.ecs("RunTask", { taskDefinition: "ebs" })).rejects.toThrow(
      "Task definition has configuredAtLaunch volume but no volume configuration provided at runtime",
    );
    expect(
      (await box.ecs("RunTask", { taskDefinition: "ebs", volumeConfigurations: volume("data") })).tasks,
    ).toHaveLength(1);
  });
});

describe("CreateService", () => {
  it.each([
    [
      "ECS Exec without a role of the task",
      () => service("plain", { enableExecuteCommand: true }),
      "The service couldn't be created because a valid taskRoleArn is not being used. " +
        "Specify a valid task role in your task definition and try again.",
    ],
    [
      "a network where tasks have that of their machine",
      () => service("plain", { networkConfiguration: network }),
      "Network Configuration is not valid for the given networkMode of this task definition.",
    ],
    [
      "no configuration of a volume",
      () => service("ebs"),
      "Task definition has configuredAtLaunch volume but no volume configuration provided at runtime",
    ],
    [
      "a volume that no definition leaves to it",
      () => service("plain", { volumeConfigurations: volume("data") }),
      "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
    ],
    [
      "a volume of another name",
      () => service("ebs", { volumeConfigurations: volume("other") }),
      "The volume name 'other' in your request does not have a matching volume in your Task Definition",
    ],
    [
      "an expression of distinctInstance",
      () => service("plain", { placementConstraints: [{ type: "distinctInstance", expression: "a" }] }),
      "distinctInstance expression should not be specified.",
    ],
    [
      "distinctInstance of a DAEMON",
      () => daemon({ placementConstraints: [{ type: "distinctInstance" }] }),
      "The daemon scheduling strategy does not support distinctInstance placement constraints.",
    ],
    [
      "a count of a DAEMON",
      () => daemon({ desiredCount: 0 }),
      "The daemon scheduling strategy does not support a desired count for services.",
    ],
    [
      "a strategy of a DAEMON",
      () => daemon({ placementStrategy: [{ type: "random" }] }),
      "The daemon scheduling strategy does not support placement strategies.",
    ],
    [
      "more than 100 percent of a DAEMON",
      () => daemon({ deploymentConfiguration: { maximumPercent: 200 } }),
      "The daemon scheduling strategy does not support values above 100 for maximumPercent",
    ],
  ])("refuses %s", async (_, create, says) => {
    await expect(create()).rejects.toThrow(`InvalidParameterException: ${says}`);
  });

  it("takes 0 and 100 percent, and leaves rebalancing off then", async () => {
    const deploymentConfiguration = { minimumHealthyPercent: 0, maximumPercent: 100 };
    const made = await service("plain", { serviceName: "picture", deploymentConfiguration });
    expect(made.service.availabilityZoneRebalancing).toBe("DISABLED");
  });

  it("shows the volumes of a deployment, and UpdateService the sentence of its own", async () => {
    const made = await service("ebs", { serviceName: "data", volumeConfigurations: volume("data") });
    expect(made.service.deployments[0].volumeConfigurations).toMatchObject([{ name: "data" }]);
    await expect(box.ecs("UpdateService", { service: "data", enableExecuteCommand: true })).rejects.toThrow(
      "The service couldn't be updated because a valid taskRoleArn is not being used.",
    );
  });
});
