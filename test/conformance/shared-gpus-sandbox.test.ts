// GPUs that tasks share by memory: explain, plan, run-task, service deploy and cluster devices beside what ECS does; and
// what daemons leave of them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-shared-gpus-"));
  box = await startTestSandbox({ fleet: [{ instanceType: "g5.xlarge", count: 2 }] });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

async function result(code: number, ...args: readonly string[]): Promise<Json> {
  const done = await run(...args, "-o", "json");
  expect([done.code, done.stderr]).toEqual([code, expect.any(String)]);
  return JSON.parse(done.stdout);
}

function write(name: string, changes: object): string {
  const path = join(folder, `${name}.yaml`);
  const sharing = { instanceTypes: ["g5.xlarge"], mps: { memory: "15GiB" } };
  const resources = { cpu: 0.5, memory: "1GiB" };
  writeFileSync(path, JSON.stringify({ name, image: "tts:1", accelerator: sharing, resources, ...changes }));
  return path;
}

const states = ({ instances }: Json): readonly string[] =>
  instances.flatMap(({ devices }: Json) => devices.map(({ state }: Json) => state)).toSorted();

const left = "needs 15,360 MiB of one GPU, and 7,528 MiB is the most that is left on one";

it("gives two of three shares of 15 GiB a place on two g5.xlarge, whoever is asked", async () => {
  const shares = write("tts", { replicas: 3 });
  const explained = await result(4, "cluster", "explain", shares);
  expect(explained).toMatchObject({ placeable: false, possible: 2 });
  const planned = await result(4, "plan", shares);
  expect(planned.steps.map(({ count }: Json) => count)).toEqual([2]);
  expect(planned.failures[0].detail).toContain(left);
  const ran = await result(4, "run-task", shares);
  expect(ran.tasks).toHaveLength(2);
  expect(ran.failures).toEqual([
    { reason: "GPU", detail: expect.stringContaining(left), hint: "To make room: one more g5.xlarge." },
  ]);
  const devices = await result(0, "cluster", "devices");
  expect(states(devices)).toEqual(["shared", "shared"]);
  expect(devices.instances[0].devices[0].sharing).toMatchObject({ memoryMiB: 22_888, freeMiB: 7528 });
  // What is left takes a smaller share, and no whole-GPU task.
  expect(
    (
      await result(
        0,
        "run-task",
        write("small", { accelerator: { instanceTypes: ["g5.xlarge"], mps: { memory: "7GiB" } } }),
      )
    ).tasks,
  ).toHaveLength(1);
  const whole = write("whole", { accelerator: { instanceTypes: ["g5.xlarge"] } });
  expect((await result(4, "run-task", whole)).failures[0].detail).toContain("1 shared by MPS takes no whole-GPU task");
});

it("keeps shares off whole GPUs, and says of a service that waits for room what run-task says", async () => {
  expect((await run("run-task", write("whole", { accelerator: { instanceTypes: ["g5.xlarge"] } }))).code).toBe(0);
  const service = write("tsv", { kind: "service", replicas: 2 });
  const refused = await run("service", "deploy", service, "-y");
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining("has room for 1: ")]);
  const waited = await run("service", "deploy", service, "-y", "--allow-stall", "--timeout", "3s", "-o", "json");
  expect(waited.code).toBe(5);
  const failure = {
    reason: "GPU",
    detail: expect.stringMatching(
      /^tsv: 1 of 2 tasks: g5\.xlarge i-\w+: needs 15,360 MiB of one GPU, and .*; g5\.xlarge i-\w+: needs 15,360 MiB of one GPU, and /,
    ),
    hint: "To make room: one more g5.xlarge.",
  };
  expect(JSON.parse(waited.stdout).failures).toEqual([failure]);
  const status = await result(0, "service", "status", "tsv");
  expect(status.failures).toEqual([failure]);
  const { stderr } = await run("service", "status", "tsv");
  expect(stderr).toContain("failed: GPU\n  tsv: 1 of 2 tasks");
  expect(states(await result(0, "cluster", "devices"))).toEqual(["held", "shared"]);
});

it("advises no machine on which a DAEMON service leaves too little, though none of its tasks runs yet", async () => {
  for (const arn of (await box.ecs("ListContainerInstances")).containerInstanceArns)
    await box.ecs("DeregisterContainerInstance", { containerInstance: arn, force: true });
  await box.register("agent", { memory: 1024 });
  await box.ecs("CreateService", { serviceName: "agent", taskDefinition: "agent", schedulingStrategy: "DAEMON" });
  const nearest = async (memory: string) =>
    (await result(4, "cluster", "explain", write("tts", { resources: { cpu: 0.5, memory } }))).nearestChange;
  expect(await nearest("13721MiB")).toMatchObject({ kind: "add-instances", message: "one more g5.xlarge" });
  expect(await nearest("13722MiB")).toEqual({
    kind: "ask-for-less",
    message: "with memory 13721MiB it fits on an empty g5.xlarge",
  });
});
