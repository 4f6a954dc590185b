import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instanceTypes } from "../../src/core/catalog/instance-types/catalog.ts";
import { bareEnv, cliPath, runCli } from "../support/cli.ts";
import { createMotoCluster, setTaskProgression } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

interface Result {
  readonly run: string;
  readonly requested: number;
  readonly tasks: readonly {
    readonly taskArn: string;
    readonly containerInstanceArn: string;
    readonly devices: readonly string[];
    readonly taskDefinitionArn: string;
  }[];
  readonly failures: readonly { readonly reason: string; readonly detail: string; readonly hint: string }[];
}

describe.skipIf(missingTools("moto_server", "aws"))("run-task against moto", () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
    await setTaskProgression(moto);
  });
  afterAll(async () => moto?.stop());

  const run = (args: readonly string[]) => runCli(["run-task", ...args], { env: moto.env });
  const flags = (name: string, instanceType: string) => [
    "--name",
    name,
    "--image",
    `${name}:1`,
    "--instance-type",
    instanceType,
  ];
  const listTasks = async (cluster: string) =>
    (
      (await moto.aws("ecs", "list-tasks", "--cluster", cluster, "--desired-status", "RUNNING")) as {
        readonly taskArns: readonly string[];
      }
    ).taskArns;
  const revisions = async (family: string) =>
    (
      (await moto.aws("ecs", "list-task-definitions", "--family-prefix", family)) as {
        readonly taskDefinitionArns: readonly string[];
      }
    ).taskDefinitionArns.length;

  it("puts 25 tasks on 25 single-chip machines, and names the shortage of the 26th", async () => {
    await createMotoCluster(
      moto,
      "batch",
      Array.from({ length: 25 }, () => "inf1.xlarge"),
    );
    const full = await run([...flags("bert", "inf1.xlarge"), "--cluster", "batch", "--count", "25", "-o", "json"]);
    expect(full.stderr).toBe("");
    expect(full.code).toBe(0);
    const result = JSON.parse(full.stdout) as Result;
    expect(new Set(result.tasks.map((task) => task.containerInstanceArn)).size).toBe(25);
    expect([...(await listTasks("batch"))].sort()).toEqual(result.tasks.map((task) => task.taskArn).sort());

    const more = await run([...flags("bert", "inf1.xlarge"), "--cluster", "batch", "--count", "1", "-o", "json"]);
    expect(more.code).toBe(4);
    const short = JSON.parse(more.stdout) as Result;
    expect(short.tasks).toEqual([]);
    expect(short.failures).toMatchObject([{ reason: "DEVICES" }]);
    expect(short.failures[0]!.detail).toContain("25 inf1.xlarge instances, such as");
    expect(await listTasks("batch")).toHaveLength(25);
    expect(await revisions("bert")).toBe(1);
  });

  it("asked for one more than fits places what fits, says what does not, and exits 4", async () => {
    await createMotoCluster(
      moto,
      "short",
      Array.from({ length: 3 }, () => "inf1.xlarge"),
    );
    const { code, stdout, stderr } = await run([...flags("bert", "inf1.xlarge"), "--cluster", "short", "--count", "4"]);
    expect(code).toBe(4);
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(stderr).toContain("1 of 4 tasks");
    expect(await listTasks("short")).toHaveLength(3);
  });

  it("runs all or nothing", async () => {
    await createMotoCluster(
      moto,
      "whole",
      Array.from({ length: 2 }, () => "inf1.xlarge"),
    );
    const { code } = await run([
      ...flags("gang", "inf1.xlarge"),
      "--cluster",
      "whole",
      "--count",
      "3",
      "--all-or-nothing",
    ]);
    expect(code).toBe(4);
    expect(await listTasks("whole")).toEqual([]);
  });

  it("finds a run again under its client token and starts nothing twice", async () => {
    await createMotoCluster(
      moto,
      "again",
      Array.from({ length: 4 }, () => "inf1.xlarge"),
    );
    const args = [
      ...flags("once", "inf1.xlarge"),
      "--cluster",
      "again",
      "--count",
      "2",
      "--client-token",
      "ci-42",
      "-o",
      "json",
    ];
    const first = JSON.parse((await run(args)).stdout) as Result;
    const second = JSON.parse((await run(args)).stdout) as Result;
    expect(second.tasks.map((task) => task.taskArn).sort()).toEqual(first.tasks.map((task) => task.taskArn).sort());
    expect(await listTasks("again")).toHaveLength(2);
  });

  it("shares one machine between slots: 12 replicas of one device, and no 13th", async () => {
    await createMotoCluster(moto, "slots", ["inf2.48xlarge"]);
    const small = [
      ...flags("chip", "inf2.48xlarge"),
      "--devices",
      "1",
      "--cpu",
      "0.25",
      "--memory",
      "512MiB",
      "--cluster",
      "slots",
      "-o",
      "json",
    ];
    const twelve = await run([...small, "--count", "12"]);
    expect(twelve.code).toBe(0);
    const devices = (JSON.parse(twelve.stdout) as Result).tasks.flatMap((task) => task.devices);
    expect(devices.sort()).toEqual(Array.from({ length: 12 }, (_, index) => `/dev/neuron${index}`).sort());
    const thirteenth = await run([...small, "--count", "1"]);
    expect(thirteenth.code).toBe(4);
    expect(await listTasks("slots")).toHaveLength(12);
  });

  it("avoids the devices of tasks that nobody locked", async () => {
    await createMotoCluster(moto, "foreign", ["inf2.24xlarge"]);
    const device = { hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] };
    await moto.aws(
      "ecs",
      "register-task-definition",
      "--family",
      "foreign",
      "--container-definitions",
      JSON.stringify([{ name: "x", image: "x", memory: 64, cpu: 64, linuxParameters: { devices: [device] } }]),
    );
    await moto.aws("ecs", "run-task", "--cluster", "foreign", "--task-definition", "foreign", "--count", "2");
    const { code, stdout } = await run([
      ...flags("own", "inf2.24xlarge"),
      "--devices",
      "1",
      "--cpu",
      "0.25",
      "--memory",
      "512MiB",
      "--cluster",
      "foreign",
      "--count",
      "5",
      "-o",
      "json",
    ]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Result).tasks.flatMap((task) => task.devices).sort()).toEqual(
      [1, 2, 3, 4, 5].map((number) => `/dev/neuron${number}`),
    );
  });

  it("prints the exact requests on --dry-run, which the AWS CLI takes, and starts nothing", async () => {
    await createMotoCluster(
      moto,
      "dry",
      Array.from({ length: 12 }, () => "inf1.xlarge"),
    );
    const { code, stdout } = await run([
      ...flags("dry", "inf1.xlarge"),
      "--cluster",
      "dry",
      "--count",
      "12",
      "--dry-run",
      "-o",
      "json",
    ]);
    expect(code).toBe(0);
    const { requests } = JSON.parse(stdout) as {
      readonly requests: readonly { readonly operation: string; readonly input: { readonly count: number } }[];
    };
    expect(requests.map(({ operation, input }) => [operation, input.count])).toEqual([
      ["RegisterTaskDefinition", undefined],
      ["RunTask", 10],
      ["RunTask", 2],
    ]);
    expect(await listTasks("dry")).toEqual([]);
    await moto.aws("ecs", "register-task-definition", "--cli-input-json", JSON.stringify(requests[0]!.input));
    await moto.aws("ecs", "run-task", "--cli-input-json", JSON.stringify(requests[1]!.input));
    expect(await listTasks("dry")).toHaveLength(10);
  });

  it("names a cluster that is not there, and one without machines of the type", async () => {
    const none = await run([...flags("bert", "inf1.xlarge"), "--cluster", "nowhere"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("nowhere");
    await createMotoCluster(moto, "other", ["inf2.xlarge"]);
    const other = await run([...flags("bert", "inf1.xlarge"), "--cluster", "other"]);
    expect(other.code).toBe(4);
    expect(other.stderr).toContain("ecs.instance-type is inf2.xlarge");
    await moto.aws("ecs", "create-cluster", "--cluster-name", "empty");
    const empty = await run([...flags("bert", "inf1.xlarge"), "--cluster", "empty"]);
    expect(empty.code).toBe(4);
    expect(empty.stderr).toContain("no container instances");
  });

  it("at Ctrl-C while it waits exits 130, says how to go on, and leaves the task running", async () => {
    await createMotoCluster(moto, "interrupted", ["inf1.xlarge"]);
    const child = spawn(
      process.execPath,
      [cliPath(), "run-task", ...flags("long", "inf1.xlarge"), "--cluster", "interrupted", "--wait"],
      { env: { ...bareEnv(), ...moto.env } },
    );
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (text.includes("RUNNING")) child.kill("SIGINT");
    });
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(130);
    const run = /run (long-[0-9a-f]{8}) on cluster interrupted/.exec(stderr)![1]!;
    expect(stderr).toContain(`aiplat task wait --run ${run} --cluster interrupted`);
    expect(stderr).toContain(`aiplat task stop --run ${run} --cluster interrupted`);
    expect(await listTasks("interrupted")).toHaveLength(1);
  });

  it("runs a registered definition", async () => {
    await createMotoCluster(
      moto,
      "registered",
      Array.from({ length: 2 }, () => "inf1.xlarge"),
    );
    await runCli(["taskdef", "register", ...flags("ready", "inf1.xlarge")], { env: moto.env });
    const { code, stdout } = await run([
      "--task-definition",
      "ready",
      "--cluster",
      "registered",
      "--count",
      "2",
      "-o",
      "json",
    ]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Result).tasks).toHaveLength(2);
    const unknown = await run(["--task-definition", "absent", "--cluster", "registered"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("absent");
  });

  it.each(
    instanceTypes
      .filter((type) => type.accelerator.kind === "neuron" && type.instanceType !== "trn2u.48xlarge")
      .map((type) => [type.instanceType, type.accelerator.count] as const),
  )("the AWS CLI registers the definition of %s, which lists exactly its %i devices", async (instanceType, count) => {
    const { stdout } = await runCli(["taskdef", "generate", ...flags(instanceType.replace(".", "-"), instanceType)]);
    const { taskDefinition } = (await moto.aws("ecs", "register-task-definition", "--cli-input-json", stdout)) as {
      readonly taskDefinition: {
        readonly containerDefinitions: readonly {
          readonly linuxParameters: { readonly devices: readonly { readonly hostPath: string }[] };
        }[];
      };
    };
    expect(taskDefinition.containerDefinitions[0]!.linuxParameters.devices.map((device) => device.hostPath)).toEqual(
      Array.from({ length: count }, (_, index) => `/dev/neuron${index}`),
    );
  });
});
