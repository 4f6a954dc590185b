import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../src/run.ts";
import { bareEnv, bufferedSurroundings, cliPath, runCli, spawnCli } from "../support/cli.ts";
import { startSandboxProcess } from "../support/sandbox-process.ts";

const bert = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"];

describe("aiplat sandbox", () => {
  it("says of a command on EKS that it has no EKS", async () => {
    const { code, stderr } = await runCli(["eks", "check", "--cluster", "prod", "--sandbox"]);
    expect(code).toBe(1);
    expect(stderr).toContain("error: cannot call eks:DescribeCluster: the sandbox has no service eks: it plays ecs, ");
    expect(stderr).toContain("Run it against AWS: without --sandbox");
  });

  it("serves until Ctrl-C, and aiplat works against it between commands", async () => {
    const sandbox = await startSandboxProcess("--instance", "inf2.24xlarge=2", "--cluster", "prod");
    try {
      expect(Object.keys(sandbox.environment)).toEqual([
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
      ]);
      const run = await runCli(["run-task", ...bert, "--cluster", "prod", "--count", "2"], {
        env: sandbox.environment,
      });
      expect(run.code).toBe(0);
      const devices = await runCli(["cluster", "devices", "--cluster", "prod", "-o", "json"], {
        env: sandbox.environment,
      });
      const { instances, conflicts } = JSON.parse(devices.stdout) as {
        readonly instances: readonly { readonly devices: readonly { readonly claimedBy: readonly unknown[] }[] }[];
        readonly conflicts: readonly unknown[];
      };
      expect(instances.map((each) => each.devices.filter(({ claimedBy }) => claimedBy.length === 1).length)).toEqual([
        6, 6,
      ]);
      expect(conflicts).toEqual([]);
    } finally {
      expect(await sandbox.interrupt()).toBe(0);
    }
  });

  it("starts from a snapshot of a cluster: its instances, its tasks, what remains", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aiplat-sandbox-"));
    const first = await startSandboxProcess("--instance", "inf2.24xlarge=2", "--cluster", "prod", "--stepped");
    try {
      await runCli(["run-task", ...bert, "--cluster", "prod"], { env: first.environment });
      await first.advance(30);
      const before = await runCli(["cluster", "snapshot", "--cluster", "prod"], { env: first.environment });
      await writeFile(join(folder, "prod.json"), before.stdout);
      const second = await startSandboxProcess("--cluster-state", join(folder, "prod.json"));
      try {
        const after = JSON.parse(
          (await runCli(["cluster", "snapshot", "--cluster", "prod"], { env: second.environment })).stdout,
        ) as {
          readonly instances: readonly object[];
          readonly tasks: readonly { readonly group: string; readonly lastStatus: string }[];
        };
        const seed = JSON.parse(await readFile(join(folder, "prod.json"), "utf8")) as typeof after;
        const byArn = (instances: readonly object[]) =>
          [...instances].sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
        expect(byArn(after.instances)).toEqual(byArn(seed.instances));
        expect(after.tasks.map(({ group, lastStatus }) => [group, lastStatus])).toEqual([["family:bert", "RUNNING"]]);
        const more = await runCli(["run-task", ...bert, "--cluster", "prod", "--count", "2"], {
          env: second.environment,
        });
        expect(more.code).toBe(4);
      } finally {
        await second.interrupt();
      }
    } finally {
      await first.interrupt();
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [["--instance", "inf2.24xlarg=2"], "inf2.24xlarge"],
    [["--instance", "inf2.24xlarge=many"], "write TYPE=COUNT"],
    [["--fault", "earthquake"], "Write throttle, or drop=OPERATION:N"],
    [["--port", "70000"], "ports go up to 65535"],
    [["--provider", "cp1=inf2.24xlarge"], "write NAME=TYPE:MIN-MAX, e.g. cp1=inf2.24xlarge:0-4"],
    [["--provider", "cp1=inf2.24xlarge:4-0"], "write NAME=TYPE:MIN-MAX, e.g. cp1=inf2.24xlarge:0-4"],
    [["--provider", "cp1=inf2.24xlarg:0-4"], "inf2.24xlarge"],
    [["--provider", "ecs-own=inf2.24xlarge:0-4"], "names that begin with aws, ecs or fargate are AWS's own"],
    [["--provider", "cp1=inf2.xlarge:0-1", "--provider", "cp1=g5.xlarge:0-1"], "cp1 is there twice"],
    [
      ["--provider", "cp1=inf2.xlarge:0-1", "--cluster-state", "x.json"],
      "give --provider or --cluster-state, not both",
    ],
    [["--registered-memory", "0"], "write percent, above 0 and up to 100, as 95"],
    [["--registered-memory", "120%"], "write percent, above 0 and up to 100, as 95"],
    [["--instance", "inf2.xlarge=1", "--cluster-state", "x.json"], "give --instance or --cluster-state, not both"],
  ])("refuses %j", async (args, says) => {
    const { code, stderr } = await runCli(["sandbox", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
  });

  it("has time go as many times faster as --speed says", async () => {
    let now = Date.now();
    const end = new AbortController();
    const { surroundings } = bufferedSurroundings(bareEnv(), tmpdir());
    let ended: Promise<number> | undefined;
    const said = await new Promise<string>((resolve) => {
      const stdout = { ...surroundings.stdout, write: resolve };
      const sleep = () => Promise.reject(new Error("a sandbox only serves"));
      const clock = { now: () => now, sleep, after: () => undefined };
      const { signal } = end;
      ended = run(["sandbox", "--speed", "60", "-o", "env"], { ...surroundings, clock, signal, stdout });
    });
    const env = Object.fromEntries(said.split("\n").map((line) => line.split("=", 2)));
    const task = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.xlarge"];
    const statuses = async (...args: readonly string[]) =>
      JSON.parse((await runCli([...args, "-o", "json"], { env })).stdout).tasks.map(
        ({ lastStatus }: { readonly lastStatus: string }) => lastStatus,
      );
    expect(await statuses("run-task", ...task)).not.toEqual(["RUNNING"]);
    now += 1_000;
    expect(await statuses("task", "list")).toEqual(["RUNNING"]);
    end.abort();
    expect(await ended).toBe(0);
  });

  it("says that a port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { code, stderr } = await runCli(["sandbox", "--port", String((server.address() as AddressInfo).port)]);
      expect(code).toBe(1);
      expect(stderr).toContain("is in use");
    } finally {
      server.close();
    }
  });
});

describe("aiplat sandbox -- COMMAND", () => {
  const prints = (...names: readonly string[]) => [
    process.execPath,
    "-e",
    `for (const name of ${JSON.stringify(names)}) console.log(name + "=" + process.env[name])`,
  ];

  it("gives the command an environment that nothing leads past, and its streams", async () => {
    const names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AIPLAT_CLUSTER", "AWS_PROFILE", "AWS_ENDPOINT_URL_ECS", "OWN"];
    const { code, stdout, stderr } = await spawnCli(
      ["sandbox", "--cluster", "prod", "--region", "eu-west-1", "--", ...prints("AWS_ENDPOINT_URL", ...names)],
      { env: { AWS_PROFILE: "mine", AWS_ENDPOINT_URL_ECS: "http://127.0.0.1:9", AIPLAT_CLUSTER: "mine", OWN: "1" } },
    );
    const [endpoint, ...others] = stdout.trim().split("\n");
    expect(code).toBe(0);
    expect(endpoint).toMatch(/^AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/);
    expect(others).toEqual([
      "AWS_REGION=eu-west-1",
      "AWS_ACCESS_KEY_ID=sandbox",
      "AIPLAT_CLUSTER=prod",
      "AWS_PROFILE=undefined",
      "AWS_ENDPOINT_URL_ECS=undefined",
      "OWN=1",
    ]);
    expect(stderr).toContain("ends with the command");
  });

  it("keeps its clusters between the commands of a script, hands standard input on, and is gone afterwards", async () => {
    const { code, stdout } = await spawnCli(["sandbox", "--instance", "inf2.24xlarge=1", "-q", "--", "sh"], {
      input:
        `'${process.execPath}' '${cliPath()}' run-task -q ${bert.join(" ")} >&2\n` +
        `'${process.execPath}' '${cliPath()}' task list -o json\necho "$AWS_ENDPOINT_URL"\n`,
    });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(JSON.parse(lines.slice(0, -1).join("\n")).tasks).toHaveLength(1);
    await expect(fetch(lines.at(-1)!)).rejects.toThrow("fetch failed");
  });

  it("passes the exit code on, and says a signal's number as shells do", async () => {
    const [failed, killed] = await Promise.all(
      ["exit 42", "kill -TERM $$"].map((script) => spawnCli(["sandbox", "--", "sh", "-c", script])),
    );
    expect([failed!.code, killed!.code]).toEqual([42, 143]);
  });

  it("leaves a signal to the command, and its own end to the command's", async () => {
    const { code, stdout } = await spawnCli(
      ["sandbox", "--", "sh", "-c", "trap 'echo cleaned; exit 5' INT; echo ready >&2; while :; do sleep 0.1; done"],
      { interruptAt: "ready" },
    );
    expect({ code, stdout }).toEqual({ code: 5, stdout: "cleaned\n" });
  });

  it.each([
    [["no-such-program-here"], "no-such-program-here: there is no such program"],
    [[import.meta.filename], "it may not be run"],
    [[], "no command after --"],
  ])("refuses %j", async (command, says) => {
    const { code, stdout, stderr } = await spawnCli(["sandbox", "--", ...command]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(says);
  });
});

describe("--sandbox", () => {
  it("needs no credentials, ignores the user's endpoint, profile and region, and says that nothing is kept", async () => {
    const env = {
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_ENDPOINT_URL_ECS: "http://127.0.0.1:9",
      AWS_PROFILE: "not-there",
      AWS_REGION: "eu-central-1",
    };
    const { code, stdout, stderr } = await runCli(["run-task", "--sandbox", ...bert, "--count", "2"], { env });
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stderr).toContain("nothing is kept");
    expect(stderr).toContain("aiplat sandbox");
  });

  it("has the machines that the replicas need, whatever the cluster is called", async () => {
    const args = [
      "run-task",
      "--sandbox",
      "--name",
      "bert",
      "--image",
      "bert:1",
      "--instance-type",
      "trn1.32xlarge",
      "--cluster",
      "some-cluster",
      "--count",
      "3",
      "-o",
      "json",
    ];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    const { tasks } = JSON.parse(stdout) as { readonly tasks: readonly { readonly containerInstanceArn: string }[] };
    expect(new Set(tasks.map(({ containerInstanceArn }) => containerInstanceArn)).size).toBe(3);
  });

  it("has machines for what shares none, in a plan, a run and a deployment alike", async () => {
    // A host port of its own: one replica a machine.
    const flags =
      "--sandbox --name web --image web:1 --instance-type inf2.24xlarge --devices 2 --port 80:8080 --replicas 3 " +
      "--cluster prod -q";
    const web = flags.split(" ");
    const [plan, run, deploy] = await Promise.all([
      runCli(["plan", ...web, "-o", "json"]),
      runCli(["run-task", ...web, "-o", "json"]),
      runCli(["service", "deploy", "--kind", "service", ...web]),
    ]);
    expect([plan.code, run.code, deploy.code]).toEqual([0, 0, 0]);
    const placed = JSON.parse(plan.stdout).steps.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    expect([placed, JSON.parse(run.stdout).tasks.length]).toEqual([3, 3]);
  });

  it("waits for tasks, shows their logs and passes their exit code on", async () => {
    const { code, stderr } = await runCli([
      "run-task",
      "--sandbox",
      ...bert,
      "--log-group",
      "/bert",
      "--wait",
      "--logs",
      "--exit-code-from",
      "bert",
      "--",
      "sh",
      "-c",
      "echo hello; sleep 1; exit 42",
    ]);
    expect(code).toBe(42);
    expect(stderr).toContain("hello");
  });

  it("answers image ids of any region, and keeps stderr for the machine under -o json", async () => {
    const { code, stdout, stderr } = await runCli([
      "ami",
      "latest",
      "--sandbox",
      "--region",
      "eu-west-1",
      "--region",
      "us-west-2",
      "-o",
      "json",
    ]);
    expect(code).toBe(0);
    const { items } = JSON.parse(stdout) as { readonly items: readonly { readonly imageId: string }[] };
    expect(new Set(items.map(({ imageId }) => imageId)).size).toBe(2);
    expect(stderr).toBe("");
  });

  it("does not go with --endpoint-url, and starts nothing for a command that calls nothing", async () => {
    expect(await runCli(["ami", "latest", "--sandbox", "--endpoint-url", "http://127.0.0.1:1"])).toMatchObject({
      code: 2,
    });
    const offline = await runCli(["instances", "show", "inf2.xlarge", "--sandbox"]);
    expect(offline).toMatchObject({ code: 0, stderr: "" });
  });
});
