// Volumes of services and runs: registered, launched, placed, and taken back out of what lives.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-volumes-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const role = "arn:aws:iam::123456789012:role/infrastructure";
const ebs = { size: "500GiB", type: "gp3", snapshot: "snap-1", role };
const volumes = [
  { path: "/models", efs: { fileSystem: "fs-1", accessPoint: "fsap-1" }, readOnly: true },
  { path: "/data", ebs },
  { path: "/scratch", scratch: "200GiB" },
  { path: "/var/tmp/neuron-compile-cache", name: "cache", host: "/opt/neuron-cache" },
  { path: "/s3", s3Files: { arn: "arn:aws:s3files:us-east-1:123456789012:file-system/fs-1" } },
];
const mounts = [
  { path: "/fsx", lustre: { fileSystem: "fs-2", mountName: "abcd", dnsName: "fs-2.fsx.us-east-1.amazonaws.com" } },
  { path: "/weights", s3: { bucket: "models", prefix: "bert/" }, readOnly: true },
];

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

function write(changes: object = {}): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "bert",
      kind: "service",
      image: "bert:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      replicas: 2,
      roles: { task: "arn:aws:iam::123456789012:role/task" },
      volumes,
      ...changes,
    }),
  );
}

/** Gives each machine, or so many of them, the attributes of its mounts. */
async function mount(names: readonly string[], count = 2): Promise<void> {
  const { containerInstanceArns } = await box.ecs("ListContainerInstances", {});
  for (const targetId of containerInstanceArns.slice(0, count))
    await box.ecs("PutAttributes", {
      attributes: names.map((name) => ({ name: `aiplat.mount.${name}`, targetType: "container-instance", targetId })),
    });
}

describe("volumes on the sandbox", () => {
  it("are deployed by services, and a second plan changes nothing", async () => {
    write();
    expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    expect(await run("plan", "--exit-code")).toMatchObject({ code: 0 });
    const { serviceArns } = await box.ecs("ListServices", {});
    const { services } = await box.ecs("DescribeServices", { services: serviceArns });
    const configuration = { roleArn: role, volumeType: "gp3", sizeInGiB: 500, snapshotId: "snap-1" };
    for (const { deployments } of services)
      expect(deployments[0].volumeConfigurations).toEqual([{ name: "data", managedEBSVolume: configuration }]);
  });

  it("come back by import, which plans to no change and has no raw fields", async () => {
    await mount(["fsx", "weights"]);
    write({ volumes: [...volumes, ...mounts] });
    expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    const { services } = JSON.parse((await run("service", "list", "-o", "json")).stdout);
    const imported = await run("service", "import", services[0].service ?? services[0].serviceName, "--force");
    expect(imported.code).toBe(0);
    const file = parse(readFileSync(join(folder, "aiplat.yaml"), "utf8"));
    const byPath = (list: readonly { readonly path: string }[]) =>
      list.toSorted((one, other) => (one.path < other.path ? -1 : 1));
    expect(byPath(file.volumes)).toEqual(byPath([...volumes, ...mounts]));
    expect([file.ecs.taskDefinition, file.ecs.service, file.ecs.placement]).toEqual([undefined, undefined, undefined]);
    expect(await run("plan", "--exit-code")).toMatchObject({ code: 0 });
  });

  it("go with a deployment of a file that has none", async () => {
    const whole = { replicas: 1, accelerator: { instanceTypes: ["inf2.24xlarge"] } };
    write({ ...whole, volumes: [{ path: "/data", ebs }] });
    expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    write({ ...whole, volumes: [] });
    expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    const { services } = await box.ecs("DescribeServices", { services: ["bert"] });
    expect(services[0].deployments[0].volumeConfigurations ?? []).toEqual([]);
    expect(await run("plan", "--exit-code")).toMatchObject({ code: 0 });
  });

  it("go with a rollback to a revision that has none", async () => {
    const whole = { replicas: 1, accelerator: { instanceTypes: ["inf2.24xlarge"] } };
    write({ ...whole, volumes: [] });
    expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    write({ ...whole, volumes: [{ path: "/data", ebs }] });
    expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    expect(await run("service", "rollback", "bert", "--yes")).toMatchObject({ code: 0 });
    const { services } = await box.ecs("DescribeServices", { services: ["bert"] });
    expect(services[0].taskDefinition).toMatch(/:1$/);
    expect(services[0].deployments[0].volumeConfigurations ?? []).toEqual([]);
  });

  it("are no way back to where the service says nothing of them", async () => {
    const whole = { replicas: 1, accelerator: { instanceTypes: ["inf2.24xlarge"] } };
    for (const path of ["/data", "/other"]) {
      write({ ...whole, volumes: [{ path, ebs }] });
      expect(await run("service", "deploy", "-o", "json")).toMatchObject({ code: 0 });
    }
    const { code, stderr } = await run("service", "rollback", "bert", "--yes");
    expect([code, stderr]).toEqual([
      1,
      "error: bert cannot go back to bert:1: ECS makes its volume data at launch, and the service does not say how\n" +
        "  Deploy the file that had the volume: aiplat service deploy.\n",
    ]);
  });

  it("are launched by a run, with the block device's configuration", async () => {
    write({ kind: "job", replicas: 1, environment: { AIPLAT_SANDBOX_SECONDS: "1" } });
    const dry = await run("run-task", "--dry-run", "-o", "json");
    expect(dry.stdout).toContain('"volumeConfigurations"');
    expect(await run("run-task", "--wait")).toMatchObject({ code: 0 });
  });

  it("are placed where the machine has the mount, and nowhere else", async () => {
    write({ kind: "job", replicas: 1, volumes: mounts });
    const none = await run("run-task");
    expect(none.code).toBe(4);
    await mount(["fsx", "weights"], 1);
    const { stdout, code } = await run("run-task", "-o", "json");
    expect(code).toBe(0);
    const { containerInstanceArns } = await box.ecs("ListContainerInstances", {});
    expect(JSON.parse(stdout).tasks[0].containerInstanceArn).toBe(containerInstanceArns[0]);
  });

  it("say by whose role a bucket is read, and where scratch lies", async () => {
    write({ volumes: [...volumes, ...mounts] });
    const { stderr } = await run("plan");
    expect(stderr).toMatch(/the bucket models at \/weights is read with the instance's role/);
    expect(stderr).toMatch(/scratch at \/scratch lies on the machine's disk/);
    expect((await run("doctor")).stderr).toMatch(/the bucket models at \/weights is read with the instance's role/);
  });

  it("saved in a plan are what is carried out", async () => {
    write({ kind: "job", replicas: 1, environment: { AIPLAT_SANDBOX_SECONDS: "1" } });
    const saved = await run("plan", "-o", "json");
    expect(saved.code).toBe(0);
    expect(JSON.stringify(JSON.parse(saved.stdout))).toContain("volumeConfigurations");
    writeFileSync(join(folder, "plan.json"), saved.stdout);
    expect(readFileSync(join(folder, "plan.json"), "utf8")).toContain("managedEBSVolume");
    expect(await run("run-task", "--plan", "plan.json", "--wait")).toMatchObject({ code: 0 });
  });

  it.each([
    [
      "a file system",
      { path: "/models", efs: { fileSystem: "fs-doesnotexist" } },
      /VolumeDriver\.Create: mounting volume failed: Failed to resolve \\?"fs-doesnotexist\.efs/,
      /has a mount target/,
    ],
    [
      "a role",
      { path: "/data", ebs: { size: "1GiB", role: `${role}-does-not-exist` } },
      /unable to assume the infrastructure role/,
      /must trust ecs.amazonaws.com/,
    ],
  ])("without %s a run fails and says why", async (_, volume, reason, hint) => {
    write({ kind: "job", replicas: 1, volumes: [volume] });
    const { code, stdout, stderr } = await run("run-task", "--wait", "-o", "json");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(reason);
    expect(stdout + stderr).toMatch(hint);
  });

  it("has an empty folder where a task comes to a machine without its mount", async () => {
    const logConfiguration = {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/g",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "p",
        "awslogs-create-group": "true",
      },
    };
    const { taskDefinition } = await box.ecs("RegisterTaskDefinition", {
      family: "bare",
      volumes: [{ name: "fsx", host: { sourcePath: "/mnt/aiplat/fsx" } }],
      containerDefinitions: [
        {
          name: "main",
          image: "x",
          memory: 64,
          mountPoints: [{ sourceVolume: "fsx", containerPath: "/fsx" }],
          logConfiguration,
        },
      ],
    });
    const { tasks } = await box.ecs("RunTask", { taskDefinition: taskDefinition.taskDefinitionArn });
    box.step(10);
    const logs = await run("task", "logs", tasks[0].taskArn);
    expect(logs.stdout).toContain("sandbox: nothing is mounted at /mnt/aiplat/fsx: Docker made an empty folder");
  });
});
