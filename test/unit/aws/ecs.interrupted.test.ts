import { afterEach, describe, expect, it } from "vitest";
import { createEcs } from "../../../src/aws/ecs.ts";
import { steppedClock } from "../../support/clock.ts";
import { startJsonServer, type Answer, type JsonServer } from "../../support/json-server.ts";

let server: JsonServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const serve = async (answer: Parameters<typeof startJsonServer>[0]) => (server = await startJsonServer(answer));

describe("createEcs, interrupted", () => {
  it("stops reading when the signal aborts, but hears a RunTask out", async () => {
    const interruption = new AbortController();
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let arrived = 0;
    const { config } = await serve(async ({ operation }) => {
      if (++arrived === 2) interruption.abort();
      await released;
      return { body: operation === "RunTask" ? { tasks: [{ taskArn: "started" }] } : { taskArns: [] } };
    });
    const ecs = createEcs(config, interruption.signal);
    const running = ecs.runTask({ cluster: "prod", taskDefinition: "app:1", count: 1, clientToken: "token" });
    await expect(ecs.listTasks("prod", {})).rejects.toMatchObject({ code: "Interrupted" });
    release();
    expect((await running).tasks.map((task) => task.taskArn)).toEqual(["started"]);
  });

  it("stops every task after Ctrl-C, more than the bucket lets through at once too", async () => {
    const { config, requests } = await serve(({ input }) => ({ body: { task: { taskArn: input["task"] } } }));
    const interruption = new AbortController();
    // Time stands still but for what is waited for the bucket.
    const ecs = createEcs({ ...config, clock: steppedClock() }, interruption.signal);
    interruption.abort();
    const stopped = await Promise.all(
      Array.from({ length: 140 }, (_, index) => ecs.stopTask("prod", `t${index}`, "done")),
    );
    expect(new Set(stopped.map(({ taskArn }) => taskArn)).size).toBe(140);
    expect(requests).toHaveLength(140);
  });

  it("cuts off a change that is not answered 2.2 seconds after Ctrl-C", async () => {
    const interruption = new AbortController();
    const later: { readonly milliseconds: number; readonly run: () => void }[] = [];
    const after = (milliseconds: number, run: () => void) => void later.push({ milliseconds, run });
    const { config } = await serve(() => {
      interruption.abort();
      for (const { run } of later) run();
      return new Promise<Answer>(() => undefined);
    });
    const ecs = createEcs({ ...config, clock: { ...steppedClock(), after } }, interruption.signal);
    await expect(ecs.stopTask("prod", "t", "done")).rejects.toMatchObject({ code: "Interrupted" });
    expect(later.map(({ milliseconds }) => milliseconds)).toEqual([2_200]);
  });
});
