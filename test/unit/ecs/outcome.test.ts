import { describe, expect, it } from "vitest";
import { clusterOfTask, taskIdOf } from "../../../src/core/ecs-api/arn.ts";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { judgeTask } from "../../../src/core/ecs/outcome.ts";
import { logStreamsOf } from "../../../src/core/ecs/log-streams.ts";
import { exitCodeOf, toTaskResult } from "../../../src/core/plan/run-result.ts";
import { formatDuration } from "../../../src/core/base/duration.ts";
import { makeDefinition, makeTask, stoppedTask } from "../../support/task-port.ts";

const withContainers = (...containers: Task["containers"]) => stoppedTask("a", 0, { containers });

describe("judgeTask", () => {
  it("is content when every container exited with 0", () => {
    expect(judgeTask(withContainers({ name: "main", exitCode: 0 }, { name: "sidecar", exitCode: 0 }))).toEqual({
      ok: true,
    });
  });

  it.each<[string, Task, RegExp, RegExp]>([
    ["a program that failed", stoppedTask("a", 3), /^main exited with 3$/, /task logs/],
    [
      "a container that never started",
      stoppedTask("a", undefined, {
        containers: [{ name: "main", reason: "CannotPullContainerError: manifest unknown" }],
      }),
      /^main never started: CannotPull/,
      /tag/,
    ],
    [
      "a container without code or reason",
      stoppedTask("a", undefined, { stoppedReason: "Task failed to start" }),
      /^main never started: Task failed to start$/,
      /docs.aws/,
    ],
    [
      "too little memory",
      withContainers({ name: "main", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }),
      /^main exited with 137: OutOfMemory/,
      /--memory/,
    ],
    ["a kill without a reason", stoppedTask("a", 137), /out of memory, or not stopped in time/, /--memory/],
    [
      "the program among containers that were only stopped",
      withContainers({ name: "sidecar", exitCode: 143 }, { name: "main", exitCode: 2 }),
      /^main exited with 2$/,
      /task logs/,
    ],
    [
      "a sidecar alone",
      withContainers({ name: "main", exitCode: 0 }, { name: "sidecar", exitCode: 143 }),
      /^sidecar exited with 143: asked to stop/,
      /Another container/,
    ],
    [
      "a task that was never placed",
      stoppedTask("a", 0, {
        containers: [],
        stopCode: "TaskFailedToStart",
        stoppedReason: "TaskFailedToStart: EMPTY CAPACITY PROVIDER",
      }),
      /EMPTY CAPACITY PROVIDER/,
      /maximum size/,
    ],
    [
      "a task that someone stopped, however well it took it",
      stoppedTask("a", 0, { stopCode: "UserInitiated", stoppedReason: "CPU is needed elsewhere" }),
      /^CPU is needed elsewhere$/,
      /not meant/,
    ],
    [
      "a Spot interruption",
      stoppedTask("a", 0, { stopCode: "SpotInterruption", stoppedReason: "Your Spot Task was interrupted." }),
      /Spot/,
      /On-Demand/,
    ],
  ])("explains %s", (_, task, reason, hint) => {
    const outcome = judgeTask(task);
    expect(outcome).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    });
  });
});

describe("judgeTask with the definition", () => {
  const waits = (containerName: string, condition: string) => ({ dependsOn: [{ containerName, condition }] });
  const container = (name: string, rest: object = {}) => ({ name, image: `${name}:1`, ...rest });
  const sidecar = makeDefinition({
    containerDefinitions: [container("main", waits("metrics", "START")), container("metrics", { essential: false })],
  });
  const loose = makeDefinition({
    containerDefinitions: [container("main"), container("metrics", { essential: false })],
  });
  const codes = (main: number, metrics: number) =>
    withContainers({ name: "main", exitCode: main }, { name: "metrics", exitCode: metrics });

  it("takes a sidecar's end for no failure, however it ended, but the end of what nothing waits for", () => {
    expect([0, 1, 137].map((code) => judgeTask(codes(0, code), sidecar).ok)).toEqual([true, true, true]);
    expect([0, 1, 137].map((code) => judgeTask(codes(0, code), loose).ok)).toEqual([true, false, true]);
    expect(exitCodeOf(codes(0, 1), sidecar)).toBe(0);
    expect(judgeTask(codes(2, 0), sidecar)).toMatchObject({ ok: false, reason: "main exited with 2" });
  });

  it("names what failed before the others, and not those that waited for it", () => {
    const held = "dependency graph: failed to resolve container ordering dependency [init] for target [main]";
    const task = withContainers({ name: "main", exitCode: 143, reason: held }, { name: "init", exitCode: 3 });
    expect([judgeTask(task), exitCodeOf(task)]).toMatchObject([{ ok: false, reason: "init exited with 3" }, 3]);
    const alone = withContainers({ name: "main", exitCode: 143, reason: held }, { name: "init", exitCode: 0 });
    expect(judgeTask(alone)).toMatchObject({ ok: false, reason: `main exited with 143: ${held}` });
  });
});

describe("exitCodeOf", () => {
  it("is the first that is not 0", () =>
    expect(
      exitCodeOf(withContainers({ name: "a", exitCode: 0 }, { name: "b", exitCode: 4 }, { name: "c", exitCode: 5 })),
    ).toBe(4));
  it("is absent when a container never started", () =>
    expect(exitCodeOf(withContainers({ name: "a", exitCode: 0 }, { name: "b" }))).toBeUndefined());
  it("is absent while the task runs", () =>
    expect(exitCodeOf(makeTask("a", { containers: [{ name: "main", exitCode: 0 }] }))).toBeUndefined());
});

describe("toTaskResult", () => {
  it("lists the Neuron devices of all containers in numeric order, and the run", () => {
    const device = (hostPath: string) => ({ hostPath });
    const definition = makeDefinition({
      containerDefinitions: [
        {
          name: "one",
          image: "one:1",
          linuxParameters: { devices: [device("/dev/neuron10"), device("/dev/infiniband/uverbs0")] },
        },
        { name: "two", image: "two:1", linuxParameters: { devices: [device("/dev/neuron2")] } },
      ],
    });
    const task = makeTask("a", { tags: [{ key: "aiplat:run", value: "r1" }], createdAt: 1_700_000_000_000 });
    expect(toTaskResult(task, { definition, instanceType: "inf2.48xlarge" })).toStrictEqual({
      taskArn: task.taskArn,
      taskDefinitionArn: task.taskDefinitionArn,
      run: "r1",
      instanceType: "inf2.48xlarge",
      devices: ["/dev/neuron2", "/dev/neuron10"],
      lastStatus: "RUNNING",
      createdAt: "2023-11-14T22:13:20.000Z",
    });
  });
});

describe("logStreamsOf", () => {
  const awslogs = (options: Readonly<Record<string, string>>) => ({ logDriver: "awslogs", options });
  const task = makeTask("0123abcd", { containers: [{ name: "bare", runtimeId: "docker-id" }, { name: "waiting" }] });
  const definition = makeDefinition({
    containerDefinitions: [
      {
        name: "main",
        image: "main:1",
        logConfiguration: awslogs({
          "awslogs-group": "/g",
          "awslogs-stream-prefix": "p",
          "awslogs-region": "eu-west-1",
        }),
      },
      { name: "bare", image: "bare:1", logConfiguration: awslogs({ "awslogs-group": "/g" }) },
      { name: "waiting", image: "waiting:1", logConfiguration: awslogs({ "awslogs-group": "/g" }) },
      { name: "fire", image: "fire:1", logConfiguration: { logDriver: "awsfirelens" } },
      { name: "mute", image: "mute:1" },
    ],
  });

  it("names the streams as the log driver does: by prefix, else by Docker id once there is one", () => {
    expect(logStreamsOf(task, definition).streams).toEqual([
      { taskArn: task.taskArn, container: "main", group: "/g", stream: "p/main/0123abcd", region: "eu-west-1" },
      { taskArn: task.taskArn, container: "bare", group: "/g", stream: "docker-id" },
    ]);
  });

  it("names containers whose log is not in CloudWatch, and why", () => {
    expect(logStreamsOf(task, definition).silent).toEqual([
      { container: "fire", why: "its log driver is awsfirelens, not awslogs" },
      { container: "mute", why: "it has no log configuration" },
    ]);
  });
});

describe("task ARNs", () => {
  it("give id and cluster, old ARNs no cluster", () => {
    expect(taskIdOf("arn:aws:ecs:us-east-1:123456789012:task/prod/abc")).toBe("abc");
    expect(clusterOfTask("arn:aws-cn:ecs:cn-north-1:123456789012:task/prod/abc")).toBe("prod");
    expect(clusterOfTask("arn:aws:ecs:us-east-1:123456789012:task/abc")).toBeUndefined();
    expect(clusterOfTask("abc")).toBeUndefined();
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [59_999, "59s"],
    [60_000, "1m"],
    [725_000, "12m 5s"],
    [7_500_000, "2h 5m"],
    [180_000_000, "2d 2h"],
    [-5, "0s"],
  ])("%i ms is %s", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));
});
