// What definitions ask of agents: ECS derives it, RunTask refuses by it, and explain says it.
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { anInstance, aSnapshot } from "../support/cluster.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
afterEach(() => box.sandbox.close());

const older = "com.amazonaws.ecs.capability.";
const anAgentOf2019 = { [`${older}docker-remote-api.1.19`]: "", [`${older}logging-driver.json-file`]: "" };

/** A cluster of one machine whose agent says this. */
async function start(attributes: Readonly<Record<string, string>>): Promise<void> {
  const machine = anInstance("1", "inf2.xlarge", { attributes, agentVersion: "1.30.0" });
  box = await startTestSandbox({ snapshot: aSnapshot([machine], [], [], { cluster: "default" }) });
}

const log = { logDriver: "awslogs", options: { "awslogs-group": "/app", "awslogs-region": "us-east-1" } };

async function register(changes: object = {}): Promise<Json> {
  const { taskDefinition } = await box.ecs("RegisterTaskDefinition", {
    family: "app",
    containerDefinitions: [{ name: "app", image: "app:1", memory: 64, ...changes }],
  });
  return taskDefinition;
}

const flags = ["--name", "app", "--image", "app:1", "--instance-type", "inf2.xlarge", "--memory", "1GiB"];

describe("attributes that a definition requires", () => {
  it("are in the answer of RegisterTaskDefinition", async () => {
    await start({});
    expect((await register({ logConfiguration: log })).requiresAttributes).toEqual([
      { name: `${older}logging-driver.awslogs` },
      { name: `${older}docker-remote-api.1.19` },
    ]);
    expect((await register()).requiresAttributes).toEqual([]);
  });

  it("keep a task off an agent that has not all of them", async () => {
    await start(anAgentOf2019);
    await register({ logConfiguration: log });
    const { tasks, failures } = await box.ecs("RunTask", { taskDefinition: "app" });
    expect(tasks).toEqual([]);
    expect(failures).toMatchObject([{ reason: "ATTRIBUTE" }]);
  });

  it("are those of a current agent where a seed says nothing of one", async () => {
    await start({});
    await register({ logConfiguration: log });
    expect((await box.ecs("RunTask", { taskDefinition: "app" })).tasks).toHaveLength(1);
  });

  it("are not gelf's, which somebody has to add", async () => {
    await start({});
    await register({ logConfiguration: { logDriver: "gelf", options: { "gelf-address": "udp://h:1" } } });
    expect((await box.ecs("RunTask", { taskDefinition: "app" })).failures).toMatchObject([{ reason: "ATTRIBUTE" }]);
  });

  it("are said by explain before anything is registered, and by run-task with exit 4", async () => {
    await start(anAgentOf2019);
    const explained = await runCli(["cluster", "explain", ...flags, "--log-group", "/app", "-o", "json"], { box });
    expect(JSON.parse(explained.stdout)).toMatchObject({
      placeable: false,
      instances: [
        {
          fits: false,
          reasons: [
            {
              code: "ATTRIBUTE",
              message: `the task requires the attribute ${older}logging-driver.awslogs for the log driver awslogs, which the instance does not have, and its agent is 1.30.0`,
            },
            { code: "ATTRIBUTE", message: expect.stringContaining("for awslogs-create-group") },
          ],
        },
      ],
    });
    expect((await runCli(["run-task", ...flags, "--log-group", "/app"], { box })).code).toBe(4);
    expect((await runCli(["run-task", ...flags], { box })).code).toBe(0);
  });
});
