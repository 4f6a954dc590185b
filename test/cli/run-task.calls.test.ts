// Which calls a run makes, each of which somebody waits for: a needless one fails here.
import { afterEach, expect, it } from "vitest";
import type { ClusterSnapshot } from "../../src/core/cluster/snapshot.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../support/cluster.ts";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox, type TestSandboxOptions } from "../support/sandbox.ts";

let box: TestSandbox | undefined;
let calls: string[] = [];

afterEach(async () => {
  await box?.sandbox.close();
  box = undefined;
});

async function start(options: TestSandboxOptions): Promise<TestSandbox> {
  box = await startTestSandbox({ ...options, onHandled: ({ operation = "" }) => calls.push(operation) });
  return box;
}

/** How often a command calls what. */
async function callsOf(args: readonly string[], exitCode = 0): Promise<Readonly<Record<string, number>>> {
  calls = [];
  const { code, stdout, stderr } = await runCli([...args, "-o", "json"], { box: box! });
  expect([code, code === exitCode ? "" : stdout + stderr]).toEqual([exitCode, ""]);
  return Object.fromEntries(
    [...new Set(calls)].sort().map((name) => [name, calls.filter((each) => each === name).length]),
  );
}

const onInf2 = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge"];
const listing = (lock: boolean) => ({
  linuxParameters: { devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0" }] },
  ...(lock ? { portMappings: [{ containerPort: 28_700, hostPort: 28_700, protocol: "udp" }] } : {}),
});
const look = { ListContainerInstances: 1, DescribeContainerInstances: 1, ListTasks: 2 };
const begin = { RegisterTaskDefinition: 1, RunTask: 1 };

it.each<[what: string, args: readonly string[], calls: Readonly<Record<string, number>>]>([
  ["devices that aiplat chooses", onInf2, { DescribeClusters: 1, ...look, DescribeTaskDefinition: 1, ...begin }],
  [
    "what ECS places by itself, and then the machine of the task",
    ["--name", "web", "--image", "web:1", "--instance-type", "none", "--memory", "1GiB"],
    { DescribeClusters: 1, DescribeTaskDefinition: 1, ...begin, DescribeContainerInstances: 1 },
  ],
  [
    "two slots, whose definitions are two",
    [...onInf2, "--devices", "3", "--count", "2", "--pack"],
    { DescribeClusters: 1, ...look, DescribeTaskDefinition: 2, RegisterTaskDefinition: 2, RunTask: 2 },
  ],
  [
    "a registered definition without devices",
    ["--task-definition", "plain"],
    { DescribeTaskDefinition: 1, DescribeClusters: 1, RunTask: 1, DescribeContainerInstances: 1 },
  ],
  [
    "a registered definition that locks its device",
    ["--task-definition", "locked"],
    { DescribeTaskDefinition: 1, DescribeClusters: 1, ...look, RunTask: 1 },
  ],
  [
    "a registered definition that does not, and what runs beside it",
    ["--task-definition", "unlocked"],
    {
      DescribeTaskDefinition: 1,
      DescribeClusters: 1,
      RunTask: 1,
      ListContainerInstances: 1,
      // Of all machines, and of the one that it runs on.
      DescribeContainerInstances: 2,
      ListTasks: 4,
      DescribeTasks: 1,
    },
  ],
])("makes no needless call on an empty cluster for %s", async (_, args, expected) => {
  await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
  await box!.register("plain");
  await box!.register("locked", listing(true));
  await box!.register("unlocked", listing(false));
  expect(await callsOf(["run-task", ...args])).toEqual(expected);
});

it("reads tasks that are there once, and each definition once, its own among them", async () => {
  await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
  await callsOf(["run-task", ...onInf2, "--devices", "1", "--count", "3"]);
  expect(await callsOf(["run-task", ...onInf2, "--devices", "1"])).toEqual({
    DescribeClusters: 1,
    ...look,
    DescribeTasks: 1,
    // Of the three tasks that run; and the newest of the family of the fourth slot, which is none yet.
    DescribeTaskDefinition: 4,
    ...begin,
  });
});

it("asks what machines to be added would run only where something has no place", async () => {
  await start({ fleet: [{ instanceType: "inf2.24xlarge", count: 1 }] });
  expect(await callsOf(["run-task", ...onInf2, "--count", "2", "--all-or-nothing"], 4)).toEqual({
    DescribeClusters: 1,
    ...look,
    ListServices: 1,
  });
});

/** 500 machines of four types with 12 tasks each; one in twenty of the wanted type has a device that is free. */
function largeCluster(): ClusterSnapshot {
  const types = ["inf2.48xlarge", "trn1.32xlarge", "g5.12xlarge", "m5.4xlarge"];
  const slots = Array.from({ length: 12 }, (_, slot) => slot);
  const definitions = types.flatMap((type) =>
    slots.map((slot) => {
      const hostPath = `/dev/neuron${slot}`;
      const port = 28_700 + slot;
      const neuron = {
        linuxParameters: { devices: [{ hostPath, containerPath: hostPath }] },
        portMappings: [{ containerPort: port, hostPort: port, protocol: "udp" }],
      };
      const family = `${type.replace(".", "-")}-n${slot}`;
      const isNeuron = type.startsWith("inf2") || type.startsWith("trn1");
      return aDefinition(family, { memory: 1024, ...(isNeuron ? neuron : {}) }, { networkMode: "bridge" });
    }),
  );
  const machines = Array.from({ length: 500 }, (_, index) => {
    const type = types[index % 4]!;
    const isFree = (slot: number) => type === types[0] && slot === 7 && index % 80 === 0;
    const held = slots.filter((slot) => !isFree(slot));
    const registered = { cpu: 192 * 1024, memoryMiB: 360_000, tcpPorts: [22], udpPorts: [], gpus: [] };
    const udpPorts = type === types[0] || type === types[1] ? held.map((slot) => 28_700 + slot) : [];
    const remaining = { ...registered, memoryMiB: 360_000 - 1024 * held.length, udpPorts };
    const counts = { runningTasksCount: held.length };
    const instance = anInstance(String(index).padStart(3, "0"), type, { registered, remaining, ...counts });
    const tasks = held.map((slot) => aTask(`${index}-${slot}`, definitions[(index % 4) * 12 + slot]!, instance));
    return { instance, tasks };
  });
  const tasks = machines.flatMap((each) => each.tasks);
  return aSnapshot(
    machines.map(({ instance }) => instance),
    tasks,
    definitions,
  );
}

const small = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.48xlarge", "--devices", "1"];
const cheap = [...small, "--memory", "1GiB", "--cpu", "0.25", "--cluster", "prod"];

it("reads of a large cluster the machines that may take the task, and the tasks on those that it may go to", async () => {
  await start({ snapshot: largeCluster() });
  const made = await callsOf(["run-task", ...cheap]);
  expect(made).toEqual({
    DescribeClusters: 1,
    // 125 machines of the type, of 500.
    ListContainerInstances: 2,
    DescribeContainerInstances: 2,
    // The one that it is planned for and four where it may go as well, of the seven that have a device free: tasks that
    // run, and those that are stopping.
    ListTasks: 10,
    DescribeTasks: 2,
    DescribeTaskDefinition: 12,
    ...begin,
  });
  const everything = await callsOf(["cluster", "devices", "--cluster", "prod"]);
  expect(everything).toMatchObject({ ListContainerInstances: 5, ListTasks: 61, DescribeTasks: 60 });
});

it("keeps the tasks on the machines that it has looked at, and off one where somebody holds the device", async () => {
  const cluster = largeCluster();
  const byHand = aDefinition("by-hand", { linuxParameters: { devices: [{ hostPath: "/dev/neuron7" }] } });
  const [first] = cluster.instances;
  await start({
    snapshot: {
      ...cluster,
      tasks: [...cluster.tasks, aTask("held", byHand, first)],
      taskDefinitions: { ...cluster.taskDefinitions, [byHand.taskDefinitionArn]: byHand },
    },
  });
  const { stdout } = await runCli(["run-task", ...cheap, "--dry-run", "-o", "json"], { box: box! });
  const request = JSON.parse(stdout).requests.find(({ operation }: { operation: string }) => operation === "RunTask");
  const free = [80, 160, 240, 320, 400].map((index) => `i-${String(index).padStart(3, "0")}`);
  expect(request.input.placementConstraints).toEqual([
    { type: "memberOf", expression: `ec2InstanceId in [${free.join(", ")}]` },
  ]);
  const result = await runCli(["run-task", ...cheap, "-o", "json"], { box: box! });
  expect(free.map((id) => `/${id.slice(2)}`)).toContain(
    /\/\d+$/.exec(JSON.parse(result.stdout).tasks[0].containerInstanceArn)![0],
  );
});

it("reads everything where the machines of the type do not suffice, and says so as ever", async () => {
  await start({ snapshot: largeCluster() });
  const { code, stdout } = await runCli(["run-task", ...cheap, "--count", "20", "-o", "json"], { box: box! });
  expect(code).toBe(4);
  const { tasks, failures } = JSON.parse(stdout);
  expect([tasks.length, failures[0].detail]).toEqual([7, expect.stringContaining("13 of 20 tasks")]);
});
