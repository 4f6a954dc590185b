import { describe, expect, it } from "vitest";
import { tasksToGiveBack } from "../../../src/core/plan/conflicts.ts";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const machine = anInstance("m", "inf2.24xlarge");
const listing = aDefinition(
  "listing",
  { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } },
  { networkMode: "awsvpc" },
);
const at = (id: string, createdAt: number | undefined, changes: Partial<Task> = {}) =>
  aTask(id, listing, machine, { ...changes, ...(createdAt === undefined ? {} : { createdAt }) });

/** The tasks given back when those of `ours` are the run's. */
function givenBack(tasks: readonly Task[], ...ours: readonly string[]): readonly string[] {
  const started = new Set(
    tasks.filter(({ taskArn }) => ours.includes(taskArn.split("/").at(-1)!)).map(({ taskArn }) => taskArn),
  );
  return tasksToGiveBack(aSnapshot([machine], tasks, [listing]), started).map((arn) => arn.split("/").at(-1)!);
}

describe("who gives a shared device back", () => {
  it("is the later one, so that two runs never both keep it and never both give it back", () => {
    const tasks = [at("a", 2), at("b", 1)];
    expect([givenBack(tasks, "a"), givenBack(tasks, "b")]).toEqual([["a"], []]);
  });

  it("is told by the ARN where both came at once", () => {
    const tasks = [at("b", 1), at("a", 1)];
    expect([givenBack(tasks, "a"), givenBack(tasks, "b")]).toEqual([[], ["b"]]);
  });

  it("is always ours where no time is known", () => {
    const tasks = [at("a", undefined), at("b", 1)];
    expect([givenBack(tasks, "a"), givenBack(tasks, "b")]).toEqual([["a"], ["b"]]);
    expect(givenBack([at("a", undefined), at("b", undefined)], "a", "b")).toEqual(["b"]);
  });

  it("is ours where a task still stops on it", () => {
    expect(givenBack([at("old", 1, { desiredStatus: "STOPPED" }), at("new", 2)], "new")).toEqual(["new"]);
  });

  it("is nobody where the device has one holder", () => expect(givenBack([at("a", 1)], "a")).toEqual([]));
});
