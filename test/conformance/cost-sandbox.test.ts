import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;

beforeAll(async () => {
  box = await startTestSandbox({ fleet: [{ instanceType: "inf2.24xlarge", count: 2 }] });
});
afterAll(() => box.sandbox.close());

const bert = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge", "--devices", "2"];
const aiplat = (...args: readonly string[]) => runCli(args, { box });
const web = ["--name", "web", "--image", "web:1", "--set", "accelerator=none", "--cpu", "1", "--memory", "1GiB"];
const costRow =
  "| cost | 6.49 USD/hour | 3 x 2 of 6 devices of inf2.24xlarge; on-demand list price in us-east-1, 2026-07-20 |";

describe("cost", () => {
  it.each([
    ["a service", ["--kind", "service", "--replicas", "3"]],
    ["a run", ["--count", "3"]],
  ])("stands at the end of the plan of %s, and in no line of a pipe", async (_, how) => {
    const [markdown, piped, json] = await Promise.all(
      [["-o", "markdown"], [], ["-o", "json"]].map((form) => aiplat("plan", ...bert, ...how, ...form)),
    );
    expect(markdown!.stdout.trimEnd().split("\n").at(-1)).toBe(costRow);
    expect(piped!.stdout).not.toContain("cost");
    expect(JSON.parse(json!.stdout).cost.perHour).toEqual({ least: 6.49063, most: 6.49063 });
  });

  it("is that of what is placed, where not all is", async () => {
    const { code, stdout } = await aiplat("plan", ...bert, "--count", "7", "-o", "json");
    expect(code).toBe(4);
    expect(JSON.parse(stdout).cost).toMatchObject({ perHour: { most: 12.98126 }, parts: [{ count: 6 }] });
  });

  it("is the same for a definition that is registered already, and moves from idle to held where it runs", async () => {
    expect((await aiplat("run-task", ...bert, "--count", "3")).code).toBe(0);
    const [again, devices] = await Promise.all([
      aiplat("plan", "--task-definition", "bert-inf2-24xlarge-n0-1", "-o", "json"),
      aiplat("cluster", "devices", "-o", "json"),
    ]);
    expect(JSON.parse(again.stdout).cost.perHour).toEqual({ least: 2.163543, most: 2.163543 });
    expect(JSON.parse(devices.stdout).cost).toMatchObject({ perHour: 12.98126, idlePerHour: 6.49063, idleDevices: 6 });
  });

  it("is left out where a workload takes no device: what it pays of a machine nobody can say", async () => {
    const { code, stdout } = await aiplat("plan", ...web, "--count", "1", "-o", "json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).not.toHaveProperty("cost");
  });
});
