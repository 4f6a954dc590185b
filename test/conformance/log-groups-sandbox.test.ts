// Log groups that a workload's file names: made by whoever starts tasks, before the first, as a step of the plan.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startJsonServer, type JsonServer } from "../support/json-server.ts";
import { startTestSandbox, WireError, type Json, type TestSandbox } from "../support/sandbox.ts";

const folder = mkdtempSync(join(tmpdir(), "aiplat-log-groups-"));
const inFolder = (name: string) => join(folder, name);
let box: TestSandbox;
let guard: JsonServer;
/** What the caller has no right to. */
let denied: readonly string[];
/** What fails for another reason. */
let broken: readonly string[];

beforeEach(async () => {
  denied = [];
  broken = [];
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 2 }] });
  // The sandbox knows no rights: this stands before its logs.
  guard = await startJsonServer(async ({ operation, input }) => {
    if (denied.includes(operation))
      return { status: 400, body: { __type: "AccessDeniedException", message: `not authorized: logs:${operation}` } };
    if (broken.includes(operation))
      return { status: 400, body: { __type: "InvalidParameterException", message: "No such policy." } };
    try {
      return { body: await box.call(`Logs_20140328.${operation}`, input) };
    } catch (error) {
      if (error instanceof WireError) return { status: 400, body: error.body };
      throw error;
    }
  });
});
afterEach(async () => {
  await guard.stop();
  await box.sandbox.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeWorkload(changes: object = {}): void {
  const base = {
    name: "bert",
    image: "bert:1",
    accelerator: { instanceTypes: ["inf2.xlarge"] },
    logs: { group: "/aiplat/bert", retentionDays: 30 },
    tags: { team: "nlp" },
  };
  writeFileSync(inFolder("aiplat.yaml"), JSON.stringify({ ...base, ...changes }));
}

function run(...args: readonly string[]) {
  return runCli(args, { box, cwd: folder, env: { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: guard.config.endpoints.logs! } });
}

/** The group as it is; undefined where it is not there. */
async function groupNow(): Promise<Json> {
  const { logGroups } = await box.call("Logs_20140328.DescribeLogGroups", { logGroupNamePrefix: "/aiplat/bert" });
  const [group] = logGroups;
  if (group === undefined) return undefined;
  const { tags } = await box.call("Logs_20140328.ListTagsForResource", { resourceArn: group.logGroupArn });
  return { days: group.retentionInDays, tags };
}

const made = { days: 30, tags: { team: "nlp", "aiplat:workload": "bert" } };
const mutations = () => guard.requests.map(({ operation }) => operation).filter((each) => !each.startsWith("Describe"));
const options = { "awslogs-create-group": "true", "awslogs-group": "/aiplat/bert" };
const why =
  "it is not there in us-east-1, events are kept for 30 days; made with your rights (logs:CreateLogGroup, " +
  "logs:TagResource, logs:PutRetentionPolicy); without them the first task, if the instance role has logs:CreateLogGroup";

describe("a log group that is not there", () => {
  it("is a step of a run: planned, shown by --dry-run, and made before the first task", async () => {
    writeWorkload();
    const plan = await run("plan", "--exit-code");
    expect([plan.code, plan.stdout]).toEqual([3, expect.stringContaining(`create\tlog group /aiplat/bert\t${why}`)]);
    const { requests } = JSON.parse((await run("run-task", "--dry-run", "-o", "json")).stdout);
    expect(requests.map(({ service, operation }: Json) => `${service} ${operation}`)).toEqual([
      "logs CreateLogGroup",
      "logs PutRetentionPolicy",
      "ecs RegisterTaskDefinition",
      "ecs RunTask",
    ]);
    expect(requests.slice(0, 2).map(({ input }: Json) => input)).toEqual([
      { logGroupName: "/aiplat/bert", tags: made.tags },
      { logGroupName: "/aiplat/bert", retentionInDays: 30 },
    ]);
    expect(await groupNow()).toBeUndefined();
    const { code, stderr } = await run("run-task");
    expect([code, stderr]).toEqual([0, expect.stringContaining("made log group /aiplat/bert\nregistered bert:1\n")]);
    expect(await groupNow()).toEqual(made);
    expect(mutations()).toEqual(["CreateLogGroup", "PutRetentionPolicy"]);
    // What is registered depends on the file alone.
    const { taskDefinition } = await box.ecs("DescribeTaskDefinition", { taskDefinition: "bert" });
    expect(taskDefinition.containerDefinitions[0].logConfiguration.options).toMatchObject(options);
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });

  it("is a step of a deployment, and of a saved plan as of one that was made offline", async () => {
    writeWorkload({ kind: "service" });
    writeFileSync(inFolder("plan.json"), (await run("plan", "-o", "json")).stdout);
    expect((await run("service", "deploy", "--plan", "plan.json", "--no-wait")).code).toBe(0);
    expect(await groupNow()).toEqual(made);
    await box.call("Logs_20140328.DeleteLogGroup", { logGroupName: "/aiplat/bert" });
    // A service that says the same all the same: the group is what changes.
    const plan = await run("plan", "--exit-code");
    expect([plan.code, plan.stdout]).toEqual([3, expect.stringContaining("create\tlog group /aiplat/bert")]);
    expect((await run("service", "deploy", "--no-wait")).stderr).toContain("made log group /aiplat/bert");
    await box.call("Logs_20140328.DeleteLogGroup", { logGroupName: "/aiplat/bert" });
    writeFileSync(inFolder("state.json"), (await run("cluster", "snapshot", "-o", "json")).stdout);
    const offline = await run("plan", "--count", "1", "--cluster-state", "state.json", "-o", "json");
    expect(JSON.parse(offline.stdout)).toMatchObject({
      logGroups: [{ action: "unknown", group: "/aiplat/bert" }],
      unknown: [expect.stringContaining("the snapshot does not say whether log group /aiplat/bert is there")],
    });
    writeFileSync(inFolder("plan.json"), offline.stdout);
    expect((await run("run-task", "--plan", "plan.json")).code).toBe(0);
    expect(await groupNow()).toEqual(made);
  });

  it("is made whole though AWS's first answer was lost", async () => {
    await box.sandbox.close();
    box = await startTestSandbox({
      fleet: [{ instanceType: "inf2.xlarge", count: 2 }],
      faults: { throttle: false, drop: { CreateLogGroup: 1 } },
    });
    writeWorkload();
    expect((await runCli(["run-task"], { box, cwd: folder })).code).toBe(0);
    expect(await groupNow()).toEqual(made);
  });

  it("is not made where nothing starts", async () => {
    writeWorkload({ replicas: 3 });
    expect((await run("run-task", "--all-or-nothing")).code).toBe(4);
    expect(mutations()).toEqual([]);
  });
});

describe("a log group that is there", () => {
  it("is left as it is, though it came between the plan and the run", async () => {
    writeWorkload();
    writeFileSync(inFolder("plan.json"), (await run("plan", "-o", "json")).stdout);
    await box.call("Logs_20140328.CreateLogGroup", { logGroupName: "/aiplat/bert" });
    // A group that others have, whose name goes on.
    await box.call("Logs_20140328.CreateLogGroup", { logGroupName: "/aiplat/bert-2" });
    expect((await run("run-task", "--plan", "plan.json")).code).toBe(0);
    expect((await run("run-task")).code).toBe(0);
    expect(await groupNow()).toEqual({ tags: {} });
    expect(mutations()).toEqual([]);
  });
});

describe("without the right", () => {
  const role = "arn:aws:iam::123456789012:role/execution";
  it.each<[what: string, changes: object, writer: string]>([
    ["on EC2", {}, "instance role"],
    ["with an execution role", { roles: { execution: role } }, "execution role"],
  ])("to make it, the first task does, and it is said who needs what: %s", async (_, changes, writer) => {
    writeWorkload(changes);
    denied = ["CreateLogGroup"];
    const { code, stderr } = await run("run-task");
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        "warning: log group /aiplat/bert is not there in us-east-1, and you may not make it: the " +
          `first task makes it, without its 30 days and its tags, and for that the ${writer} needs logs:CreateLogGroup`,
      ),
    ]);
    box.step(60);
    expect(await groupNow()).toEqual({ tags: {} });
  });

  it("to look for it, plan and run say so, and count no change", async () => {
    writeWorkload();
    await run("run-task");
    denied = ["DescribeLogGroups", "CreateLogGroup"];
    const said =
      /log group \/aiplat\/bert is there in us-east-1 is not known .*the instance role needs logs:CreateLogGroup/;
    const plan = await run("plan", "--exit-code");
    expect([plan.code, plan.stderr]).toEqual([0, expect.stringMatching(said)]);
    const again = await run("run-task");
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(said)]);
  });

  it("to say how long events are kept, the command is named that does", async () => {
    writeWorkload();
    denied = ["PutRetentionPolicy"];
    const { code, stderr } = await run("run-task");
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("aws logs put-retention-policy --log-group-name /aiplat/bert --retention-in-days 30"),
    ]);
  });

  it("nothing starts where its days cannot be set for another reason, and the command is named", async () => {
    writeWorkload();
    broken = ["PutRetentionPolicy"];
    const { code, stderr } = await run("run-task");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /log group \/aiplat\/bert is made, and keeps its events for ever: .*InvalidParameterException[^]*put-retention-policy/,
      ),
    ]);
    expect((await box.ecs("ListTasks")).taskArns).toEqual([]);
  });

  it("nothing starts where nothing else would make it", async () => {
    const logConfiguration = { options: { "awslogs-create-group": null } };
    writeWorkload({ ecs: { taskDefinition: { containerDefinitions: [{ name: "bert", logConfiguration }] } } });
    denied = ["CreateLogGroup"];
    expect((await run("run-task")).code).toBe(6);
    expect((await box.ecs("ListTasks")).taskArns).toEqual([]);
  });
});
