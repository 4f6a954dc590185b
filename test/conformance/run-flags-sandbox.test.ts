// The flags of `aws ecs run-task` count in the run, its plan, its requests and in explain alike, as do the refusals.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;
const operations: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-run-flags-"));
  box = await startTestSandbox({
    fleet: [{ instanceType: "inf2.24xlarge", count: 2 }],
    onHandled: ({ operation }) => operations.push(operation ?? ""),
  });
});
afterAll(async () => {
  await box?.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
const chip = ["--name", "chip", "--image", "chip:1", "--instance-type", "inf2.24xlarge", "--devices", "2"];
const type = "attribute:ecs.instance-type";
const constraint = (expression: string) => ({ placementConstraints: [{ type: "memberOf", expression }] });

describe("the flags of aws ecs run-task", () => {
  it("are the request's of a definition that is given, with tags and overrides on its tasks", async () => {
    const tags = [{ key: "team", value: "nlp" }];
    await box.register("given", { name: "main" }, { tags });
    writeFileSync(
      join(folder, "overrides.json"),
      JSON.stringify({ containerOverrides: [{ name: "main", environment: [{ name: "A", value: "1" }] }] }),
    );
    const flags =
      "--launch-type EC2 --placement-strategy type=random --overrides file://overrides.json " +
      "--tags key=team,value=cv key=run,value=7 --propagate-tags TASK_DEFINITION --enable-ecs-managed-tags";
    const member = ["--placement-constraints", `type=memberOf,expression=${type} =~ inf2.*`];
    const given = ["run-task", "--task-definition", "given", ...flags.split(" "), ...member, "-o", "json"];
    const { requests } = JSON.parse((await run(...given, "--dry-run")).stdout);
    expect(requests).toMatchObject([
      {
        operation: "RunTask",
        input: {
          launchType: "EC2",
          placementStrategy: [{ type: "random" }],
          placementConstraints: [{ type: "memberOf", expression: `${type} =~ inf2.*` }],
          propagateTags: "TASK_DEFINITION",
          enableECSManagedTags: true,
        },
      },
    ]);
    const { tasks } = JSON.parse((await run(...given)).stdout);
    const described = await box.ecs("DescribeTasks", { tasks: [tasks[0].taskArn], include: ["TAGS"] });
    expect(described.tasks).toMatchObject([
      { overrides: { containerOverrides: [{ name: "main", environment: [{ name: "A", value: "1" }] }] } },
    ]);
    const found = described.tasks[0].tags.map(({ key, value }: Json) => `${key}=${value}`);
    expect(found).toEqual(expect.arrayContaining(["team=cv", "run=7", `aiplat:run=${tasks[0].run}`]));
  });

  it("decide by their overrides who has room, in plan and explain as in the run", async () => {
    const large = ["--overrides", '{"containerOverrides":[{"name":"chip","memory":300000}]}', "--count", "3"];
    const plan = JSON.parse((await run("plan", ...chip, ...large, "-o", "json")).stdout);
    const explained = JSON.parse((await run("cluster", "explain", ...chip, ...large, "-o", "json")).stdout);
    const { tasks, failures } = JSON.parse((await run("run-task", ...chip, ...large, "-o", "json")).stdout);
    expect([plan.failures, failures]).toMatchObject([[{ reason: "MEMORY" }], [{ reason: "MEMORY" }]]);
    expect([plan.steps.map(({ count }: Json) => count), explained.placeable, tasks.length]).toEqual([[2], false, 2]);
    // What is registered is the file's.
    const { taskDefinition } = await box.ecs("DescribeTaskDefinition", {
      taskDefinition: plan.steps[0].definition.family,
    });
    expect(taskDefinition.containerDefinitions[0].memory).toBeLessThan(300_000);
  });

  it.each<[string, readonly string[], string]>([
    [
      "launch type and strategy",
      ["--launch-type", "EC2", "--capacity-provider-strategy", "capacityProvider=a"],
      "exclude",
    ],
    ["the file's capacity", ["--capacity", "gpus", "--launch-type", "EC2"], "says already what starts the tasks"],
    [
      "devices",
      ["--overrides", '{"containerOverrides":[{"name":"chip","resourceRequirements":[]}]}'],
      "change devices",
    ],
    ["a container", ["--overrides", '{"containerOverrides":[{"name":"chop"}]}'], "there is no container chop"],
    ["strategy and --spread", ["--placement-strategy", "type=random", "--spread"], "not both"],
    [
      "a type in upper case",
      ["--placement-constraints", `type=memberOf,expression=${type} == Inf2.24xlarge`],
      `Write ${type} == inf2.24xlarge.`,
    ],
  ])("are refused before any call where they contradict: %s", async (_, flags, message) => {
    operations.length = 0;
    const { code, stderr } = await run("run-task", ...chip, ...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(operations).toEqual([]);
  });
});

describe("an instance type in upper case", () => {
  const commands = ["run-task", "plan", "cluster explain"];

  it.each(commands)("is answered with the mend where the file says it: %s", async (words) => {
    const ecs = {
      placement: { constraints: [`${type} == Inf2.24xlarge`] },
      taskDefinition: constraint(`${type} != Inf1.xlarge`),
    };
    const accelerator = { instanceTypes: ["inf2.24xlarge"] };
    writeFileSync(join(folder, "w.yaml"), JSON.stringify({ name: "w", image: "w:1", accelerator, ecs }));
    operations.length = 0;
    const { code, stderr } = await run(...words.split(" "), "w.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain(`Write ${type} == inf2.24xlarge.`);
    expect(stderr).toContain(`Write ${type} != inf1.xlarge.`);
    expect(operations).toEqual([]);
  });

  it.each(commands)("is answered with the mend where a registered definition has it: %s", async (words) => {
    await box.register("upper", {}, constraint(`${type} == Inf2.24xlarge`));
    operations.length = 0;
    const { code, stderr } = await run(...words.split(" "), "--task-definition", "upper");
    expect([code, stderr]).toEqual([2, expect.stringContaining(`Write ${type} == inf2.24xlarge.`)]);
    expect(operations.filter((each) => !each.startsWith("Describe"))).toEqual([]);
  });

  it("is a warning where other types of the definition are left", async () => {
    await box.register("partly", {}, constraint(`${type} in [Inf1.xlarge, inf2.24xlarge]`));
    const { code, stderr } = await run("run-task", "--task-definition", "partly");
    expect([code, stderr]).toEqual([0, expect.stringContaining("warning: partly:1")]);
  });
});
