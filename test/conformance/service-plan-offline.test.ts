import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";
import { parseSnapshot } from "../../src/core/cluster/snapshot-file.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-offline-"));
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.xlarge", count: 3 },
      { instanceType: "inf2.24xlarge", count: 2 },
    ],
  });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const live = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
/** Without an endpoint and without credentials: a call to AWS would fail. */
const offline = (...args: readonly string[]): Promise<CliRun> =>
  runCli([...args, "--cluster-state", "state.json"], { cwd: folder });
const snapshot = async (...args: readonly string[]) =>
  expect((await live("cluster", "snapshot", "--file", "state.json", ...args)).code).toBe(0);

function writeWorkload(changes: object = {}): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "bert",
      kind: "service",
      image: "bert:1",
      environment: { TOKEN: "one" },
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      replicas: 2,
      ...changes,
    }),
  );
}

/** As old snapshots are: without services. */
function dropServices(): void {
  const state = JSON.parse(readFileSync(join(folder, "state.json"), "utf8"));
  delete state.services;
  writeFileSync(join(folder, "state.json"), JSON.stringify(state));
}

/** The same in text, in json and by its exit code, but for what a snapshot cannot know: families that nobody uses. */
async function sameAsLive(): Promise<void> {
  const results = await Promise.all(
    [["plan"], ["plan", "-o", "json"], ["plan", "--exit-code"]].map((how) =>
      Promise.all([live(...how), offline(...how)]),
    ),
  );
  for (const [index, [one, other]] of results.entries()) {
    const shown = ({ stdout }: CliRun) =>
      index === 1
        ? withoutUnknown(JSON.parse(stdout))
        : stdout.replaceAll(
            "the snapshot has no revision of it: registered unless the newest says the same",
            "the first revision",
          );
    expect(shown(other!)).toEqual(shown(one!));
    expect(other!.code).toBe(one!.code);
  }
}

function withoutUnknown(plan: Json): Json {
  return {
    ...plan,
    unknown: [],
    registrations: plan.registrations.map((each: Json) => ({ ...each, notCompared: undefined })),
  };
}

const slots = {
  name: "chip",
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
  replicas: 4,
  ecs: { service: { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } } },
};
const states: readonly (readonly [what: string, before: object | undefined, after: object])[] = [
  ["a service that is created", undefined, {}],
  ["one that stays as it is", {}, {}],
  ["one changed field", {}, { image: "bert:2" }],
  ["another number", {}, { replicas: 3 }],
  [
    "another setting of the service",
    {},
    { ecs: { service: { deploymentConfiguration: { minimumHealthyPercent: 50 } } } },
  ],
  ["an environment variable that is gone", {}, { environment: {} }],
  ["a deployment that would stall", { replicas: 3 }, { replicas: 3, image: "bert:2" }],
  ["more than has room", undefined, { replicas: 4 }],
  ["slots that are created", undefined, slots],
  ["slots, one replica more", slots, { ...slots, replicas: 5 }],
  [
    "slots that are no more",
    slots,
    { ...slots, accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 } },
  ],
];

describe("the plan of a service from a snapshot", () => {
  it.each(states)("is the live one, in text, in json and by its exit code: %s", async (_, before, after) => {
    if (before !== undefined) {
      writeWorkload(before);
      expect((await live("service", "deploy")).code).toBe(0);
    }
    writeWorkload(after);
    await snapshot();
    await sameAsLive();
  });

  it("sees a service that has no tasks", async () => {
    writeWorkload();
    await live("service", "deploy");
    await box.ecs("UpdateService", { service: "bert", desiredCount: 0 });
    await expect.poll(async () => (await box.ecs("ListTasks", { serviceName: "bert" })).taskArns).toEqual([]);
    await snapshot();
    await sameAsLive();
    expect((await offline("plan")).stdout).toContain("update\tbert\tdesiredCount changed: 0 -> 2");
  });

  it("comes to each exit code", async () => {
    writeWorkload();
    await snapshot();
    expect((await offline("plan", "--exit-code")).code).toBe(3);
    expect((await offline("plan")).stderr).toBe(
      "The snapshot has no revision of bert: one that is registered already is used where it says the same.\n",
    );
    await live("service", "deploy");
    await snapshot();
    expect(await offline("plan", "--exit-code")).toEqual({
      code: 0,
      stdout: "keep\tbert:1\tsays the same\nkeep\tbert\t2 replicas on inf2.xlarge\n",
      stderr: "",
    });
    writeWorkload({ image: "bert:2", replicas: 3 });
    const stall = await offline("plan");
    expect(stall.code).toBe(4);
    expect(stall.stdout).toContain("stall\tbert\t");
  });

  it("is carried out where the world agrees, and refused where it does not", async () => {
    writeWorkload();
    await live("service", "deploy");
    writeWorkload({ image: "bert:2" });
    await snapshot();
    writeFileSync(join(folder, "plan.json"), (await offline("plan", "-o", "json")).stdout);
    expect((await live("service", "deploy", "--plan", "plan.json")).code).toBe(0);
    expect((await box.ecs("DescribeServices", { services: ["bert"] })).services[0].taskDefinition).toMatch(/bert:2$/);
    const again = await live("service", "deploy", "--plan", "plan.json");
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining("service bert was changed: ")]);
  });

  it("from a redacted one compares what is known, and is for review only", async () => {
    const account = "763104351884.dkr.ecr.us-east-1.amazonaws.com/bert";
    writeWorkload({ image: `${account}:1` });
    await live("service", "deploy");
    await snapshot("--redact");
    expect(readFileSync(join(folder, "state.json"), "utf8")).not.toMatch(/763104351884|123456789012|"one"/);
    writeWorkload({ image: `${account}:1`, environment: { TOKEN: "two" } });
    const same = await offline("plan", "--exit-code");
    expect([same.code, same.stderr]).toEqual([
      0,
      "The snapshot is redacted: account ids and the values of environment variables are not compared.\n",
    ]);
    writeWorkload({ image: `${account}:2` });
    const { code, stdout } = await offline("plan", "--exit-code", "-o", "json");
    expect([code, JSON.parse(stdout).registrations[0].changes.map(({ path }: Json) => path)]).toEqual([
      3,
      ["containerDefinitions[bert].image"],
    ]);
    writeFileSync(join(folder, "plan.json"), stdout);
    const refused = await live("service", "deploy", "--plan", "plan.json");
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining("it was made from a redacted snapshot"),
    ]);
  });

  it("from one without services says what it takes from the tasks, and what it cannot know", async () => {
    writeWorkload();
    await live("service", "deploy");
    await snapshot();
    dropServices();
    const { code, stdout, stderr } = await offline("plan", "--exit-code");
    expect([code, stdout]).toEqual([0, "keep\tbert:1\tsays the same\nkeep\tbert\t2 replicas on inf2.xlarge\n"]);
    expect(stderr).toContain("The snapshot has no services");
    expect(stderr).toContain("there may be newer ones of bert");
    writeFileSync(join(folder, "plan.json"), (await offline("plan", "-o", "json")).stdout);
    expect((await live("service", "deploy", "--plan", "plan.json")).stderr).toContain(
      "it was made from a snapshot without services",
    );
  });

  it("refuses what is about a run", async () => {
    writeWorkload();
    await snapshot();
    for (const flags of [["--spread"], ["--group", "g"], ["--placement-constraints", "type=distinctInstance"]]) {
      const { code, stderr } = await offline("plan", ...flags);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${flags[0]}: this is the plan of a service`)]);
    }
    expect((await offline("plan", "--count", "1", "--force-new-deployment")).stderr).toContain(
      "this is the plan of a run",
    );
  });
});

describe("a sandbox from a snapshot with services", () => {
  it("has them, with their tasks, steady, and rolls them out", async () => {
    writeWorkload();
    await live("service", "deploy");
    writeWorkload(slots);
    await live("service", "deploy");
    await snapshot();
    const before = await live("service", "status", "bert", "--cluster", "default", "-o", "json");
    const copy = await startTestSandbox({
      snapshot: parseSnapshot(readFileSync(join(folder, "state.json"), "utf8"), "state.json"),
    });
    try {
      const there = (...args: readonly string[]) => runCli(args, { box: copy, cwd: folder });
      const settings = (text: string) =>
        JSON.parse(text).services.map(({ service, taskDefinition, desiredCount, runningCount }: Json) => ({
          service,
          taskDefinition,
          desiredCount,
          runningCount,
        }));
      expect(settings((await there("service", "status", "bert", "--cluster", "default", "-o", "json")).stdout)).toEqual(
        settings(before.stdout),
      );
      expect((await there("plan", "--exit-code")).code).toBe(0);
      writeWorkload();
      expect((await there("plan", "--exit-code")).code).toBe(0);
      writeWorkload({ image: "bert:2" });
      expect((await there("service", "deploy")).code).toBe(0);
      expect((await copy.ecs("DescribeServices", { services: ["bert"] })).services).toMatchObject([
        { taskDefinition: expect.stringMatching(/bert:2$/), runningCount: 2 },
      ]);
      expect((await copy.ecs("ListTasks", { serviceName: "bert" })).taskArns).toHaveLength(2);
    } finally {
      await copy.sandbox.close();
    }
  });
});
