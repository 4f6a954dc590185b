import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../support/depth.ts";
import { runCli, type CliRun } from "../support/cli.ts";
import { mutate, mutations } from "../support/mutations.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-run-plan-"));
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.24xlarge", count: 2 },
      { instanceType: "g5.xlarge", count: 2 },
    ],
  });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
const chip = ["--name", "chip", "--image", "chip:1", "--instance-type", "inf2.24xlarge", "--devices", "3"];
const gpu = ["--name", "gpu", "--image", "gpu:1", "--instance-type", "g5.xlarge"];

/** Plans and saves what is printed. */
async function save(...args: readonly string[]): Promise<Json> {
  const { code, stdout, stderr } = await run("plan", "-o", "json", ...args);
  expect([code, stderr]).toEqual([expect.toSatisfy((each) => [0, 4].includes(each)), expect.any(String)]);
  writeFileSync(join(folder, "plan.json"), stdout);
  return JSON.parse(stdout);
}

const carryOut = (...args: readonly string[]) => run("run-task", "--plan", "plan.json", ...args);
const tasks = async (): Promise<readonly string[]> => (await box.ecs("ListTasks")).taskArns;
const registered = async (): Promise<readonly string[]> =>
  (await box.ecs("ListTaskDefinitions")).taskDefinitionArns.map((arn: string) => arn.split("/").at(-1));

async function instanceId(ec2InstanceId: string): Promise<string> {
  const { containerInstanceArns } = await box.ecs("ListContainerInstances");
  const { containerInstances } = await box.ecs("DescribeContainerInstances", {
    containerInstances: containerInstanceArns,
  });
  return containerInstances.find((each: Json) => each.ec2InstanceId === ec2InstanceId).containerInstanceArn;
}

describe("a saved plan of a run", () => {
  it("starts exactly its tasks, once: who carries it out again is told of them", async () => {
    const plan = await save(...chip, "--count", "3", "--started-by", "me");
    expect(await tasks()).toEqual([]);
    const dry = JSON.parse((await carryOut("--dry-run", "-o", "json")).stdout);
    expect(
      dry.requests
        .filter(({ operation }: Json) => operation === "RunTask")
        .map(({ input }: Json) => [input.taskDefinition, input.count]),
    ).toEqual(plan.steps.map(({ request, count }: Json) => [request.taskDefinition, count]));
    expect(await registered()).toEqual([]);

    const first = await carryOut("-o", "json");
    expect([first.code, first.stderr]).toEqual([0, ""]);
    const result = JSON.parse(first.stdout);
    expect(result).toMatchObject({ kind: "RunTaskResult", run: plan.run, requested: 3, failures: [] });
    expect(
      result.tasks.map(({ taskDefinitionArn, run: id }: Json) => [taskDefinitionArn.split("/").at(-1), id]).toSorted(),
    ).toEqual(
      plan.steps
        .flatMap(({ request, count }: Json) =>
          Array.from({ length: count }, () => [`${request.taskDefinition}:1`, plan.run]),
        )
        .toSorted(),
    );
    const started = await tasks();
    expect(started).toHaveLength(3);

    const again = await carryOut("-o", "json");
    expect(again.code).toBe(0);
    expect(again.stderr).toContain(
      `this plan was carried out before: run ${plan.run} has 3 tasks, and nothing is started again`,
    );
    expect(
      JSON.parse(again.stdout)
        .tasks.map(({ taskArn }: Json) => taskArn)
        .toSorted(),
    ).toEqual(started.toSorted());
    expect(JSON.parse((await carryOut("--dry-run", "-o", "json")).stdout).requests).toEqual([]);
    expect((await tasks()).toSorted()).toEqual(started.toSorted());
    expect(await registered()).toHaveLength(2);
  });

  it("is started once by two who carry it out at the same time", async () => {
    const plan = await save(...chip, "--count", "4");
    const both = await Promise.all([carryOut("-o", "json"), carryOut("-o", "json")]);
    // The second sees the first's tasks or its places taken, sends the very same requests, or hears that its tokens are
    // in use.
    for (const { code, stderr } of both)
      expect([0, 3].includes(code!) ? "" : stderr).toMatch(/^$|another command has started tasks/);
    expect(await tasks()).toHaveLength(4);
    expect(
      (await box.ecs("DescribeTasks", { tasks: await tasks() })).tasks.every(
        ({ startedBy }: Json) => startedBy === plan.run,
      ),
    ).toBe(true);
  });

  it("is not completed where it was carried out in part", async () => {
    await save(...chip, "--count", "3");
    await carryOut();
    const [first] = await tasks();
    await box.ecs("StopTask", { task: first });
    // ECS still remembers the task that was stopped.
    expect((await carryOut()).code).toBe(0);
    const plan = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
    plan.requested = plan.settings.count = 4;
    plan.steps[0].count++;
    writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
    const shown = JSON.parse((await carryOut("-o", "json")).stdout);
    expect([shown.kind, shown.requested, shown.tasks.length]).toEqual(["RunTaskResult", 4, 3]);
    const { code, stderr } = await carryOut();
    expect(code).toBe(3);
    expect(stderr).toContain("this plan was carried out before, in part: 3 of its 4 tasks are there");
    expect(stderr).toContain("plan again with --count 1");
  });

  it("waits, shows logs and passes an exit code on, also of tasks that it started before", async () => {
    await save(...gpu, "--environment", "AIPLAT_SANDBOX_EXIT=7", "--log-group", "/gpu", "--count", "1");
    const first = await carryOut("--wait", "--exit-code-from", "gpu");
    expect(first.code).toBe(7);
    expect((await carryOut("--wait")).code).toBe(1);
    expect((await carryOut("--wait", "--exit-code-from", "gpu")).code).toBe(7);
    expect((await box.ecs("ListTasks", { desiredStatus: "STOPPED" })).taskArns).toHaveLength(1);
  });

  it("carries what is short with it, and all or nothing is nothing then", async () => {
    const plan = await save(...chip, "--count", "5");
    expect(plan.failures).toMatchObject([{ reason: "DEVICES" }]);
    const all = await carryOut("--all-or-nothing", "-o", "json");
    expect(all.code).toBe(4);
    expect(await tasks()).toEqual([]);
    await save(...chip, "--count", "5");
    const some = await carryOut("-o", "json");
    expect([some.code, JSON.parse(some.stdout).tasks.length, JSON.parse(some.stdout).failures]).toMatchObject([
      4,
      4,
      [{ reason: "DEVICES" }],
    ]);
  });

  it("is not planned anew where another placement wins the race", async () => {
    await save(...gpu, "--count", "2");
    // ECS schedules GPUs: no machine counts, and who comes first is served.
    expect((await run("run-task", ...gpu, "--name", "other", "--count", "1")).code).toBe(0);
    const { code, stdout, stderr } = await carryOut("-o", "json");
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      requested: 2,
      failures: [{ detail: expect.stringContaining("1 of 2 tasks") }],
    });
    expect(JSON.parse(stdout).tasks).toHaveLength(1);
    expect(stderr).toBe("");
  });

  it("is refused where the world has moved, naming everything, and nothing is done", async () => {
    const plan = await save(...chip, "--count", "2");
    const machine = plan.steps[0].machines[0];
    await box.register("chip-inf2-24xlarge-n0-2");
    await box.ecs("UpdateContainerInstancesState", {
      containerInstances: [await instanceId(machine)],
      status: "DRAINING",
    });
    const before = await registered();
    const { code, stderr, stdout } = await carryOut("-o", "json");
    expect([code, JSON.parse(stdout)]).toMatchObject([3, { kind: "RunTaskResult", requested: 2, tasks: [] }]);
    const error = JSON.parse(stderr);
    expect(error).toMatchObject({
      code: "CheckFailed",
      hint: expect.stringMatching(
        /^chip-inf2-24xlarge-n0-2:1 was registered\n.*DRAINING.*\nPlan again: aiplat plan -o json > plan\.json$/,
      ),
      details: {
        moved: [
          "chip-inf2-24xlarge-n0-2:1 was registered",
          expect.stringContaining(`${machine}: the instance is DRAINING`),
        ],
      },
    });
    expect([await tasks(), await registered()]).toEqual([[], before]);
  });

  it("is refused where a slot of it is taken, and not for tasks elsewhere", async () => {
    const plan = await save(...chip, "--count", "1");
    expect(plan.steps).toMatchObject([{ request: { taskDefinition: "chip-inf2-24xlarge-n0-2" } }]);
    // The other half of the machine, and a GPU machine.
    await run("run-task", ...gpu, "--count", "2");
    await box.register("beside", {
      linuxParameters: { devices: [{ hostPath: "/dev/neuron4" }] },
      portMappings: [{ containerPort: 28704, hostPort: 28704, protocol: "udp" }],
    });
    await box.ecs("StartTask", {
      taskDefinition: "beside",
      containerInstances: [await instanceId(plan.steps[0].machines[0])],
    });
    expect((await carryOut("--dry-run")).code).toBe(0);
    await box.register("holder", { linuxParameters: { devices: [{ hostPath: "/dev/neuron1" }] } });
    await box.ecs("StartTask", {
      taskDefinition: "holder",
      containerInstances: [await instanceId(plan.steps[0].machines[0])],
    });
    const { code, stderr } = await carryOut();
    expect(code).toBe(3);
    expect(stderr).toContain(`${plan.steps[0].machines[0]}: /dev/neuron1 is held by task`);
  });

  it("is refused in another cluster's place, and where its cluster is gone", async () => {
    const plan = await save(...chip, "--count", "1");
    const changed = {
      ...plan,
      basis: {
        ...plan.basis,
        cluster: { ...plan.basis.cluster, arn: plan.basis.cluster.arn.replace("123456789012", "999900001111") },
      },
    };
    writeFileSync(join(folder, "plan.json"), JSON.stringify(changed));
    expect((await carryOut()).stderr).toContain("the plan is for arn:aws:ecs:us-east-1:999900001111:cluster/default");
    const gone = JSON.parse(JSON.stringify(plan).replaceAll('"default"', '"dev"'));
    writeFileSync(join(folder, "plan.json"), JSON.stringify(gone));
    const { code, stderr } = await carryOut();
    expect([code, stderr]).toEqual([3, expect.stringContaining("cluster dev is gone")]);
  });

  it("takes nothing beside it that it holds itself, and no plan of a service", async () => {
    await save(...chip, "--count", "1");
    for (const beside of [
      ["--count", "2"],
      ["--cluster", "default"],
      ["--image", "x:1"],
      ["--spread"],
      ["--client-token", "t"],
      ["--group", "g"],
      ["aiplat.yaml"],
      ["--", "serve"],
    ]) {
      const { code, stderr } = await carryOut(...beside);
      expect([beside, code]).toEqual([beside, 2]);
      expect(stderr).toContain(`${beside[0] === "--" ? "-- COMMAND" : beside[0]}: a saved plan holds that already`);
    }
    expect((await run("service", "deploy", "--plan", "plan.json")).stderr).toContain("plan.json is the plan of a run");
    expect((await run("service", "deploy", "--plan", "plan.json", "--force-new-deployment")).stderr).toContain(
      "--force-new-deployment: a saved plan holds that already",
    );
    await save(...chip, "--kind", "service", "--replicas", "2");
    const wrong = await carryOut();
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("aiplat service deploy --plan")]);
    expect(await tasks()).toEqual([]);
  });

  it("is read from standard input", async () => {
    await save(...chip, "--count", "1");
    const { code } = await runCli(["run-task", "--plan", "-"], {
      box,
      cwd: folder,
      input: readFileSync(join(folder, "plan.json"), "utf8"),
    });
    expect(code).toBe(0);
    expect(await tasks()).toHaveLength(1);
  });

  it("is of a registered definition too, exactly the revision that was reviewed", async () => {
    await box.register("mine");
    const plan = await save("--task-definition", "mine", "--count", "2");
    expect(plan.basis.families).toMatchObject([{ family: "mine" }]);
    await save("--task-definition", "mine:1", "--count", "2");
    await box.register("mine", { memory: 256 });
    expect((await carryOut()).code).toBe(0);
    expect(
      (await box.ecs("DescribeTasks", { tasks: await tasks() })).tasks.map(({ taskDefinitionArn }: Json) =>
        taskDefinitionArn.split("/").at(-1),
      ),
    ).toEqual(["mine:1", "mine:1"]);
  });

  it("made from a snapshot is carried out where the world agrees, redacted or not", async () => {
    for (const redact of [[], ["--redact"]]) {
      expect((await run("cluster", "snapshot", "--file", "state.json", ...redact)).code).toBe(0);
      const plan = await save(...chip, "--count", "1", "--cluster-state", "state.json");
      const { code, stdout } = await carryOut("-o", "json");
      expect([code, JSON.parse(stdout).tasks.length]).toEqual([0, 1]);
      expect(JSON.parse(stdout).run).toBe(plan.run);
    }
    // The snapshot is behind.
    await save(...chip, "--count", "1", "--cluster-state", "state.json");
    const stale = await carryOut();
    expect([stale.code, stale.stderr]).toEqual([3, expect.stringContaining("held by task")]);
  });

  it("that somebody has changed is refused, or does what it says: never a crash", async () => {
    const plans = [
      await save(...chip, "--count", "4", "--environment", "A=1", "--port", "8080"),
      await save(...chip, "--kind", "service", "--replicas", "4", "--environment", "A=1"),
    ];
    const changed = fc.sample(
      fc
        .tuple(fc.constantFrom(...plans), mutations)
        .map(([plan, changes]) => [plan.run === undefined ? "service" : "run", mutate(plan, changes)] as const),
      { numRuns: runs(24), seed: 42 },
    );
    for (const [kind, document] of changed) {
      writeFileSync(join(folder, "plan.json"), JSON.stringify(document));
      const { code, stderr } = await (kind === "run"
        ? carryOut("--dry-run")
        : run("service", "deploy", "--plan", "plan.json", "--no-wait", "--allow-stall"));
      expect([code, stderr]).toEqual([expect.toSatisfy((each) => [0, 1, 2, 3, 4].includes(each)), expect.any(String)]);
    }
  });
});
