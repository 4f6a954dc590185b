import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/connect.ts";
import type { RegisteredTaskDefinition } from "../../src/core/ecs-api/api.ts";
import { Refusal } from "../../src/core/base/problem.ts";
import { requirementsOfAgent } from "../../src/core/ecs/required-attributes.ts";
import { importWorkload } from "../../src/core/import/import-workload.ts";
import { formatYaml } from "../../src/output/yaml.ts";
import { runProgram } from "../../src/program.ts";
import { agentAttributes } from "../../src/sandbox/model/agent-attributes.ts";
import { steppedClock } from "../support/clock.ts";
import { runs } from "../support/depth.ts";
import { rightDefinition } from "../support/random-definitions.ts";
import { startTestSandbox, WireError, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-registrations-"));
  box = await startTestSandbox({
    fleet: ["g5.xlarge", "g5.12xlarge", "inf2.24xlarge"].map((instanceType) => ({ instanceType, count: 1 })),
  });
});
afterAll(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();
setMaxListeners(0, signal);

const clock = steppedClock();

/** Runs a command of aiplat in this process; answers its document. */
async function run(...words: readonly string[]): Promise<Json> {
  let text = "";
  // The sandbox takes so many calls a second of its own time.
  box.step(60);
  const stdout = { isTTY: false, columns: 80, write: (more: string) => void (text += more) };
  const surroundings = {
    stdout,
    stderr: { ...stdout, write: () => undefined },
    readStdin: async () => "",
    stdinIsTTY: false,
    ask: async () => false,
    runInForeground: async () => 0,
    env: { ...box.sandbox.environment, HOME: folder },
    cwd: folder,
    nodeVersion: process.versions.node,
    signal,
    clock,
  };
  await runProgram([...words, "-o", "json"], surroundings, (options) => connect(options, surroundings).context);
  return JSON.parse(text);
}

/** What each of those who could register says of the one definition of ./aiplat.yaml: whether it is to be registered. */
async function asked(...flags: readonly string[]): Promise<Readonly<Record<string, boolean>>> {
  const planned = async (...count: readonly string[]) =>
    (await run("plan", ...count, ...flags)).registrations.map(({ action }: Json) => action === "register");
  const [ofRun, ofService] = [await planned("--count", "1"), await planned()];
  const { requests } = await run("run-task", "--count", "1", "--dry-run", ...flags);
  const { items } = await run("taskdef", "diff", ...flags);
  return {
    // Nothing is registered for what has no place.
    ...(ofRun.length === 0 ? {} : { "plan of a run": ofRun[0] }),
    "plan of a service": ofService[0],
    "--dry-run": requests.some(({ operation }: Json) => operation === "RegisterTaskDefinition"),
    diff: items[0].status !== "unchanged",
  };
}

/** So that the next one has room. */
async function stopTasks(): Promise<void> {
  const { taskArns } = await box.ecs("ListTasks");
  for (const task of taskArns) await box.ecs("StopTask", { task });
  box.step(120);
}

const newest = async (family: string): Promise<RegisteredTaskDefinition> => {
  const { taskDefinition, tags } = await box.ecs("DescribeTaskDefinition", {
    taskDefinition: family,
    include: ["TAGS"],
  });
  return { ...taskDefinition, tags };
};
const revisionOf = async (family: string): Promise<number> => (await newest(family)).revision;
const all = (answers: Readonly<Record<string, boolean>>, expected: boolean) =>
  expect(answers).toEqual(Object.fromEntries(Object.keys(answers).map((who) => [who, expected])));

/** Registers it, and writes the file that says the same; undefined where ECS or the import does not take it. */
async function imported(registered: RegisteredTaskDefinition, family: string): Promise<boolean> {
  const { taskDefinitionArn: _, revision: __, status: ___, registeredAt: ____, ...input } = registered;
  try {
    await box.ecs("RegisterTaskDefinition", { ...input, family });
    const { document } = importWorkload({ parts: [{ definition: await newest(family) }] });
    writeFileSync(join(folder, "aiplat.yaml"), formatYaml(document));
    return true;
  } catch (error) {
    if (error instanceof WireError || error instanceof Refusal) return false;
    throw error;
  }
}

describe("a registered definition that lacks nothing but aiplat's tags", () => {
  it("is kept by plan, --dry-run, diff, register and the run alike; and all of them register a change", async () => {
    let number = 0;
    const seen = { taken: 0, placed: 0 };
    await fc.assert(
      fc.asyncProperty(
        // What the cluster has machines for.
        rightDefinition.filter(
          (definition) =>
            definition.networkMode !== "awsvpc" &&
            definition.requiresCompatibilities?.join() !== "MANAGED_INSTANCES" &&
            requirementsOfAgent(definition).every(({ attribute }) => attribute in agentAttributes),
        ),
        async (registered) => {
          const family = `family-${number++}`;
          if (!(await imported(registered, family))) return;
          seen.taken++;
          expect((await newest(family)).tags ?? []).not.toContainEqual(
            expect.objectContaining({ key: "aiplat:workload" }),
          );
          const before = await asked();
          if ("plan of a run" in before) seen.placed++;
          all(before, false);
          expect((await run("taskdef", "register")).items).toMatchObject([{ action: "unchanged" }]);
          await run("run-task", "--count", "1");
          expect(await revisionOf(family)).toBe(1);

          all(await asked("--image", "changed:1"), true);
          expect((await run("taskdef", "register", "--image", "changed:1")).items).toMatchObject([
            { action: "registered" },
          ]);
          expect(await revisionOf(family)).toBe(2);
          await run("run-task", "--count", "1", "--image", "changed:1");
          expect(await revisionOf(family)).toBe(2);
          await run("run-task", "--count", "1", "--image", "changed:2");
          expect(await revisionOf(family)).toBe(3);
          await stopTasks();
        },
      ),
      // So few that a seed would decide over what they come to.
      { numRuns: runs(10), endOnFailure: true, seed: 5 },
    );
    expect(seen.placed).toBeGreaterThanOrEqual(Math.floor(runs(10) * 0.4));
    expect(seen.taken).toBeGreaterThanOrEqual(Math.floor(runs(10) * 0.7));
  });
});
