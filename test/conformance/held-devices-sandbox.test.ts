// Devices that tasks hold which aiplat did not place, or placed in another network mode: what is planned is what is
// started.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox, type TestSandboxOptions } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-held-devices-"));
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

async function start(fleet: NonNullable<TestSandboxOptions["fleet"]>): Promise<void> {
  box = await startTestSandbox({ fleet });
}

async function result(...args: readonly string[]): Promise<Json> {
  const { code, stdout, stderr } = await run(...args, "-o", "json");
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout);
}

/** The cluster's machines of a type, in the order of their EC2 ids. */
async function machinesOf(instanceType: string): Promise<readonly Json[]> {
  const { containerInstanceArns } = await box.ecs("ListContainerInstances");
  const { containerInstances } = await box.ecs("DescribeContainerInstances", {
    containerInstances: containerInstanceArns,
  });
  return containerInstances
    .filter((each: Json) =>
      each.attributes.some(({ name, value }: Json) => name === "ecs.instance-type" && value === instanceType),
    )
    .toSorted((one: Json, other: Json) => (one.ec2InstanceId < other.ec2InstanceId ? -1 : 1));
}

/** Starts a task of a definition that somebody wrote by hand, without lock ports. */
async function hold(machine: Json, container: object): Promise<string> {
  const family = `by-hand-${machine.ec2InstanceId}`;
  await box.register(family, container);
  const { tasks } = await box.ecs("StartTask", {
    taskDefinition: family,
    containerInstances: [machine.containerInstanceArn],
  });
  return tasks[0].taskArn;
}

const paths = (...devices: readonly number[]) => devices.map((device) => `/dev/neuron${device}`);
const listing = (...devices: readonly number[]) => ({
  linuxParameters: { devices: paths(...devices).map((hostPath) => ({ hostPath })) },
});

/** The devices of the cluster's tasks, by machine and device: a device that is held twice is there twice. */
async function heldDevices(): Promise<readonly string[]> {
  const { taskArns } = await box.ecs("ListTasks");
  const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
  const held = await Promise.all(
    tasks.map(async ({ taskDefinitionArn, containerInstanceArn }: Json) => {
      const { taskDefinition } = await box.ecs("DescribeTaskDefinition", { taskDefinition: taskDefinitionArn });
      return devicesOf(taskDefinition).map((device) => `${containerInstanceArn} ${device}`);
    }),
  );
  return held.flat();
}

function devicesOf({ containerDefinitions }: Json): readonly string[] {
  return containerDefinitions.flatMap(({ linuxParameters }: Json) =>
    (linuxParameters?.devices ?? []).map(({ hostPath }: Json) => hostPath),
  );
}

describe("a run on slots that overlap", () => {
  it("gives each task the devices that it was planned for", async () => {
    await start([{ instanceType: "inf2.24xlarge", count: 2 }]);
    const [one, two] = await machinesOf("inf2.24xlarge");
    await hold(one, listing(4, 5));
    await hold(two, listing(0, 1));
    const chip = ["--name", "chip", "--image", "chip:1", "--instance-type", "inf2.24xlarge", "--devices", "4"];
    const wanted = [...chip, "--cpu", "1", "--memory", "1GiB", "--count", "2"];

    const plan = await result("plan", ...wanted);
    const planned = plan.steps.map(({ definition, count, machines }: Json) => [
      definition.family,
      count,
      machines,
      devicesOf(definition),
    ]);
    expect(planned.toSorted()).toEqual([
      ["chip-inf2-24xlarge-n0-3", 1, [one.ec2InstanceId], paths(0, 1, 2, 3)],
      ["chip-inf2-24xlarge-n2-5", 1, [two.ec2InstanceId], paths(2, 3, 4, 5)],
    ]);

    const { tasks, failures } = await result("run-task", ...wanted);
    expect(failures).toEqual([]);
    const started = tasks.map(({ taskDefinitionArn, containerInstanceArn, devices }: Json) => [
      taskDefinitionArn.split("/").at(-1),
      containerInstanceArn,
      devices,
    ]);
    expect(started.toSorted()).toEqual([
      ["chip-inf2-24xlarge-n0-3:1", one.containerInstanceArn, paths(0, 1, 2, 3)],
      ["chip-inf2-24xlarge-n2-5:1", two.containerInstanceArn, paths(2, 3, 4, 5)],
    ]);
    const held = await heldDevices();
    expect([held.length, new Set(held).size]).toEqual([12, 12]);
    expect((await result("cluster", "devices")).conflicts).toEqual([]);
  });

  it.each([
    ["inf2.24xlarge", 5, [5], "n0-4", [0], "n1-5"],
    ["inf2.48xlarge", 7, [9], "n0-6", [0], "n1-7"],
    ["inf1.6xlarge", 3, [3], "n0-2", [0], "n1-3"],
    ["inf1.24xlarge", 9, [15], "n0-8", [0, 1], "n2-10"],
  ] as const)("has a definition for each slot: %s with %i devices", async (type, size, first, slot, second, other) => {
    await start([{ instanceType: type, count: 2 }]);
    const [one, two] = await machinesOf(type);
    await hold(one, listing(...first));
    await hold(two, listing(...second));
    const chip = ["--name", "chip", "--image", "chip:1", "--instance-type", type, "--devices", String(size)];
    const { tasks } = await result("run-task", ...chip, "--cpu", "1", "--memory", "1GiB", "--count", "2");
    const families = tasks.map(({ taskDefinitionArn }: Json) => taskDefinitionArn.split("/").at(-1));
    const prefix = `chip-${type.replace(".", "-")}`;
    expect(families.toSorted()).toEqual([`${prefix}-${slot}:1`, `${prefix}-${other}:1`]);
    const held = await heldDevices();
    expect([held.length, new Set(held).size]).toEqual([held.length, held.length]);
  });
});

describe("a service in awsvpc mode", () => {
  it("starts beside a bridge-mode job, and never on the chip that the job holds", async () => {
    await start([{ instanceType: "inf2.xlarge", count: 2 }]);
    const job = [
      "--name",
      "job",
      "--image",
      "job:1",
      "--instance-type",
      "inf2.xlarge",
      "--cpu",
      "1",
      "--memory",
      "1GiB",
    ];
    const { tasks } = await result("run-task", ...job, "--count", "1");
    const machines = await machinesOf("inf2.xlarge");
    const held = machines.find((each) => each.containerInstanceArn === tasks[0].containerInstanceArn);
    const free = machines.find((each) => each !== held);
    writeFileSync(
      join(folder, "aiplat.yaml"),
      JSON.stringify({
        name: "bert",
        kind: "service",
        image: "bert:1",
        accelerator: { instanceTypes: ["inf2.xlarge"] },
        resources: { cpu: 1, memory: "9GiB" },
        ecs: { networkMode: "awsvpc", network: { subnets: ["subnet-1"] } },
      }),
    );
    const { steps } = await result("plan");
    expect(steps).toMatchObject([
      {
        action: "create",
        create: {
          placementConstraints: [
            { type: "distinctInstance" },
            { type: "memberOf", expression: `ec2InstanceId not_in [${held.ec2InstanceId}]` },
          ],
        },
      },
    ]);
    expect((await run("service", "deploy")).code).toBe(0);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "bert" });
    expect((await box.ecs("DescribeTasks", { tasks: taskArns })).tasks).toMatchObject([
      { containerInstanceArn: free.containerInstanceArn },
    ]);
    expect((await result("cluster", "devices")).conflicts).toEqual([]);
  });
});

describe("a saved plan on a cluster with other machines", () => {
  it.each<[what: string, args: readonly string[], container: object]>([
    ["a workload of one type", ["--name", "chip", "--image", "chip:1", "--instance-type", "inf2.xlarge"], {}],
    ["a registered definition of devices", ["--task-definition", "mine"], listing(0)],
    ["a registered definition that is privileged", ["--task-definition", "mine"], { privileged: true }],
  ])("is not refused the moment it is made: %s", async (_, args, container) => {
    await start([
      { instanceType: "inf2.xlarge", count: 2 },
      { instanceType: "g5.xlarge", count: 1 },
    ]);
    await hold((await machinesOf("g5.xlarge"))[0], { privileged: true });
    await box.register("mine", container);
    const plan = await run("plan", ...args, "--count", "2", "-o", "json");
    expect([plan.code, plan.stderr]).toEqual([0, ""]);
    writeFileSync(join(folder, "plan.json"), plan.stdout);
    const { code, stdout, stderr } = await run("run-task", "--plan", "plan.json", "-o", "json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ requested: 2, failures: [], tasks: [{}, {}] });
  });
});
