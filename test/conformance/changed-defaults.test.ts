import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

const flags = ["--name", "llm", "--image", "llm:1", "--instance-type", "g5.12xlarge"];
const field = "containerDefinitions[llm].linuxParameters";
const note = "aiplat's default since 0.2.0";

describe("a default of aiplat's that changed", () => {
  let box: TestSandbox;
  const run = (...args: readonly string[]) => runCli(args, { box });

  beforeAll(async () => {
    box = await startTestSandbox({ fleet: [{ instanceType: "g5.12xlarge", count: 1 }] });
    const { stdout } = await run("taskdef", "generate", ...flags);
    const { containerDefinitions, ...definition }: Json = JSON.parse(stdout);
    const [{ linuxParameters: _, ...container }] = containerDefinitions;
    await box.ecs("RegisterTaskDefinition", { ...definition, containerDefinitions: [container] });
  });
  afterAll(() => box.sandbox.close());

  it("is named as such by taskdef diff", async () => {
    expect((await run("taskdef", "diff", ...flags)).stdout).toContain(`  ${field}  (${note})\n`);
    const { items }: Json = JSON.parse((await run("taskdef", "diff", ...flags, "-o", "json")).stdout);
    expect(items[0].changes).toEqual([{ path: field, kind: "added", after: { sharedMemorySize: 44_236 }, note }]);
  });

  it.each([
    ["a run", []],
    ["a service", ["--kind", "service"]],
  ])("is named as such by the plan of %s", async (_, more) => {
    expect((await run("plan", ...flags, ...more)).stdout).toContain(
      `${field} added: {"sharedMemorySize":44236} (${note})`,
    );
  });
});
