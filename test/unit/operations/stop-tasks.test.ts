import { describe, expect, it } from "vitest";
import { AiplatError, Interrupted } from "../../../src/errors.ts";
import { stopTasks } from "../../../src/operations/stop-tasks.ts";
import { makeTask, scriptedEcs, stoppedTask, taskArn } from "../../support/task-port.ts";

const runtime = { now: () => 0, sleep: async () => undefined, signal: new AbortController().signal };

describe("stopTasks", () => {
  it("stops what runs, leaves what has stopped, and goes on after one that cannot be stopped", async () => {
    const stopped: string[] = [];
    const ecs = scriptedEcs(() => [], {
      stopTask: async (_, task, reason) => {
        if (task === taskArn("b")) throw new AiplatError("AccessDenied", "not allowed");
        stopped.push(task);
        return makeTask("", { taskArn: task, desiredStatus: "STOPPED", stoppedReason: reason });
      },
    });
    const outcomes = await stopTasks(
      ecs,
      runtime,
      "prod",
      [makeTask("a"), makeTask("b"), stoppedTask("c", 0), makeTask("d")],
      "enough",
    );
    expect(stopped).toEqual([taskArn("a"), taskArn("d")]);
    expect(
      outcomes.map(({ task, alreadyStopped, error }) => [task.taskArn.slice(-1), alreadyStopped, error?.code]),
    ).toEqual([
      ["a", false, undefined],
      ["b", false, "AccessDenied"],
      ["c", true, undefined],
      ["d", false, undefined],
    ]);
    expect(outcomes[0]!.task.stoppedReason).toBe("enough");
  });

  it("tells at Ctrl-C which tasks it has not stopped", async () => {
    const ecs = scriptedEcs(() => [], { stopTask: () => Promise.reject(new Interrupted()) });
    const [outcome] = await stopTasks(ecs, runtime, "prod", [makeTask("a")], "enough");
    expect(outcome).toMatchObject({ task: { taskArn: taskArn("a") }, error: { code: "Interrupted" } });
  });

  it("looks at a task whose answer was lost, and stops it again where it goes on", async () => {
    const lost = new AiplatError("Network", "the connection was lost", { details: { uncertain: true } });
    let asked = 0;
    const ecs = scriptedEcs(() => [], {
      stopTask: async (_, task) => {
        if (++asked < 3) throw lost;
        return makeTask("", { taskArn: task, desiredStatus: "STOPPED" });
      },
      describeTasks: async (_, [task]) => ({
        tasks: [
          makeTask("", { taskArn: task!, desiredStatus: asked > 1 && task === taskArn("b") ? "STOPPED" : "RUNNING" }),
        ],
        failures: [],
      }),
    });
    const [again] = await stopTasks(ecs, runtime, "prod", [makeTask("a")], "enough");
    expect([again?.error, again?.task.desiredStatus, asked]).toEqual([undefined, "STOPPED", 3]);
    asked = 1;
    const [found] = await stopTasks(ecs, runtime, "prod", [makeTask("b")], "enough");
    expect([found?.error, found?.task.desiredStatus, asked]).toEqual([undefined, "STOPPED", 2]);
  });

  it("leaves a task whose answer was lost where it is to go on by then", async () => {
    let asked = 0;
    const ecs = scriptedEcs(() => [makeTask("a")], {
      stopTask: async () => {
        asked++;
        throw new AiplatError("Network", "the connection was lost", { details: { uncertain: true } });
      },
    });
    const leave = async () => true;
    const [outcome] = await stopTasks(ecs, runtime, "prod", [makeTask("a")], "enough", { leave });
    expect([asked, outcome?.error?.code]).toEqual([1, "Network"]);
  });
});
