// Where the file's own placement constraints and strategy go, and that they take none of aiplat's away.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { anInstance, aSnapshot } from "../support/cluster.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-placement-"));
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A cluster of these machines: their types, and the stacks that they are of. */
async function start(...machines: readonly (readonly [type: string, stack: string])[]): Promise<void> {
  const resources = { cpu: 192 * 1024, memoryMiB: 700_000, tcpPorts: [], udpPorts: [], gpus: ["gpu-0"] };
  const instances = machines.map(([type, stack], index) =>
    anInstance(String(index), type, { attributes: { stack }, registered: resources, remaining: resources }),
  );
  box = await startTestSandbox({
    snapshot: aSnapshot(instances, [], [], { cluster: "default" }),
  });
}

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

function writeWorkload(changes: object): void {
  const base = { name: "chip", image: "chip:1", resources: { cpu: 1, memory: "1GiB" } };
  writeFileSync(join(folder, "aiplat.yaml"), JSON.stringify({ ...base, ...changes }));
}

async function plan(...args: readonly string[]): Promise<Json> {
  return JSON.parse((await run("plan", "-o", "json", ...args)).stdout);
}

/** The EC2 ids of the machines that have a task, once for each task. */
async function taskMachines(): Promise<readonly string[]> {
  const { taskArns } = await box.ecs("ListTasks");
  if (taskArns.length === 0) return [];
  const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
  const { containerInstances } = await box.ecs("DescribeContainerInstances", {
    containerInstances: tasks.map(({ containerInstanceArn }: Json) => containerInstanceArn),
  });
  const ids = new Map(containerInstances.map((each: Json) => [each.containerInstanceArn, each.ec2InstanceId]));
  return tasks.map(({ containerInstanceArn }: Json) => ids.get(containerInstanceArn)).toSorted();
}

const member = (expression: string) => ({ type: "memberOf", expression });
const strategy = [{ type: "spread", field: "attribute:stack" }, { type: "random" }];
const placement = { constraints: ["attribute:stack == prod"], strategy };

describe("ecs.placement", () => {
  it.each([
    ["slots", { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 }, "inf2.24xlarge"],
    ["whole machines", { instanceTypes: ["inf2.24xlarge"] }, "inf2.24xlarge"],
    ["machines without Neuron devices", { instanceTypes: ["g5.xlarge"] }, "g5.xlarge"],
  ])("is said to a run by its definition and its request: %s", async (_, accelerator, type) => {
    await start([type, "test"], [type, "prod"]);
    writeWorkload({ accelerator, ecs: { placement } });
    const { steps } = await plan("--count", "1");
    expect(steps).toMatchObject([
      {
        definition: {
          placementConstraints: [member(`attribute:ecs.instance-type == ${type}`), member("attribute:stack == prod")],
        },
        request: { placementStrategy: strategy },
      },
    ]);
    expect(steps[0].request).not.toHaveProperty("placementConstraints");
  });

  it.each([
    ["--pack", [{ type: "binpack", field: "memory" }]],
    ["--spread", [{ type: "spread", field: "instanceId" }]],
  ])("gives way to a flag of the run that says how machines are filled: %s", async (flag, placementStrategy) => {
    await start(["inf2.24xlarge", "prod"]);
    writeWorkload({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 }, ecs: { placement } });
    const { steps } = await plan("--count", "1", flag);
    expect(steps).toMatchObject([{ request: { placementStrategy } }]);
    const own = member("attribute:stack == prod");
    expect(steps[0].definition.placementConstraints).toContainEqual(own);
  });

  it("is refused before anything is registered where flags add too much to it", async () => {
    await start(["inf2.xlarge", "prod"]);
    const constraints = Array.from({ length: 9 }, (_, index) => `agentVersion > 1.${index}`);
    writeWorkload({ accelerator: { instanceTypes: ["inf2.xlarge"] }, ecs: { placement: { constraints } } });
    expect((await run("plan", "--count", "1")).code).toBe(0);
    for (const command of ["plan", "run-task"]) {
      const { code, stderr } = await run(command, "--count", "1", "--placement-constraints", "type=distinctInstance");
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining("11 placement constraints, 10 of the task definition and 1 besides: ECS takes 10"),
      ]);
    }
    expect((await box.ecs("ListTaskDefinitions")).taskDefinitionArns).toEqual([]);
  });

  it("holds where a run is started, and is told as the reason where nothing fits", async () => {
    await start(["inf2.xlarge", "test"], ["inf2.xlarge", "prod"]);
    writeWorkload({ accelerator: { instanceTypes: ["inf2.xlarge"] }, ecs: { placement } });
    const { code, stdout } = await run("run-task", "--count", "2", "-o", "json");
    expect([code, JSON.parse(stdout).failures]).toMatchObject([
      4,
      [{ detail: expect.stringContaining("1 of 2 tasks") }],
    ]);
    expect(await taskMachines()).toEqual(["i-1"]);
    const { instances } = JSON.parse((await run("cluster", "explain", "-o", "json")).stdout);
    expect(instances[0].reasons).toMatchObject([
      { code: "CONSTRAINT", message: expect.stringContaining("attribute:stack == prod") },
    ]);
  });

  it("holds for the tasks of a service", async () => {
    await start(["inf2.xlarge", "test"], ["inf2.xlarge", "prod"]);
    writeWorkload({
      kind: "service",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      ecs: { placement },
    });
    const { steps } = await plan();
    expect(steps).toMatchObject([{ create: { placementStrategy: strategy } }]);
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await taskMachines()).toEqual(["i-1"]);
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });
});

describe("--all-or-nothing", () => {
  it("starts nothing where not all have room: GPUs, a definition that is given, and in --dry-run", async () => {
    await start(["g5.xlarge", "prod"]);
    writeWorkload({ accelerator: { instanceTypes: ["g5.xlarge"] } });
    const all = ["run-task", "--all-or-nothing", "--count", "2", "-o", "json"];
    const started = await run(...all);
    expect([started.code, JSON.parse(started.stdout)]).toMatchObject([4, { tasks: [], failures: [{ reason: "GPU" }] }]);
    expect(JSON.parse((await run(...all, "--dry-run")).stdout).requests).toEqual([]);
    await box.register("given", { resourceRequirements: [{ type: "GPU", value: "1" }] });
    const given = await run(...all, "--task-definition", "given");
    expect([given.code, JSON.parse(given.stdout).tasks]).toEqual([4, []]);
    expect((await box.ecs("ListTasks", { desiredStatus: "STOPPED" })).taskArns).toEqual([]);
  });
});

describe("raw placement constraints", () => {
  it("of a task definition take no machine type away: no task of it runs on another", async () => {
    await start(["inf2.48xlarge", "prod"]);
    writeWorkload({
      kind: "service",
      accelerator: { instanceTypes: ["inf2.24xlarge"] },
      ecs: {
        taskDefinition: { placementConstraints: [member("attribute:stack == prod")] },
      },
    });
    const { steps } = await plan();
    expect(steps[0].definition.placementConstraints).toEqual([
      member("attribute:ecs.instance-type == inf2.24xlarge"),
      member("attribute:stack == prod"),
    ]);
    expect((await run("service", "deploy", "--no-wait")).code).toBe(4);
    expect(await taskMachines()).toEqual([]);
  });

  it("of a service take no distinctInstance away: no two tasks of it on one chip", async () => {
    await start(["inf2.xlarge", "prod"]);
    writeWorkload({
      kind: "service",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      replicas: 2,
      resources: { cpu: 1, memory: "9GiB" },
      ecs: {
        networkMode: "awsvpc",
        network: { subnets: ["subnet-1"] },
        service: { placementConstraints: [member("attribute:stack == prod")] },
      },
    });
    await run("service", "deploy", "--allow-stall", "--timeout", "3s");
    const { services } = await box.ecs("DescribeServices", { services: ["chip"] });
    expect(services).toMatchObject([
      { placementConstraints: [{ type: "distinctInstance" }, member("attribute:stack == prod")] },
    ]);
    expect(await taskMachines()).toEqual(["i-0"]);
  });
});
