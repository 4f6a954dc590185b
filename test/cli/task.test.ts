import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bareEnv, cliPath, runCli } from "../support/cli.ts";
import { createMotoCluster, setTaskProgression } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

interface Listed {
  readonly kind: string;
  readonly tasks: readonly {
    readonly taskArn: string;
    readonly lastStatus: string;
    readonly run?: string;
    readonly instanceType?: string;
    readonly devices?: readonly string[];
    readonly exitCode?: number;
  }[];
}

describe.skipIf(missingTools("moto_server", "aws"))("task commands against moto", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    await setTaskProgression(moto);
    await createMotoCluster(moto, "prod", ["inf2.24xlarge"]);
    const definition = {
      family: "bert-n2-3",
      containerDefinitions: [
        {
          name: "main",
          image: "bert:1",
          memory: 256,
          cpu: 10,
          linuxParameters: {
            devices: [2, 3].map((number) => ({
              hostPath: `/dev/neuron${number}`,
              containerPath: `/dev/neuron${number}`,
              permissions: ["read", "write"],
            })),
          },
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": "/aiplat/bert",
              "awslogs-region": "us-east-1",
              "awslogs-stream-prefix": "bert",
            },
          },
        },
      ],
    };
    await moto.aws("ecs", "register-task-definition", "--cli-input-json", JSON.stringify(definition));
    await moto.aws(
      "ecs",
      "register-task-definition",
      "--family",
      "mute",
      "--container-definitions",
      JSON.stringify([{ name: "main", image: "x", memory: 64, cpu: 1 }]),
    );
    await moto.aws("logs", "create-log-group", "--log-group-name", "/aiplat/bert");
  });
  afterAll(() => moto?.stop());

  const aiplat = (...args: readonly string[]) => runCli(args, { env: moto.env });
  const json = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await aiplat(...args, "-o", "json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as Listed;
  };
  const start = async (
    run: string,
    count: number,
    family = "bert-n2-3",
    startedBy = run,
  ): Promise<readonly string[]> => {
    const { tasks } = (await moto.aws(
      "ecs",
      "run-task",
      "--cluster",
      "prod",
      "--task-definition",
      family,
      "--count",
      String(count),
      "--launch-type",
      "EC2",
      "--started-by",
      startedBy,
      "--tags",
      `key=aiplat:run,value=${run}`,
    )) as { tasks: readonly { taskArn: string }[] };
    return tasks.map((task) => task.taskArn);
  };
  const awsStop = (arn: string) =>
    moto.aws("ecs", "stop-task", "--cluster", "prod", "--task", arn, "--reason", "stopped by the test");
  const idOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);
  const putLogs = (arn: string, ...messages: readonly string[]) =>
    moto.aws(
      "logs",
      "put-log-events",
      "--log-group-name",
      "/aiplat/bert",
      "--log-stream-name",
      `bert/main/${idOf(arn)}`,
      "--log-events",
      JSON.stringify(messages.map((message, index) => ({ timestamp: Date.now() + index, message }))),
    );
  const createStream = (arn: string) =>
    moto.aws(
      "logs",
      "create-log-stream",
      "--log-group-name",
      "/aiplat/bert",
      "--log-stream-name",
      `bert/main/${idOf(arn)}`,
    );

  it("lists a run with type and devices, by run and by id, also where --started-by was another", async () => {
    const arns = await start("list-1", 2);
    await start("list-2", 1, "bert-n2-3", "ci");
    const listed = await json("task", "list", "--run", "list-1", "--cluster", "prod");
    expect(listed.kind).toBe("TaskList");
    expect(listed.tasks.map((task) => task.taskArn).sort()).toEqual([...arns].sort());
    expect(listed.tasks[0]).toMatchObject({
      run: "list-1",
      lastStatus: "RUNNING",
      instanceType: "inf2.24xlarge",
      devices: ["/dev/neuron2", "/dev/neuron3"],
    });
    expect((await json("task", "list", "--run", "list-2", "--cluster", "prod")).tasks).toHaveLength(1);
    expect((await json("task", "list", idOf(arns[0]!), "--cluster", "prod")).tasks.map((task) => task.taskArn)).toEqual(
      [arns[0]],
    );
    // A long ARN names its cluster.
    expect((await json("task", "list", arns[1]!)).tasks.map((task) => task.taskArn)).toEqual([arns[1]]);
  });

  it("lists every task that aiplat has started, stopped ones with --all, as tab-separated lines when piped", async () => {
    const [running, stopped] = await start("list-3", 2);
    await moto.aws("ecs", "run-task", "--cluster", "prod", "--task-definition", "mute", "--launch-type", "EC2");
    await awsStop(stopped!);
    const rows = async (...more: readonly string[]) =>
      (await aiplat("task", "list", "--cluster", "prod", ...more)).stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split("\t"));
    const ofRun = (lines: readonly (readonly string[])[]) =>
      lines.filter((line) => line[2] === "list-3").map((line) => line.slice(0, 6));
    expect(ofRun(await rows())).toEqual([
      [idOf(running!), "RUNNING", "list-3", "inf2.24xlarge", "neuron2-3", "bert-n2-3:1"],
    ]);
    expect(
      ofRun(await rows("--all"))
        .map((line) => line[1])
        .sort(),
    ).toEqual(["RUNNING", "STOPPED"]);
    expect((await rows("--all")).filter((line) => line[5] === "mute:1" && line[2] === "")).toEqual([]);
  });

  it("waits until all have stopped, telling each change, and answers the run's result", async () => {
    const arns = await start("wait-1", 2);
    const waiting = aiplat("task", "wait", "--run", "wait-1", "--cluster", "prod");
    await awsStop(arns[0]!);
    await awsStop(arns[1]!);
    const { code, stdout, stderr } = await waiting;
    expect({
      code,
      lines: stdout
        .trim()
        .split("\n")
        .map((line) => line.split("\t").slice(1, 3)),
    }).toEqual({
      code: 0,
      lines: [
        ["STOPPED", "wait-1"],
        ["STOPPED", "wait-1"],
      ],
    });
    for (const arn of arns) expect(stderr).toContain(`${idOf(arn).slice(0, 8)}  STOPPED  stopped by the test`);

    const result = JSON.parse(
      (await aiplat("task", "wait", "--run", "wait-1", "--cluster", "prod", "-o", "json")).stdout,
    ) as Listed & { run: string; requested: number; failures: unknown[] };
    expect(result).toMatchObject({
      apiVersion: "aiplat/v1",
      kind: "RunTaskResult",
      run: "wait-1",
      requested: 2,
      failures: [],
      tasks: [
        { lastStatus: "STOPPED", exitCode: 0 },
        { lastStatus: "STOPPED", exitCode: 0 },
      ],
    });
  });

  it("times out with exit 5, what still runs, and how to go on", async () => {
    const [arn] = await start("wait-2", 1);
    const { code, stdout, stderr } = await aiplat(
      "task",
      "wait",
      "--run",
      "wait-2",
      "--cluster",
      "prod",
      "--timeout",
      "1s",
      "-o",
      "json",
    );
    const error = JSON.parse(stderr) as { code: string; message: string; hint: string; details: unknown };
    expect({ stdout, ...error }).toMatchObject({
      code: "Timeout",
      stdout: "",
      message: "1 of 1 task has not stopped after 1s",
      details: { tasks: [arn] },
    });
    expect(code).toBe(5);
    expect(error.hint).toContain("aiplat task wait --run wait-2 --cluster prod");
  });

  it("at Ctrl-C exits 130, says how to go on, and leaves the task running", async () => {
    const [arn] = await start("wait-3", 1);
    const child = spawn(
      process.execPath,
      [cliPath(), "task", "wait", "--run", "wait-3", "--cluster", "prod", "--region", "us-east-1"],
      { env: { ...bareEnv(), ...moto.env } },
    );
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      // It waits once it has told the first state.
      if (text.includes("RUNNING")) child.kill("SIGINT");
    });
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(130);
    expect(stderr).toContain("interrupted: 1 of 1 task has not stopped");
    expect(stderr).toContain("aiplat task wait --run wait-3 --cluster prod --region us-east-1");
    expect((await json("task", "list", arn!)).tasks[0]!.lastStatus).toBe("RUNNING");
  });

  it("prints logs bare for one stream, with whose they are for several, and as LogEvents", async () => {
    const [one, other] = await start("logs-1", 2);
    await createStream(one!);
    await putLogs(one!, "first", "second\twith tab");
    expect((await aiplat("task", "logs", one!)).stdout).toBe("first\nsecond\twith tab\n");

    const both = await aiplat("task", "logs", "--run", "logs-1", "--cluster", "prod");
    expect(both.stdout).toBe(
      `${idOf(one!).slice(0, 8)}/main | first\n${idOf(one!).slice(0, 8)}/main | second\twith tab\n`,
    );
    expect(both.stderr).toContain(
      `${idOf(other!).slice(0, 8)}/main: no line yet in /aiplat/bert, bert/main/${idOf(other!)}`,
    );

    const events = (await aiplat("task", "logs", one!, "-o", "json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(events).toMatchObject([
      { kind: "LogEvent", taskArn: one, container: "main", message: "first" },
      { message: "second\twith tab" },
    ]);
    expect((await aiplat("task", "logs", one!, "--since", "1s", "--container", "nope")).stderr).toContain(
      "They have main.",
    );
  });

  it("follows logs until the task has stopped and the last line is there", async () => {
    const [arn] = await start("logs-2", 1);
    await createStream(arn!);
    const child = spawn(process.execPath, [cliPath(), "task", "logs", "-f", arn!], {
      env: { ...bareEnv(), ...moto.env },
    });
    let stdout = "";
    const seen = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        if (stdout.includes("early")) resolve();
      });
    });
    const closed = once(child, "close");
    await putLogs(arn!, "early");
    await seen;
    await putLogs(arn!, "last words");
    await awsStop(arn!);
    expect((await closed)[0]).toBe(0);
    expect(stdout).toBe("early\nlast words\n");
  });

  it("says what to do about a container without CloudWatch logs", async () => {
    const [arn] = await start("logs-3", 1, "mute");
    const { code, stdout, stderr } = await aiplat("task", "logs", arn!);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("main: it has no log configuration");
    expect(stderr).toContain("--log-group");
  });

  it("shows logs on stderr while it waits", async () => {
    const [arn] = await start("logs-4", 1);
    await createStream(arn!);
    await putLogs(arn!, "epoch 1");
    await awsStop(arn!);
    const { code, stdout, stderr } = await aiplat("task", "wait", arn!, "--logs", "-o", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "RunTaskResult", run: "logs-4" });
    expect(stderr).toBe("epoch 1\n");
  });

  it("stops one task without a question and several only with a yes", async () => {
    const arns = await start("stop-1", 3);
    const one = await aiplat("task", "stop", arns[0]!, "--reason", "enough");
    expect(one.code).toBe(0);
    expect(one.stdout.split("\t")[1]).toBe("STOPPED");

    const refused = await aiplat("task", "stop", "--run", "stop-1", "--cluster", "prod");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("aiplat task stop --run stop-1 --cluster prod --yes");
    expect(
      (await json("task", "list", "--run", "stop-1", "--cluster", "prod")).tasks.map((task) => task.lastStatus).sort(),
    ).toEqual(["RUNNING", "RUNNING", "STOPPED"]);

    const all = await aiplat("task", "stop", "--run", "stop-1", "--cluster", "prod", "--yes");
    expect(all.code).toBe(0);
    expect(all.stderr).toContain(`${idOf(arns[0]!).slice(0, 8)}  had stopped already`);
    expect(
      (await json("task", "list", "--run", "stop-1", "--cluster", "prod")).tasks.map((task) => task.lastStatus),
    ).toEqual(["STOPPED", "STOPPED", "STOPPED"]);
    const reason = (await moto.aws("ecs", "describe-tasks", "--cluster", "prod", "--tasks", arns[0]!)) as {
      tasks: readonly { stoppedReason: string }[];
    };
    expect(reason.tasks[0]!.stoppedReason).toBe("enough");
  });

  it.each([
    [["task", "wait"], 2, "no task named", "--run"],
    [["task", "wait", "abc", "--run", "r"], 2, "not both", ""],
    [
      ["task", "stop", "arn:aws:ecs:us-east-1:1:task/one/a", "arn:aws:ecs:us-east-1:1:task/two/b"],
      2,
      "several clusters: one, two",
      "",
    ],
    [
      ["task", "logs", "arn:aws:ecs:us-east-1:1:task/one/a", "--cluster", "two"],
      2,
      "a task's ARN is of cluster one",
      "",
    ],
    [["task", "wait", "abc", "--timeout", "soon"], 2, "--timeout soon", "30m"],
    [
      ["task", "wait", "--run", "nobody", "--cluster", "prod"],
      1,
      "no task of run nobody in cluster prod",
      "about an hour",
    ],
    [
      ["task", "logs", "0123456789abcdef0123456789abcdef", "--cluster", "prod"],
      1,
      "no task 0123456789abcdef0123456789abcdef in cluster prod",
      "--region",
    ],
    [
      ["task", "stop", "0123abc", "--cluster", "prod"],
      1,
      "no task 0123abc in cluster prod",
      "Write 8 characters of an id",
    ],
    [["task", "list", "--cluster", "nowhere"], 1, "no cluster nowhere in us-east-1", "list-clusters"],
  ] as const)("refuses %j", async (args, exitCode, message, hint) => {
    const { code, stdout, stderr } = await aiplat(...args);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
