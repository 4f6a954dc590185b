import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { callEcs, createMotoCluster, setTaskProgression } from "../support/moto-cluster.ts";
import { startMoto, type Moto } from "../support/moto.ts";
import { missingTools } from "../support/tools.ts";

interface Devices {
  readonly instances: readonly {
    readonly ec2InstanceId: string;
    readonly devices: readonly {
      readonly path: string;
      readonly state: string;
      readonly claimedBy: readonly string[];
    }[];
  }[];
  readonly conflicts: readonly {
    readonly containerInstanceArn: string;
    readonly path: string;
    readonly tasks: readonly string[];
  }[];
}

describe.skipIf(missingTools("moto_server"))("the cluster commands against moto", () => {
  let moto: Moto;
  let folder: string;
  let machines: readonly string[];
  let foreign: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiplat-cluster-"));
    moto = await startMoto();
    await setTaskProgression(moto);
    machines = await createMotoCluster(moto, "shared", ["inf2.24xlarge", "m5.large"]);
    // As other tools write it: the device and nothing that ECS would count.
    const devices = [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] }];
    await callEcs(moto, "RegisterTaskDefinition", {
      family: "foreign",
      containerDefinitions: [
        {
          name: "x",
          image: "x",
          memory: 64,
          cpu: 64,
          environment: [{ name: "TOKEN", value: "hunter2" }],
          linuxParameters: { devices },
        },
      ],
    });
    const { tasks } = (await callEcs(moto, "RunTask", { cluster: "shared", taskDefinition: "foreign", count: 2 })) as {
      readonly tasks: readonly { readonly taskArn: string }[];
    };
    foreign = tasks.map(({ taskArn }) => taskArn);
  });
  afterAll(async () => {
    await moto?.stop();
    await rm(folder, { recursive: true });
  });

  const live = (...args: readonly string[]) => runCli(args, { env: moto.env });
  const workload = [
    "--name",
    "own",
    "--image",
    "own:1",
    "--instance-type",
    "inf2.24xlarge",
    "--devices",
    "1",
    "--cpu",
    "0.25",
    "--memory",
    "512MiB",
  ];

  it("devices: finds two foreign tasks on one device, names them, and exits 3", async () => {
    const { code, stdout, stderr } = await live("cluster", "devices", "--cluster", "shared", "-o", "json");
    expect([code, stderr]).toEqual([3, ""]);
    const { instances, conflicts } = JSON.parse(stdout) as Devices;
    expect(instances).toHaveLength(1);
    expect(instances[0]!.devices.map(({ state }) => state)).toEqual([
      "conflict",
      "free",
      "free",
      "free",
      "free",
      "free",
    ]);
    expect(
      conflicts.map(({ containerInstanceArn, path, tasks }) => ({
        containerInstanceArn,
        path,
        tasks: tasks.toSorted(),
      })),
    ).toEqual([{ containerInstanceArn: machines[0], path: "/dev/neuron0", tasks: foreign.toSorted() }]);
  });

  it("explain: has room beside them, and no more", async () => {
    const five = await live("cluster", "explain", ...workload, "--cluster", "shared", "--count", "5", "-o", "json");
    expect(five.code).toBe(0);
    const six = await live("cluster", "explain", ...workload, "--cluster", "shared", "--count", "6", "-o", "json");
    expect(six.code).toBe(4);
    expect(JSON.parse(six.stdout)).toMatchObject({ possible: 5, nearestChange: { message: "one more inf2.24xlarge" } });
  });

  it("snapshot: the file gives the answers that the cluster gives", async () => {
    const file = join(folder, "shared.json");
    const written = await live("cluster", "snapshot", "--cluster", "shared", "--file", file);
    expect([written.code, written.stdout, written.stderr]).toEqual([
      0,
      "",
      `wrote ${file}: 2 instances, 2 tasks, 0 services\n`,
    ]);
    const piped = await live("cluster", "snapshot", "--cluster", "shared");
    const withoutTime = (text: string) => ({ ...(JSON.parse(text) as object), observedAt: 0 });
    expect(withoutTime(piped.stdout)).toEqual(withoutTime(await readFile(file, "utf8")));
    for (const command of [
      ["cluster", "devices"],
      ["cluster", "explain", ...workload, "--count", "6"],
      ["cluster", "explain", ...workload, "--devices", "6"],
    ]) {
      for (const format of ["json", "text", "markdown"]) {
        const here = await live(...command, "--cluster", "shared", "-o", format);
        // Nothing of AWS is in the environment: no call can be made.
        expect(await runCli([...command, "--cluster-state", file, "-o", format])).toEqual(here);
      }
    }
  });

  it("snapshot --redact: the same answers without accounts and values", async () => {
    const file = join(folder, "redacted.json");
    await live("cluster", "snapshot", "--cluster", "shared", "--redact", "--file", file);
    const text = await readFile(file, "utf8");
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain("123456789012");
    const devices = async (run: Promise<{ readonly stdout: string }>) =>
      (JSON.parse((await run).stdout) as Devices).instances.map((each) =>
        each.devices.map(({ path, state }) => [path, state]),
      );
    expect(await devices(runCli(["cluster", "devices", "--cluster-state", file, "-o", "json"]))).toEqual(
      await devices(live("cluster", "devices", "--cluster", "shared", "-o", "json")),
    );
  });

  it("run-task: the next tasks avoid their device, and a registered definition that lists it is not started beside them", async () => {
    const { code, stdout } = await live("run-task", ...workload, "--cluster", "shared", "--count", "5", "-o", "json");
    expect(code).toBe(0);
    const { tasks } = JSON.parse(stdout) as { readonly tasks: readonly { readonly devices: readonly string[] }[] };
    expect(tasks.flatMap((task) => task.devices).sort()).toEqual(
      [1, 2, 3, 4, 5].map((device) => `/dev/neuron${device}`),
    );
    const after = JSON.parse((await live("cluster", "devices", "--cluster", "shared", "-o", "json")).stdout) as Devices;
    expect(after.instances[0]!.devices.map(({ state }) => state)).toEqual([
      "conflict",
      "held",
      "held",
      "held",
      "held",
      "held",
    ]);
    expect(after.conflicts).toHaveLength(1);
    // moto places it all the same, since it knows no constraints: aiplat reads back, and gives it back.
    const again = await live("run-task", "--task-definition", "foreign", "--cluster", "shared", "-o", "json");
    expect(again.code).toBe(4);
    const { taskArns } = (await callEcs(moto, "ListTasks", { cluster: "shared", desiredStatus: "RUNNING" })) as {
      readonly taskArns: readonly string[];
    };
    expect(taskArns).toHaveLength(7);
  });

  it("names a cluster that is not there", async () => {
    for (const command of ["devices", "snapshot"]) {
      const { code, stdout, stderr } = await live("cluster", command, "--cluster", "nowhere");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("nowhere");
    }
  });
});
