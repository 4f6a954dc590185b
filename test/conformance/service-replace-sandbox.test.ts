import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliOptions, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-replace-"));
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.24xlarge", count: 2 },
      { instanceType: "inf2.xlarge", count: 2 },
    ],
  });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const runWith = (options: CliOptions, ...args: readonly string[]): Promise<CliRun> =>
  runCli(args, { box, cwd: folder, ...options });
const run = (...args: readonly string[]): Promise<CliRun> => runWith({}, ...args);

function writeWorkload(changes: object = {}): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "chip",
      kind: "service",
      image: "chip:1",
      accelerator: { instanceTypes: ["inf2.24xlarge"] },
      replicas: 1,
      ...changes,
    }),
  );
}

/** Two whole machines of what has six devices each become slots of two. */
const inSlots = (changes: object = {}) =>
  writeWorkload({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 }, replicas: 3, ...changes });
const slots = ["chip-inf2-24xlarge-n0-1", "chip-inf2-24xlarge-n2-3", "chip-inf2-24xlarge-n4-5"];
const fails = { environment: { AIPLAT_SANDBOX_EXIT: "3" } };

/** Every ACTIVE service by name, with `family:revision`, and what it wants and has. */
async function services(): Promise<Readonly<Record<string, string>>> {
  const { serviceArns } = await box.ecs("ListServices", { maxResults: 100 });
  if (serviceArns.length === 0) return {};
  const { services: found } = await box.ecs("DescribeServices", { services: serviceArns });
  return Object.fromEntries(
    (found as readonly Json[])
      .filter(({ status }) => status === "ACTIVE")
      .map((each) => [
        each.serviceName as string,
        `${each.taskDefinition.split("/").at(-1)} ${each.runningCount}/${each.desiredCount}`,
      ]),
  );
}

/** The tasks of a service, by ARN: as long as they are the same nothing of it was touched. */
const tasksOf = async (serviceName: string): Promise<readonly string[]> =>
  (await box.ecs("ListTasks", { serviceName })).taskArns;

async function deployed(): Promise<void> {
  const { code, stderr } = await run("service", "deploy");
  expect([code, stderr.match(/error.*/i)]).toEqual([0, null]);
}

/** Each piece of text comes after the one before. */
function inOrder(text: string, ...pieces: readonly string[]): void {
  const places = pieces.map((piece) => text.lastIndexOf(piece));
  expect(pieces.filter((_, index) => places[index] === -1)).toEqual([]);
  expect(places.toSorted((one, other) => one - other)).toEqual(places);
}

describe("a service whose file changes what it runs on", () => {
  it("keeps its name, its tasks and its definition when the file gains an instance type", async () => {
    writeWorkload();
    await deployed();
    const before = await tasksOf("chip");
    writeWorkload({ accelerator: { instanceTypes: ["inf2.24xlarge", "inf2.xlarge"] }, replicas: 3 });
    const { code, stdout } = await run("service", "deploy", "--no-input", "-o", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).services).toMatchObject([
      { service: "chip", action: "update", desiredCount: 2 },
      { service: "chip-inf2-xlarge", action: "create", desiredCount: 1 },
    ]);
    expect(await services()).toEqual({ chip: "chip:1 2/2", "chip-inf2-xlarge": "chip-inf2-xlarge:1 1/1" });
    expect(await tasksOf("chip")).toEqual(expect.arrayContaining([...before]));
    // And back: what is left over goes once the other has its tasks, without a wait for anything else.
    writeWorkload({ replicas: 2 });
    const back = await run("service", "deploy", "--yes", "--no-wait");
    expect(back.code).toBe(0);
    expect(back.stderr).toContain("deleted chip-inf2-xlarge, which ran chip-inf2-xlarge:1");
    expect(await services()).toEqual({ chip: "chip:1 2/2" });
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });

  it("is replaced where there is room for both: asked for, made, steady, and only then deleted", async () => {
    writeWorkload();
    await deployed();
    inSlots();
    const plan = JSON.parse((await run("plan", "-o", "json")).stdout);
    expect(plan.steps.map(({ action, service, after, replaces }: Json) => [action, service, after, replaces])).toEqual([
      ...slots.map((name) => ["create", name, undefined, ["chip"]]),
      ["delete", "chip", slots, undefined],
    ]);
    const unasked = await run("service", "deploy", "--no-input");
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("deleting chip with 1 task needs a yes");
    expect(unasked.stderr).toContain("--yes");
    expect(await services()).toEqual({ chip: "chip:1 1/1" });

    const { code, stderr } = await run("service", "deploy", "--yes", "--no-wait");
    expect(code).toBe(0);
    expect(stderr).toContain("chip can only be deleted once what takes its place is steady");
    for (const name of slots)
      inOrder(stderr, `created ${name}`, `${name}  has reached a steady state.`, "deleted chip, which ran chip:1");
    expect(await services()).toEqual(Object.fromEntries(slots.map((name) => [name, `${name}:1 1/1`])));
    expect((await run("plan", "--exit-code")).code).toBe(0);

    const back = await run("service", "rollback");
    expect(back.code).toBe(1);
    expect(back.stderr).toContain("it took the place of chip");
    expect(back.stderr).toMatch(/aiplat run-task --task-definition chip:1 --count 1 --cluster default/);
    expect((await run("run-task", "--task-definition", "chip:1", "--count", "1")).code).toBe(0);
  });

  it("is deleted only when the service that takes its tasks over serves, not when that one's tasks run", async () => {
    const file = (instanceTypes: readonly string[]) =>
      writeWorkload({
        accelerator: { instanceTypes },
        replicas: 2,
        ports: [{ container: 8080 }],
        health: { path: "/ping", port: 8080, startSeconds: 250 },
        environment: { AIPLAT_SANDBOX_HEALTHY_AFTER: "200" },
      });
    file(["inf2.24xlarge", "inf2.xlarge"]);
    await deployed();
    expect(await services()).toMatchObject({ "chip-inf2-24xlarge": "chip-inf2-24xlarge:1 2/2" });
    file(["inf2.xlarge"]);
    const { code, stderr } = await run("service", "deploy", "--yes");
    expect(code).toBe(0);
    inOrder(
      stderr,
      "updated chip-inf2-xlarge",
      "chip-inf2-xlarge  has reached a steady state.",
      "deleted chip-inf2-24",
    );
    const { tasks } = await box.ecs("DescribeTasks", { tasks: await tasksOf("chip-inf2-xlarge") });
    expect(tasks).toMatchObject([{ healthStatus: "HEALTHY" }, { healthStatus: "HEALTHY" }]);
  });

  it("serves on as before when what replaces it fails, and can be replaced again", async () => {
    writeWorkload();
    await deployed();
    const before = await tasksOf("chip");
    inSlots(fails);
    const { code, stdout, stderr } = await run("service", "deploy", "--yes");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^chip-inf2-24xlarge-n0-1\tcreate\tfailed/);
    expect(stdout).toMatch(/^chip\tdelete\tnot-reached/m);
    inOrder(stderr, `removed ${slots[2]}, since the replacement failed`, "chip serves as before", "exited with 3");
    expect(await services()).toEqual({ chip: "chip:1 1/1" });
    expect(await tasksOf("chip")).toEqual(before);
    inSlots();
    expect((await run("service", "deploy", "--yes")).code).toBe(0);
    expect(Object.keys(await services())).toEqual(slots);
  });

  it("stays, with the arithmetic, where there is no room for both; --recreate deletes it first", async () => {
    writeWorkload({ replicas: 2 });
    await deployed();
    inSlots();
    const { code, stderr } = await run("service", "deploy", "--yes");
    expect(code).toBe(4);
    expect(await services()).toEqual({ chip: "chip:1 2/2" });
    const [stall] = JSON.parse((await run("service", "deploy", "--yes", "-o", "json")).stderr).details.problems;
    expect(stall.message).toMatch(
      /1 task is wanted, and the cluster has room for 0: 2 inf2.24xlarge instances, such as i-\w+: \/dev\/neuron0-1 are held by task \w+ and needs 29,491 CPU units, 9,831 remain; chip stays until/,
    );
    expect(stall.hint).toContain("--recreate deletes chip first");
    expect(stderr).toContain("9,831 remain; chip stays until its successors are steady");
    expect((await run("plan")).code).toBe(4);
    expect((await run("plan", "--recreate")).code).toBe(0);
    expect((await run("service", "deploy", "--recreate", "--no-input")).code).toBe(2);
    const recreated = await run("service", "deploy", "--recreate", "--yes");
    expect(recreated.code).toBe(0);
    for (const name of slots) inOrder(recreated.stderr, "deleted chip, which ran chip:1", `created ${name}`);
    expect((await run("service", "rollback")).stderr).toContain("--task-definition chip:1 --count 2");
  });

  it("is replaced by a saved plan as it was reviewed, which asks too", async () => {
    writeWorkload();
    await deployed();
    inSlots();
    writeFileSync(join(folder, "plan.json"), (await run("plan", "-o", "json")).stdout);
    expect((await run("service", "deploy", "--plan", "plan.json")).code).toBe(2);
    const { code, stderr } = await run("service", "deploy", "--plan", "plan.json", "--yes");
    expect(code).toBe(0);
    inOrder(stderr, `${slots[1]}  has reached a steady state.`, "deleted chip");
  });
});

describe("a replacement that was interrupted", () => {
  /** Both of the old and of the new serve when it ends. */
  async function interrupted(): Promise<void> {
    writeWorkload();
    await deployed();
    inSlots();
    const { code, stderr } = await runWith(
      { interruptAt: `created ${slots[1]}` },
      "service",
      "deploy",
      "--yes",
      "--timeout",
      "10m",
    );
    expect(code).toBe(130);
    expect(stderr).not.toContain("deleted chip");
    expect(await services()).toMatchObject({ chip: "chip:1 1/1", [slots[0]!]: expect.any(String) });
  }

  it("is finished by the next deploy", async () => {
    await interrupted();
    const { code, stderr } = await run("service", "deploy", "--yes");
    expect([code, stderr.includes("deleted chip")]).toEqual([0, true]);
    expect(await services()).toEqual(Object.fromEntries(slots.map((name) => [name, `${name}:1 1/1`])));
  });

  it("is undone by a rollback, which leaves the old service as it is; scale waits for one of them", async () => {
    await interrupted();
    const before = await tasksOf("chip");
    const scaled = await run("service", "scale", "--replicas", "2");
    expect([scaled.code, scaled.stderr.includes("is not done yet")]).toEqual([1, true]);
    const { code, stdout } = await run("service", "rollback", "--no-input");
    expect([code, stdout.includes("chip\tkeep\tunchanged")]).toEqual([0, true]);
    expect(await services()).toEqual({ chip: "chip:1 1/1" });
    expect(await tasksOf("chip")).toEqual(before);
  });

  it("is not undone by a rollback that would leave fewer tasks than before", async () => {
    await interrupted();
    await box.ecs("DeleteService", { service: "chip", force: true });
    // As it is where several were to go, and the interrupt came after the first of them.
    await box.ecs("CreateService", {
      serviceName: "other",
      taskDefinition: "chip:1",
      desiredCount: 0,
      tags: [{ key: "aiplat:workload", value: "chip" }],
    });
    const { code, stderr } = await run("service", "rollback");
    expect([code, stderr.includes("--task-definition chip:1 --count 1")]).toEqual([1, true]);
    expect(Object.keys(await services())).toContain(slots[0]);
  });

  it("is removed when the next deploy finds that it fails", async () => {
    await interrupted();
    // What is new replaces its tasks one after the other: there is no room for more.
    inSlots({
      ...fails,
      ecs: { service: { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } } },
    });
    const { code } = await run("service", "deploy", "--yes");
    expect(code).toBe(1);
    expect(await services()).toEqual({ chip: "chip:1 1/1" });
  });
});

describe("a service that was made before its slot was in its name", () => {
  it("plans to no change, and is updated under its own name and in its own family", async () => {
    writeWorkload({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 4 } });
    await deployed();
    // The same service as it was called: after the workload alone.
    const [name] = Object.keys(await services());
    expect(name).toBe("chip-inf2-24xlarge-n0-3");
    const { taskDefinition, tags } = await box.ecs("DescribeTaskDefinition", {
      taskDefinition: name,
      include: ["TAGS"],
    });
    const {
      services: [service],
    } = await box.ecs("DescribeServices", { services: [name], include: ["TAGS"] });
    await box.ecs("DeleteService", { service: name, force: true });
    await box.ecs("RegisterTaskDefinition", { ...taskDefinition, family: "chip", tags });
    await box.ecs("CreateService", {
      serviceName: "chip",
      taskDefinition: "chip:1",
      desiredCount: 1,
      launchType: "EC2",
      deploymentConfiguration: service.deploymentConfiguration,
      availabilityZoneRebalancing: service.availabilityZoneRebalancing,
      propagateTags: "SERVICE",
      tags: service.tags,
    });
    expect(await run("plan", "--exit-code")).toMatchObject({
      code: 0,
      stdout: "keep\tchip:1\tsays the same\nkeep\tchip\t1 replica on inf2.24xlarge\n",
    });
    writeWorkload({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 4 }, image: "chip:2" });
    await deployed();
    expect(await services()).toEqual({ chip: "chip:2 1/1" });
    expect((await run("service", "import", "chip", "--force")).code).toBe(0);
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });
});
