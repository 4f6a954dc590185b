import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/core/ecs-api/api.ts";
import { createLogReader } from "../../../src/operations/follow-logs.ts";
import type { LogEvent, LogsPort } from "../../../src/ports.ts";
import { fakeRuntime, makeDefinition, makeTask, scriptedEcs, stoppedTask } from "../../support/task-port.ts";

/** CloudWatch as GetLogEvents behaves: pages of two, and at the end the token that was asked with. */
function fakeLogs(streams: Map<string, LogEvent[]>): LogsPort {
  return {
    getEvents: async (group, stream, { token, since = 0 } = {}) => {
      const events = streams.get(`${group} ${stream}`)?.filter((event) => event.timestamp >= since);
      if (events === undefined) return undefined;
      const from = Number(token ?? 0);
      const page = events.slice(from, from + 2);
      return { events: page, token: String(from + page.length) };
    },
  };
}

const awslogs = {
  logDriver: "awslogs",
  options: { "awslogs-group": "/g", "awslogs-stream-prefix": "p", "awslogs-region": "us-east-1" },
};
const definition = makeDefinition({
  containerDefinitions: [
    { name: "main", image: "main:1", logConfiguration: awslogs },
    { name: "sidecar", image: "sidecar:1" },
  ],
});

function setUp(
  streams: Map<string, LogEvent[]>,
  more: { readonly region?: string; readonly container?: string; readonly since?: number } = {},
) {
  const lines: string[] = [];
  const silent: string[] = [];
  const ecs = scriptedEcs(() => [], { describeTaskDefinition: async () => definition });
  const reader = createLogReader(ecs, fakeLogs(streams), {
    region: "us-east-1",
    ...more,
    onLines: (added) => lines.push(...added.map(({ stream, message }) => `${stream.taskArn.slice(-1)} ${message}`)),
    onSilent: ({ container, why }) => silent.push(`${container}: ${why}`),
  });
  return { lines, silent, reader };
}

const event = (timestamp: number, message = String(timestamp)): LogEvent => ({ timestamp, message });
const tasks: readonly Task[] = [makeTask("a"), makeTask("b")];

describe("createLogReader", () => {
  it("reads every page of every stream once, side by side in the order of time, and then only what is new", async () => {
    const a = [event(1), event(4), event(5)];
    const streams = new Map([
      ["/g p/main/a", a],
      ["/g p/main/b", [event(2), event(3)]],
    ]);
    const { lines, reader } = setUp(streams);
    await reader.read(tasks);
    expect(lines).toEqual(["a 1", "b 2", "b 3", "a 4", "a 5"]);
    await reader.read(tasks);
    a.push(event(9));
    await reader.read(tasks);
    expect(lines.slice(5)).toEqual(["a 9"]);
  });

  it("waits for a stream that is not there yet", async () => {
    const streams = new Map<string, LogEvent[]>();
    const { lines, reader } = setUp(streams);
    await reader.read(tasks);
    expect(reader.streams().map(({ lines: count }) => count)).toEqual([0, 0]);
    streams.set("/g p/main/b", [event(7)]);
    await reader.read(tasks);
    expect(lines).toEqual(["b 7"]);
  });

  it("names a container without CloudWatch log once, not once a task", async () => {
    const { silent, reader } = setUp(new Map());
    await reader.read(tasks);
    await reader.read(tasks);
    expect(silent).toEqual(["sidecar: it has no log configuration"]);
  });

  it("leaves a log in another region alone and says so", async () => {
    const { lines, silent, reader } = setUp(new Map([["/g p/main/a", [event(1)]]]), {
      region: "eu-west-1",
      container: "main",
    });
    await reader.read(tasks);
    expect([lines, silent]).toEqual([[], ["main: its log group /g is in us-east-1"]]);
  });

  it("starts at a time", async () => {
    const { lines, reader } = setUp(new Map([["/g p/main/a", [event(1), event(2), event(3), event(4)]]]), { since: 3 });
    await reader.read(tasks);
    expect(lines).toEqual(["a 3", "a 4"]);
  });

  it("drains: lines that arrive after the task stopped are still read", async () => {
    const a = [event(1)];
    const { lines, reader } = setUp(new Map([["/g p/main/a", a]]));
    await reader.read(tasks);
    const runtime = fakeRuntime();
    const late = {
      ...runtime,
      sleep: async (milliseconds: number) => {
        await runtime.sleep(milliseconds);
        if (runtime.sleeps.length === 2) a.push(event(8, "last words"));
      },
    };
    await reader.drain([stoppedTask("a", 0, { stoppedAt: runtime.now() })], late);
    expect(lines).toEqual(["a 1", "a last words"]);
  });

  it("does not wait for tasks that stopped long ago", async () => {
    const { reader } = setUp(new Map([["/g p/main/a", [event(1)]]]));
    const runtime = fakeRuntime();
    const old = [stoppedTask("a", 0, { stoppedAt: runtime.now() - 3_600_000 })];
    await reader.read(old);
    await reader.drain(old, runtime);
    expect(runtime.sleeps).toEqual([]);
  });
});
