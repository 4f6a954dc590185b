import { describe, expect, it } from "vitest";
import { countHealth, healthOf } from "../../../src/core/ecs/task-health.ts";
import { changeLine } from "../../../src/core/ecs/task-text.ts";
import { healthText } from "../../../src/output/services.ts";
import { makeTask } from "../../support/task-port.ts";

const startedAt = 1_000_000;
const task = (healthStatus?: string, lastStatus = "RUNNING") =>
  makeTask("a", { lastStatus, startedAt, ...(healthStatus === undefined ? {} : { healthStatus }) });

describe("the health of a task", () => {
  it.each([
    ["HEALTHY", 0, 0, "healthy"],
    ["HEALTHY", 600, 10, "healthy"],
    ["UNHEALTHY", 600, 599, "starting"],
    ["UNHEALTHY", 600, 600, "unhealthy"],
    ["UNHEALTHY", undefined, 1, "unhealthy"],
    ["UNKNOWN", 600, 10, "unknown"],
    [undefined, 600, 10, "unknown"],
  ] as const)("that is %s in a grace period of %s seconds, after %i, is %s", (status, grace, after, expected) => {
    const service = grace === undefined ? {} : { healthCheckGracePeriodSeconds: grace };
    expect(healthOf(task(status), service, startedAt + after * 1000)).toBe(expected);
  });

  it("is starting as long as nobody knows when it started", () => {
    const { startedAt: _, ...unstarted } = task("UNHEALTHY");
    expect(healthOf(unstarted, { healthCheckGracePeriodSeconds: 1 }, startedAt + 10_000)).toBe("starting");
  });

  it("is counted over the tasks that run; one without an answer beside others waits for its first", () => {
    const tasks = [task("HEALTHY"), task("UNHEALTHY"), task("UNKNOWN"), task("UNHEALTHY", "STOPPED")];
    const grace = { healthCheckGracePeriodSeconds: 600 };
    const during = countHealth(tasks, grace, startedAt);
    expect([during, healthText(during)]).toEqual([{ healthy: 1, starting: 2, unhealthy: 0 }, "1 healthy, 2 starting"]);
    const after = countHealth(tasks, grace, startedAt + 600_000);
    expect(healthText(after)).toBe("1 healthy, 1 starting, 1 unhealthy");
  });

  it("says nothing of tasks that have no check", () => {
    expect([countHealth([task("UNKNOWN"), task()], {}, startedAt), countHealth([], {}, startedAt)]).toEqual([
      undefined,
      undefined,
    ]);
    expect(healthText(undefined)).toBe("");
  });

  it("is told on its line, as what its service makes of it", () => {
    expect(changeLine(task("UNHEALTHY"), "starting")).toMatch(/RUNNING {2}starting: .*grace period/);
    expect(changeLine(task("UNHEALTHY"), "unhealthy")).toMatch(/RUNNING {2}unhealthy: /);
    expect(changeLine(task("HEALTHY"), "healthy")).toMatch(/RUNNING$/);
    expect(changeLine(task("UNHEALTHY", "STOPPED"), "unhealthy")).toMatch(/STOPPED$/);
  });
});
