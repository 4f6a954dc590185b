import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestSandbox, type Json, type TestSandbox } from "../../support/sandbox.ts";

describe("what a service of the sandbox answers", () => {
  let box: TestSandbox;

  beforeEach(async () => {
    box = await startTestSandbox();
    const taskDefinition = await box.register("web", {
      linuxParameters: { devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0" }] },
    });
    await box.ecs("CreateService", { serviceName: "web", taskDefinition, desiredCount: 2 });
  });
  afterEach(() => box.sandbox.close());

  async function ask(path: string): Promise<{ readonly status: number; readonly body: Json }> {
    const answer = await fetch(`${box.sandbox.url}/_sandbox/services/${path}`);
    return { status: answer.status, body: await answer.json() };
  }

  it("comes from its healthy tasks in turn, with what each holds", async () => {
    box.step(60);
    const [first, second, third] = [await ask("default/web/ping"), await ask("default/web"), await ask("default/web/")];
    expect(first).toMatchObject({
      status: 200,
      body: { service: "web", path: "/ping", instanceType: "inf2.24xlarge", devices: ["/dev/neuron0"] },
    });
    expect(second.body.task).not.toBe(first.body.task);
    expect(third.body.task).toBe(first.body.task);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "web" });
    expect(taskArns.map((arn: string) => arn.split("/").at(-1)).toSorted()).toEqual(
      [first.body.task, second.body.task].toSorted(),
    );
  });

  it("takes a turn of nobody where it is only asked whether there is one", async () => {
    box.step(60);
    const { body: first } = await ask("default/web/ping");
    const head = await fetch(`${box.sandbox.url}/_sandbox/services/default/web`, { method: "HEAD" });
    expect([head.status, head.headers.get("server")]).toEqual([200, "aiplat-sandbox"]);
    expect((await ask("default/web/ping")).body.task).not.toBe(first.task);
  });

  it("is 503 until a task is healthy, and once there is none", async () => {
    expect((await ask("default/web/ping")).status).toBe(503);
    box.step(60);
    await box.ecs("UpdateService", { service: "web", desiredCount: 0 });
    box.step(60);
    expect((await ask("default/web/ping")).status).toBe(503);
  });

  it("is 404 with what there is, for a cluster or a service that is not there", async () => {
    expect(await ask("prod/web")).toEqual({
      status: 404,
      body: { message: "no cluster prod", known: ["default"] },
    });
    expect(await ask("default/wbe")).toEqual({
      status: 404,
      body: { message: "no service wbe in default", known: ["web"] },
    });
    expect((await ask("default/%")).status).toBe(404);
  });
});
