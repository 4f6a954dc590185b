import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { bareEnv, cliPath, runCli } from "../../support/cli.ts";
import { startJsonServer, type JsonServer } from "../../support/json-server.ts";
import { testTimeoutMs } from "../../support/depth.ts";
import { missingTools } from "../../support/tools.ts";

/** What moto's tasks never do: fail, not start, be forgotten, refuse to stop. */
interface WireTask {
  readonly taskArn: string;
  readonly lastStatus?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly containers?: readonly object[];
}

let server: JsonServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const definition = "arn:aws:ecs:us-east-1:123456789012:task-definition/bert:3";
const arn = (id: string) => `arn:aws:ecs:us-east-1:123456789012:task/prod/${id}`;
const exited = (id: string, ...containers: readonly object[]): WireTask => ({
  taskArn: arn(id),
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  containers,
});

async function aiplat(tasks: readonly WireTask[], ...args: readonly string[]) {
  const wire = tasks.map((task) => ({
    taskDefinitionArn: definition,
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    startedBy: "r1",
    ...task,
  }));
  server = await startJsonServer(({ operation, input }) => {
    const asked = (input["tasks"] ?? []) as readonly string[];
    const found = wire.filter((task) => asked.some((one) => task.taskArn.endsWith(one)));
    if (operation === "ListTasks")
      return { body: { taskArns: input["desiredStatus"] === "STOPPED" ? wire.map((task) => task.taskArn) : [] } };
    if (operation === "DescribeTasks")
      return {
        body: {
          tasks: found,
          failures: asked
            .filter((one) => !found.some((task) => task.taskArn.endsWith(one)))
            .map((one) => ({ arn: one, reason: "MISSING" })),
        },
      };
    if (operation === "StopTask" && input["task"] !== arn("stubborn"))
      return { body: { task: wire.find((task) => task.taskArn === input["task"]) } };
    // No permission to look up definitions and instances: what was asked for still comes.
    return {
      status: 400,
      body: { __type: "AccessDeniedException", message: `User: x is not authorized to perform: ecs:${operation}` },
    };
  });
  return runCli(args, {
    env: {
      AWS_ENDPOINT_URL: server.config.endpoints.ecs!,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
    },
  });
}

const wait = ["task", "wait", "--run", "r1", "--cluster", "prod"] as const;

describe("task wait", () => {
  it("exits 1 when a container failed, and prints the result all the same", async () => {
    const { code, stdout, stderr } = await aiplat(
      [exited("a", { name: "main", exitCode: 0 }), exited("b", { name: "main", exitCode: 7 })],
      ...wait,
      "-o",
      "json",
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "RunTaskResult",
      run: "r1",
      requested: 2,
      tasks: [{ exitCode: 0 }, { exitCode: 7, stopCode: "EssentialContainerExited" }],
      failures: [
        { reason: "main exited with 7", detail: arn("b"), hint: expect.stringContaining("task logs") as string },
      ],
    });
  });

  it("says on stderr why tasks failed, once for all that failed alike", async () => {
    const oom = { name: "main", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" };
    const { code, stdout, stderr } = await aiplat([exited("a", oom), exited("b", oom)], ...wait);
    expect(code).toBe(1);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stderr.match(/failed:/g)).toHaveLength(1);
    expect(stderr).toContain(
      "failed: main exited with 137: OutOfMemoryError: Container killed due to memory usage (a, b)\n  Give it more",
    );
  });

  it("takes a container without an exit code for one that never started", async () => {
    const task = {
      taskArn: arn("a"),
      stopCode: "TaskFailedToStart",
      stoppedReason: "Task failed to start",
      containers: [{ name: "main", reason: "CannotPullContainerError: manifest unknown" }],
    };
    const { code, stderr } = await aiplat([task], ...wait);
    expect(code).toBe(1);
    expect(stderr).toContain("main never started: CannotPullContainerError");
  });

  it.each([
    ["EMPTY CAPACITY PROVIDER", []],
    ["TaskFailedToStart: RESOURCE:MEMORY", []],
    ["EMPTY CAPACITY PROVIDER", ["--exit-code-from", "main"]],
  ])("exits 4 when a task never had a place: %s %s", async (stoppedReason, flags) => {
    const unplaced = { taskArn: arn("b"), stopCode: "TaskFailedToStart", stoppedReason, containers: [] };
    const { code, stderr } = await aiplat([exited("a", { name: "main", exitCode: 0 }), unplaced], ...wait, ...flags);
    expect([code, stderr]).toEqual([4, expect.stringContaining(`failed: ${stoppedReason} (b)`)]);
  });

  it.each([
    [
      "passes the container's code through",
      "main",
      [exited("a", { name: "main", exitCode: 42 }, { name: "sidecar", exitCode: 143 })],
      42,
    ],
    [
      "is content when that container is, whatever the others did",
      "main",
      [exited("a", { name: "main", exitCode: 0 }, { name: "sidecar", exitCode: 143 })],
      0,
    ],
    [
      "takes the first code that is not 0 of several tasks",
      "main",
      [exited("a", { name: "main", exitCode: 0 }), exited("b", { name: "main", exitCode: 9 })],
      9,
    ],
    ["is 1 when the container never started", "main", [exited("a", { name: "main" })], 1],
  ] as const)("--exit-code-from %s", async (_, container, tasks, code) => {
    expect((await aiplat(tasks, ...wait, "--exit-code-from", container)).code).toBe(code);
  });

  it("--exit-code-from refuses a container that no task has", async () => {
    const { code, stderr } = await aiplat(
      [exited("a", { name: "main", exitCode: 0 })],
      ...wait,
      "--exit-code-from",
      "mian",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("They have main.");
  });
});

describe.skipIf(missingTools("script", "stty"))("task wait on a terminal", () => {
  /** Runs it on a pseudo-terminal of so many columns; 0 is what a terminal without a size says. */
  const onTerminal = async (columns: number) => {
    let looks = 0;
    server = await startJsonServer(({ operation }) => {
      if (operation !== "DescribeTasks")
        return { status: 400, body: { __type: "AccessDeniedException", message: "no" } };
      const more =
        looks++ < 2
          ? { taskArn: arn("a"), lastStatus: "RUNNING", desiredStatus: "RUNNING", containers: [{ name: "main" }] }
          : { ...exited("a", { name: "main", exitCode: 0 }), lastStatus: "STOPPED" };
      return { body: { tasks: [{ taskDefinitionArn: definition, ...more }] } };
    });
    const env = {
      ...bareEnv(),
      AWS_ENDPOINT_URL: server.config.endpoints.ecs!,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      TERM: "xterm",
      CLI: cliPath(),
      NODE: process.execPath,
    };
    const child = spawn(
      "script",
      [
        "-qec",
        `stty cols ${columns} rows ${columns === 0 ? 0 : 24}; "$NODE" "$CLI" task wait ${arn("a")}`,
        "/dev/null",
      ],
      { env, stdio: ["ignore", "pipe", "inherit"], timeout: testTimeoutMs },
    );
    let screen = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (screen += text));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, screen };
  };

  it("shows one live line with counts, and then the table", async () => {
    const { code, screen } = await onTerminal(100);
    expect(code).toBe(0);
    expect(screen).toMatch(/1 RUNNING {2}\d+s/);
    expect(screen).toMatch(/TASK.*STATUS.*DEFINITION.*EXIT/);
  });

  it("ends on a terminal of no size too", async () => {
    const { code, screen } = await onTerminal(0);
    expect(code).toBe(0);
    expect(screen).toContain("a  STOPPED");
  });
});

describe("task stop", () => {
  it("stops the others when one cannot be stopped, and says so", async () => {
    const running = ["stubborn", "meek"].map((id) => ({ taskArn: arn(id), lastStatus: "RUNNING" }));
    const { code, stderr } = await aiplat(running, "task", "stop", arn("stubborn"), arn("meek"), "--yes");
    expect(
      server!.requests
        .filter(({ operation }) => operation === "StopTask")
        .map(({ input }) => input["task"])
        .sort(),
    ).toEqual([arn("meek"), arn("stubborn")]);
    expect(code).toBe(6);
    expect(stderr).toContain("meek  stopping");
    expect(stderr).toContain("1 of 2 tasks could not be stopped");
  });

  it("stops what there is and then names what ECS does not know", async () => {
    const { code, stderr } = await aiplat(
      [{ taskArn: arn("meek"), lastStatus: "RUNNING" }],
      "task",
      "stop",
      arn("meek"),
      arn("gone"),
    );
    expect(
      server!.requests.filter(({ operation }) => operation === "StopTask").map(({ input }) => input["task"]),
    ).toEqual([arn("meek")]);
    expect(code).toBe(1);
    expect(stderr).toContain(`no task ${arn("gone")} in cluster prod`);
  });
});
