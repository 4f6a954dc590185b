import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { AiplatError, Interrupted } from "../../../src/errors.ts";
import { waitForTasks } from "../../../src/operations/wait-for-tasks.ts";
import { fakeRuntime, makeTask, scriptedEcs, stoppedTask, taskArn } from "../../support/task-port.ts";

const hint = "aiplat task wait --run r1 --cluster prod";
const arns = (...ids: readonly string[]) => ids.map((id) => taskArn(id));

describe("waitForTasks", () => {
  it("ends when every task has stopped and tells each change once", async () => {
    const ecs = scriptedEcs((look) => [
      look < 2 ? makeTask("a", { lastStatus: "PENDING" }) : look < 4 ? makeTask("a") : stoppedTask("a", 0),
      look < 1 ? makeTask("b") : stoppedTask("b", 3),
    ]);
    const changes: string[] = [];
    const outcome = await waitForTasks(ecs, "prod", arns("a", "b"), fakeRuntime(), {
      hint,
      onChange: ({ task, from }) => changes.push(`${task.taskArn.slice(-1)} ${from ?? "-"} ${task.lastStatus}`),
    });
    expect(
      outcome.tasks.map((task) => [task.taskArn.slice(-1), task.lastStatus, task.containers[0]!.exitCode]),
    ).toEqual([
      ["a", "STOPPED", 0],
      ["b", "STOPPED", 3],
    ]);
    expect(changes).toEqual([
      "a - PENDING",
      "b - RUNNING",
      "b RUNNING STOPPED",
      "a PENDING RUNNING",
      "a RUNNING STOPPED",
    ]);
    // What has stopped is not asked for again.
    expect(ecs.asked.slice(2)).toEqual([arns("a"), arns("a"), arns("a")]);
  });

  it("does not take a task that stopped before the first look for a failure", async () => {
    const runtime = fakeRuntime();
    const { tasks, gone } = await waitForTasks(
      scriptedEcs(() => [stoppedTask("a", 0)]),
      "prod",
      arns("a"),
      runtime,
      { hint },
    );
    expect([tasks.length, gone, runtime.sleeps]).toEqual([1, [], []]);
  });

  it("waits for hours, looking every 2 s at first and at most every 10 s, more often again after a change", async () => {
    const runtime = fakeRuntime();
    const startedAt = runtime.now();
    const ecs = scriptedEcs(() => {
      const hours = (runtime.now() - startedAt) / 3_600_000;
      return [
        hours < 1 ? makeTask("a", { lastStatus: "PROVISIONING" }) : hours < 30 ? makeTask("a") : stoppedTask("a", 0),
      ];
    });
    const { tasks } = await waitForTasks(ecs, "prod", arns("a"), runtime, { hint });
    expect(tasks[0]!.lastStatus).toBe("STOPPED");
    expect(runtime.now() - startedAt).toBeGreaterThanOrEqual(30 * 3_600_000);
    expect(runtime.sleeps[0]).toBe(2_000);
    expect(Math.max(...runtime.sleeps)).toBe(10_000);
    const afterChange = runtime.sleeps.findIndex((sleep, index) => index > 0 && sleep < runtime.sleeps[index - 1]!);
    expect(runtime.sleeps[afterChange]).toBe(2_000);
  });

  it("times out naming what still runs and how to go on, and never later than asked", async () => {
    const runtime = fakeRuntime();
    const startedAt = runtime.now();
    const waiting = waitForTasks(
      scriptedEcs(() => [makeTask("a"), stoppedTask("b", 0), makeTask("c")]),
      "prod",
      arns("a", "b", "c"),
      runtime,
      { hint, timeoutMs: 65_000 },
    );
    const error = await waiting.then(
      () => undefined,
      (thrown: unknown) => thrown as AiplatError,
    );
    expect(error).toMatchObject({
      code: "Timeout",
      exitCode: 5,
      message: "2 of 3 tasks have not stopped after 1m 5s",
      hint,
      details: { tasks: arns("a", "c") },
    });
    expect(runtime.now() - startedAt).toBe(65_000);
  });

  it("says at Ctrl-C what still runs and how to go on", async () => {
    const waiting = waitForTasks(
      scriptedEcs(() => [makeTask("a")]),
      "prod",
      arns("a"),
      fakeRuntime({ interrupt: { atMs: 20_000, error: new Interrupted() } }),
      { hint },
    );
    const error = await waiting.then(
      () => undefined,
      (thrown: unknown) => thrown as AiplatError,
    );
    expect(error).toMatchObject({
      code: "Interrupted",
      exitCode: 130,
      message: "interrupted: 1 of 1 task has not stopped",
      hint,
    });
  });

  it("gives a task just started a minute to become visible", async () => {
    const runtime = fakeRuntime();
    const startedAt = runtime.now();
    const ecs = scriptedEcs(() => (runtime.now() - startedAt < 45_000 ? [] : [stoppedTask("a", 0)]));
    expect(await waitForTasks(ecs, "prod", arns("a"), runtime, { hint })).toMatchObject({
      tasks: [{ lastStatus: "STOPPED" }],
      gone: [],
    });
  });

  it("reports a task that ECS never knew and one that it forgot, with the last that was seen", async () => {
    const ecs = scriptedEcs((look) => (look < 3 ? [makeTask("a")] : []));
    const { tasks, gone } = await waitForTasks(ecs, "prod", arns("a", "never"), fakeRuntime(), { hint });
    expect(gone).toEqual(arns("a", "never"));
    expect(tasks.map((task) => task.lastStatus)).toEqual(["RUNNING"]);
  });

  it("outlives a network that is away for some minutes, but not for ever", async () => {
    const lost = new AiplatError("Network", "the network is unreachable");
    const wait = (awayMs: number) => {
      const runtime = fakeRuntime();
      const startedAt = runtime.now();
      const live = scriptedEcs(() => [runtime.now() - startedAt < 400_000 ? makeTask("a") : stoppedTask("a", 0)]);
      const ecs = scriptedEcs(() => [], {
        describeTasks: async (cluster, tasks) => {
          const at = runtime.now() - startedAt;
          if (at > 30_000 && at < 30_000 + awayMs) throw lost;
          return live.describeTasks(cluster, tasks);
        },
      });
      return waitForTasks(ecs, "prod", arns("a"), runtime, { hint });
    };
    expect((await wait(200_000)).tasks).toHaveLength(1);
    await expect(wait(10_000_000)).rejects.toBe(lost);
  });

  it("throws any other error at once", async () => {
    const denied = new AiplatError("AccessDenied", "no");
    const runtime = fakeRuntime();
    await expect(
      waitForTasks(
        scriptedEcs(() => [], { describeTasks: () => Promise.reject(denied) }),
        "prod",
        arns("a"),
        runtime,
        { hint },
      ),
    ).rejects.toBe(denied);
    expect(runtime.sleeps).toEqual([]);
  });

  it("waits for the work at each look, and hands it all tasks seen so far", async () => {
    const seen: string[] = [];
    const ecs = scriptedEcs((look) => [stoppedTask("a", 0), look < 2 ? makeTask("b") : stoppedTask("b", 0)]);
    await waitForTasks(ecs, "prod", arns("a", "b"), fakeRuntime(), {
      hint,
      onPoll: async (tasks: readonly Task[]) => {
        await Promise.resolve();
        seen.push(tasks.map((task) => task.lastStatus).join());
      },
    });
    expect(seen).toEqual(["STOPPED,RUNNING", "STOPPED,RUNNING", "STOPPED,STOPPED"]);
  });

  it("does not look at tasks that were seen stopped, or are known to be forgotten", async () => {
    const looked: (readonly string[])[] = [];
    const ecs = scriptedEcs(() => [], {
      describeTasks: async (_, tasks) => {
        looked.push(tasks);
        return { tasks: tasks.map(() => stoppedTask("a", 0)), failures: [] };
      },
    });
    const { tasks, gone } = await waitForTasks(ecs, "prod", arns("a", "b", "c"), fakeRuntime(), {
      hint,
      seen: [makeTask("a"), stoppedTask("b", 1), stoppedTask("c", undefined, { taskDefinitionArn: "" })],
    });
    expect(looked).toEqual([arns("a")]);
    expect(tasks).toEqual([stoppedTask("a", 0), stoppedTask("b", 1)]);
    expect(gone).toEqual(arns("c"));
  });
});
