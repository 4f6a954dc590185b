import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OutputStream } from "../../src/context.ts";
import type { Surroundings } from "../../src/connect.ts";
import { run as runTool } from "../../src/run.ts";
import { bufferedSurroundings, spawnCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;
/** What was started in the foreground. */
const started: (readonly string[])[] = [];

/** A folder with a program that writes down its arguments, one a line, and ends with 7. */
function standIn(name: string): string {
  const bin = join(folder, `bin-${name}`);
  mkdirSync(bin);
  writeFileSync(join(bin, name), `#!/bin/sh\nfor each in "$@"; do echo "$each"; done > '${bin}/arguments'\nexit 7\n`);
  chmodSync(join(bin, name), 0o755);
  return bin;
}

const run = (...args: readonly string[]): Promise<CliRun> => runIn({}, ...args);

/** With surroundings of its own: a terminal, a signal, a clock. */
async function runIn(own: Partial<Surroundings>, ...args: readonly string[]): Promise<CliRun> {
  const PATH = [join(folder, "bin-session-manager-plugin"), join(folder, "bin-xdg-open")].join(":");
  const { streams, surroundings } = bufferedSurroundings({ ...box.sandbox.environment, HOME: folder, PATH }, folder);
  const code = await runTool(args, {
    ...surroundings,
    clock: box.clock(),
    runInForeground: async (command) => {
      started.push(command);
      return 7;
    },
    ...own,
  });
  return { code, ...streams };
}
const json = async (...args: readonly string[]): Promise<Json> => JSON.parse((await run(...args, "-o", "json")).stdout);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-daily-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
  standIn("session-manager-plugin");
  standIn("xdg-open");
  const bert = {
    name: "bert",
    kind: "service",
    image: "bert:1",
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 },
    ports: [{ container: 8080 }, { container: 9090 }],
    logs: { group: "/aiplat/bert" },
    roles: { execution: "arn:aws:iam::123456789012:role/execution", task: "arn:aws:iam::123456789012:role/task" },
    environment: { AIPLAT_SANDBOX_LOG: "hello" },
    replicas: 2,
  };
  writeFileSync(join(folder, "aiplat.yaml"), JSON.stringify(bert));
  const deployed = await run("service", "deploy", "--enable-execute-command");
  if (deployed.code !== 0 || deployed.stderr.includes("over it")) throw new Error(deployed.stderr);
  const web = { containerDefinitions: [{ name: "web", image: "web", memory: 64 }], networkMode: "bridge" };
  await box.ecs("RegisterTaskDefinition", { family: "web", ...web });
  await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1, launchType: "EC2" });
  box.step(10);
});
afterAll(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const tasksOf = async (service: string): Promise<readonly Json[]> => {
  const { taskArns } = await box.ecs("ListTasks", { serviceName: service });
  return (await box.ecs("DescribeTasks", { tasks: taskArns })).tasks;
};
const idOf = (task: Json): string => task.taskArn.split("/").at(-1);
const services = ["bert-inf2-24xlarge-n0-2", "bert-inf2-24xlarge-n3-5"];

/** Standard output as a terminal. */
function terminal(): OutputStream & { readonly text: string } {
  let text = "";
  return {
    write: (more) => (text += more),
    isTTY: true,
    columns: 80,
    get text() {
      return text;
    },
  };
}

describe("where it answers", () => {
  it("is the machine's address and the host port of each task, as ECS has it", async () => {
    const listed = (await json("task", "list")).tasks;
    for (const service of services) {
      const [task] = await tasksOf(service);
      const ports = task.containers[0].networkBindings
        .filter(({ protocol }: Json) => protocol === "tcp")
        .map(({ hostPort }: Json) => hostPort);
      const { endpoints } = listed.find(({ taskArn }: Json) => taskArn === task.taskArn);
      expect(endpoints.map(({ containerPort, port }: Json) => [containerPort, port])).toEqual([
        [8080, ports[0]],
        [9090, ports[1]],
      ]);
      expect(endpoints[0].address).toMatch(/^10\.1\.\d+\.\d+$/);
      const status = (await json("service", "status")).services.find((each: Json) => each.service === service);
      expect(status.endpoints.map(({ address, port }: Json) => [address, port])).toEqual(
        endpoints.map(({ address, port }: Json) => [address, port]),
      );
      expect(status.endpoints[0]).toMatchObject({ taskArn: task.taskArn, containerPort: 8080 });
    }
    expect((await run("task", "list")).stdout).toMatch(/\t10\.1\.\d+\.\d+:\d+,10\.1\.\d+\.\d+:\d+\n/);
  });

  it("is the sandbox's own URL, which serves what no container does", async () => {
    const { services: standing } = await json("service", "status");
    for (const { service, answersAt, sandboxUrl } of standing) {
      expect(answersAt).toEqual([sandboxUrl]);
      expect(await (await fetch(`${sandboxUrl}/ping`)).json()).toMatchObject({ service, path: "/ping" });
    }
    const [first] = (await run("service", "status")).stdout.split("\n");
    expect(first!.split("\t")[8]).toBe(standing[0].sandboxUrl);
    const { url } = await json("service", "open", "--cluster", "arn:aws:ecs:us-east-1:123456789012:cluster/default");
    expect((await fetch(url)).status).toBe(200);
  });

  it("is what service open prints, and opens on a terminal alone", async () => {
    const [url] = (await json("service", "status")).services[0].answersAt;
    const opened = { code: 0, stdout: `${url}\n`, stderr: "" };
    expect(await run("service", "open")).toEqual(opened);
    expect((await run("service", "open", "--port", "9090")).stdout).toBe(`${url}\n`);
    const onTerminal = { stdout: terminal() };
    await runIn(onTerminal, "service", "open", "--no-browser");
    expect([onTerminal.stdout.text, started]).toEqual([`${url}\n`, []]);
    expect(await runIn(onTerminal, "service", "open")).toMatchObject({ code: 0, stderr: "" });
    expect([onTerminal.stdout.text, started]).toEqual([`${url}\n${url}\n`, [["xdg-open", url]]]);
    const nowhere = { ...box.sandbox.environment, HOME: folder, PATH: "/nowhere" };
    expect(await runIn({ ...onTerminal, env: nowhere }, "service", "open")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("no program here opens a URL: none of xdg-open") as string,
    });
    expect(started.splice(0)).toHaveLength(1);
    expect(await run("service", "open", "--port", "1")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no task of bert answers at its port 1\n  It answers at ") as string,
    });
  });
});

it("lists aiplat's services, and the others with --all", async () => {
  const { services: own } = await json("service", "list");
  expect(own.map(({ service, workload, runningCount }: Json) => [service, workload, runningCount])).toEqual([
    [services[0], "bert", 1],
    [services[1], "bert", 1],
  ]);
  expect((await run("service", "list", "--all")).stdout.split("\n").map((line) => line.split("\t")[0])).toEqual([
    ...services,
    "web",
    "",
  ]);
});

describe("the logs of a service", () => {
  it("are those of every task, with whose they are", async () => {
    const ids = await Promise.all(services.map(async (service) => idOf((await tasksOf(service))[0]).slice(0, 8)));
    const { code, stdout } = await run("service", "logs");
    expect(code).toBe(0);
    expect(stdout.trim().split("\n").toSorted()).toEqual(ids.map((id) => `${id}/bert | hello`).toSorted());
    const [event] = (await run("service", "logs", "-o", "json")).stdout.split("\n");
    expect(JSON.parse(event!)).toMatchObject({ kind: "LogEvent", container: "bert", message: "hello" });
  });

  /** Follows until Ctrl-C after so many pauses; before each, `meanwhile` is told how many there have been. */
  async function follow(pauses: number, meanwhile: (pause: number) => Promise<unknown>, ...args: readonly string[]) {
    const interruption = new AbortController();
    const clock = box.clock();
    let count = 0;
    const sleep = async (milliseconds: number) => {
      await meanwhile(count);
      await clock.sleep(milliseconds);
      if (++count === pauses) interruption.abort();
    };
    const { signal } = interruption;
    return runIn({ signal, clock: { ...clock, sleep } }, "service", "logs", "--follow", ...args);
  }

  it("go on until Ctrl-C, over the tasks that take the place of others", async () => {
    const before = await tasksOf(services[0]!);
    const stopAll = async (pause: number) => {
      if (pause === 1) await box.ecs("StopTask", { task: before[0].taskArn });
    };
    const { code, stdout } = await follow(60, stopAll);
    const [after] = await tasksOf(services[0]!);
    const [other] = await tasksOf(services[1]!);
    expect(idOf(after)).not.toBe(idOf(before[0]));
    const [gone, stays, comes] = [before[0], other, after].map((task) => `${idOf(task).slice(0, 8)}/bert | `);
    const lines = stdout.trimEnd().split("\n");
    expect([code, lines.slice(0, 2).toSorted(), lines.slice(2)]).toEqual([
      130,
      [`${gone}hello`, `${stays}hello`].toSorted(),
      [`${gone}sandbox: bert exited with 143`, `${comes}hello`],
    ]);
  });

  it("are followed from before there is a task", async () => {
    await box.register("late", {
      environment: [{ name: "AIPLAT_SANDBOX_LOG", value: "at last" }],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "/aiplat/bert", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "late" },
      },
      linuxParameters: {},
    });
    const late = { serviceName: "late", taskDefinition: "late", desiredCount: 0, launchType: "EC2" };
    await box.ecs("CreateService", late);
    const start = async (pause: number) => {
      if (pause === 2) await box.ecs("UpdateService", { service: "late", desiredCount: 1 });
    };
    const { code, stdout } = await follow(20, start, "late", "-o", "json");
    await box.ecs("DeleteService", { service: "late", force: true });
    expect([
      code,
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).message as string),
    ]).toEqual([130, ["at last"]]);
  });

  it("say what is not there", async () => {
    expect(await run("service", "logs", "--container", "x")).toMatchObject({ code: 2 });
    expect(await run("service", "logs", "nobody")).toMatchObject({ code: 1 });
  });
});

describe("ECS Exec", () => {
  it("hands the session to the plugin as the AWS CLI does, and passes its exit code on", async () => {
    started.length = 0;
    const [task] = await tasksOf(services[0]!);
    const { code, stderr } = await run("task", "exec", idOf(task).slice(0, 8), "--", "sh", "-c", "echo $HOME");
    expect([code, stderr]).toEqual([7, ""]);
    const [program, session, region, start, profile, target, endpoint] = started[0]!;
    expect([program, region, start, profile, endpoint]).toEqual([
      "session-manager-plugin",
      "us-east-1",
      "StartSession",
      "",
      box.sandbox.url,
    ]);
    expect(Object.keys(JSON.parse(session!) as object)).toEqual(["sessionId", "streamUrl", "tokenValue"]);
    expect(JSON.parse(target!)).toEqual({ Target: `ecs:default_${idOf(task)}_${task.containers[0].runtimeId}` });
  });

  it("takes a service's newest task, and says which", async () => {
    started.length = 0;
    const { code, stderr } = await run("service", "exec", "bert");
    expect([code, started.length]).toEqual([7, 1]);
    expect(stderr).toMatch(/^of 2 running tasks: [0-9a-f]{8}\n$/);
  });

  it("starts the program of the PATH on the tool's own streams", async () => {
    const [task] = await tasksOf(services[0]!);
    const bin = join(folder, "bin-session-manager-plugin");
    const env = { ...box.sandbox.environment, PATH: `${bin}:${process.env["PATH"]}` };
    expect((await spawnCli(["task", "exec", idOf(task)], { env, cwd: folder })).code).toBe(7);
    expect(readFileSync(join(bin, "arguments"), "utf8").split("\n")[2]).toBe("StartSession");
  });

  it("says what stands in its way, before any session is opened", async () => {
    const [task] = await tasksOf(services[0]!);
    const refused = async (...args: readonly string[]) => {
      const { code, stderr } = await run(...args);
      return [code, stderr.split("\n")[0]];
    };
    const [web] = await tasksOf("web");
    expect(await refused("task", "exec", idOf(web))).toEqual([
      1,
      `error: task ${idOf(web).slice(0, 8)} was started without ECS Exec`,
    ]);
    expect(await refused("task", "exec", idOf(task), "--container", "x")).toEqual([
      2,
      "error: --container x: the task has no such container",
    ]);
    expect(await refused("task", "exec", idOf(task), "--")).toEqual([2, "error: nothing stands after --"]);
    expect(await refused("task", "exec")).toEqual([2, "error: no task named"]);
    const { code, stderr } = await spawnCli(["task", "exec", idOf(task)], {
      env: { ...box.sandbox.environment, PATH: "/nowhere" },
      cwd: folder,
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is no session-manager-plugin on the PATH")]);
  });
});
