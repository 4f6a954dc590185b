import { describe, expect, it } from "vitest";
import { AiplatError, Interrupted } from "../../../src/errors.ts";
import { stopTasks } from "../../../src/operations/stop-tasks.ts";
import { makeTask, scriptedEcs, stoppedTask, taskArn } from "../../support/task-port.ts";

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

  it("ends at Ctrl-C", async () => {
    const ecs = scriptedEcs(() => [], { stopTask: () => Promise.reject(new Interrupted()) });
    await expect(stopTasks(ecs, "prod", [makeTask("a")], "enough")).rejects.toBeInstanceOf(Interrupted);
  });
});
