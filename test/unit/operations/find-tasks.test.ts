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

  describe("by the first characters of an id", () => {
    const [one, other] = ["0a1b2c3d".padEnd(32, "1"), "0a1b2c3d".padEnd(32, "2")];
    const stopped = "ffeeddcc".padEnd(32, "0");
    const ecs = scriptedEcs(() => [makeTask(one), makeTask(other), stoppedTask(stopped, 0)]);

    it("takes 8 of a task that has stopped as well, and more where 8 are not enough", async () => {
      const { tasks, missing } = await findTasks(ecs, "prod", { tasks: ["ffeeddcc", "0a1b2c3d2"] });
      expect(ids(tasks)).toEqual([other, stopped]);
      expect(missing).toEqual([]);
    });

    it("refuses what several ids begin with, and says which", async () => {
      const error = await findTasks(ecs, "prod", { tasks: ["0a1b2c3d"] }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "Usage", message: "the ids of 2 tasks begin with 0a1b2c3d" });
      expect((error as { hint: string }).hint).toContain(one);
    });

    it("names what no id begins with", async () => {
      expect((await findTasks(ecs, "prod", { tasks: ["12345678"] })).missing).toEqual(["12345678"]);
    });

    it("takes no fewer than 8 for the beginning of one", async () => {
      expect((await findTasks(ecs, "prod", { tasks: ["ffeeddc"] })).missing).toEqual(["ffeeddc"]);
    });
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
