import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { giveBackReasons } from "../../../src/operations/given-back.ts";
import { isWhole, stayWhole } from "../../../src/operations/shared-run.ts";
import { makeTask, scriptedEcs } from "../../support/task-port.ts";

const run = { cluster: "prod", run: "bert-1", count: 2 };
const ofRun = (id: string, change: Partial<Task> = {}) => makeTask(id, { startedBy: "bert-1", ...change });
const givenBack = { desiredStatus: "STOPPED", stoppedReason: giveBackReasons.allOrNothing } as const;
const byArn = (tasks: readonly Task[]) => new Map(tasks.map((task) => [task.taskArn, task]));

function ecsWith(tasks: readonly Task[]) {
  return scriptedEcs(() => [], {
    listTasks: async () => tasks.map(({ taskArn }) => taskArn),
    describeTasks: async (_, arns) => ({
      tasks: tasks.filter(({ taskArn }) => arns.includes(taskArn)),
      failures: [],
    }),
  });
}

describe("isWhole", () => {
  it.each<[string, readonly Task[], boolean]>([
    ["all are there, whoever started them", [ofRun("a"), ofRun("b")], true],
    ["one is missing", [ofRun("a")], false],
    ["one is another run's", [ofRun("a"), makeTask("b")], false],
    ["one was given back", [ofRun("a"), ofRun("b", givenBack)], false],
    ["one was given back and started again", [ofRun("a"), ofRun("b", givenBack), ofRun("c")], true],
    ["one has no instance yet", [ofRun("a"), ofRun("b", { lastStatus: "PROVISIONING" })], false],
    ["one never started", [ofRun("a"), ofRun("b", { lastStatus: "STOPPED", stopCode: "TaskFailedToStart" })], false],
    ["one has ended", [ofRun("a"), ofRun("b", { lastStatus: "STOPPED", desiredStatus: "STOPPED" })], true],
  ])("%s: %s", async (_, tasks, expected) => {
    const started = byArn([ofRun("a")]);
    expect(await isWhole(ecsWith(tasks), run, started)).toBe(expected);
    const counted = tasks.filter(({ stoppedReason }) => stoppedReason === undefined).map(({ taskArn }) => taskArn);
    expect([...started.keys()]).toEqual(expected ? counted : [ofRun("a").taskArn]);
  });
});

describe("stayWhole", () => {
  function runtime() {
    const pauses: number[] = [];
    const sleep = async (milliseconds: number) => void pauses.push(milliseconds);
    return { pauses, now: () => 0, sleep, signal: new AbortController().signal };
  }

  it("looks once where all are shown, after the time that a StopTask of another command may take", async () => {
    const clock = runtime();
    const started = byArn([ofRun("a", { lastStatus: "PENDING" })]);
    expect(await stayWhole(ecsWith([ofRun("a", { lastStatus: "RUNNING" })]), clock, "prod", started)).toBe(true);
    expect(clock.pauses).toEqual([3_000]);
    expect([...started.values()].map(({ lastStatus }) => lastStatus)).toEqual(["RUNNING"]);
  });

  it("takes out what was given back", async () => {
    const started = byArn([ofRun("a"), ofRun("b")]);
    expect(await stayWhole(ecsWith([ofRun("a"), ofRun("b", givenBack)]), runtime(), "prod", started)).toBe(false);
    expect([...started.keys()]).toEqual([ofRun("a").taskArn]);
  });

  it("looks again for one that is not shown, and believes that ECS has forgotten it only then", async () => {
    const clock = runtime();
    expect(await stayWhole(ecsWith([]), clock, "prod", byArn([ofRun("a")]))).toBe(true);
    expect(clock.pauses).toHaveLength(4);
  });
});
