import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { findAiplatTasks, findTasks } from "../../../src/operations/find-tasks.ts";
import { makeTask, scriptedEcs, stoppedTask, taskArn } from "../../support/task-port.ts";

const tagged = (run: string) => ({ tags: [{ key: "aiplat:run", value: run }] });
const ids = (tasks: readonly Task[]) =>
  tasks.map((task) => task.taskArn.slice(task.taskArn.lastIndexOf("/") + 1)).sort();

describe("findTasks", () => {
  it("finds running, stopping and stopped tasks of a run, and none of another", async () => {
    const ecs = scriptedEcs(() => [
      makeTask("running", { startedBy: "r1" }),
      makeTask("stopping", { startedBy: "r1", desiredStatus: "STOPPED", lastStatus: "STOPPING" }),
      stoppedTask("stopped", 0, { startedBy: "r1" }),
      makeTask("other", { startedBy: "r2", ...tagged("r2") }),
      stoppedTask("other-stopped", 0, { startedBy: "r2" }),
    ]);
    expect(ids((await findTasks(ecs, "prod", { run: "r1" })).tasks)).toEqual(["running", "stopped", "stopping"]);
  });

  it("finds the run by its tag where the user gave another --started-by", async () => {
    const ecs = scriptedEcs(() => [
      makeTask("a", { startedBy: "ci", ...tagged("r1") }),
      stoppedTask("b", 0, { startedBy: "ci", ...tagged("r1") }),
      makeTask("c", { startedBy: "ci", ...tagged("r2") }),
    ]);
    expect(ids((await findTasks(ecs, "prod", { run: "r1" })).tasks)).toEqual(["a", "b"]);
  });

  it("takes ids and ARNs in the order given, each once, and names what ECS does not know", async () => {
    const ecs = scriptedEcs(() => [makeTask("a"), makeTask("b")]);
    const { tasks, missing } = await findTasks(ecs, "prod", { tasks: ["b", taskArn("a"), taskArn("b"), "typo"] });
    expect(tasks.map((task) => task.taskArn)).toEqual([taskArn("b"), taskArn("a")]);
    expect(missing).toEqual(["typo"]);
  });
});

describe("findAiplatTasks", () => {
  const ecs = scriptedEcs(() => [
    makeTask("ours", tagged("r1")),
    makeTask("stopping", { desiredStatus: "STOPPED", lastStatus: "STOPPING", ...tagged("r1") }),
    stoppedTask("stopped", 0, tagged("r1")),
    makeTask("foreign"),
    makeTask("foreign-service", { group: "service:web" }),
    makeTask("service", { group: "service:chip", tags: [{ key: "aiplat:workload", value: "chip" }] }),
  ]);
  it("lists what still runs", async () =>
    expect(ids(await findAiplatTasks(ecs, "prod", { stopped: false }))).toEqual(["ours", "service", "stopping"]));
  it("lists stopped ones on demand", async () =>
    expect(ids(await findAiplatTasks(ecs, "prod", { stopped: true }))).toEqual([
      "ours",
      "service",
      "stopped",
      "stopping",
    ]));
});
