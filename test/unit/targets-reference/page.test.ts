import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { problemsOfBase } from "../../../src/targets-reference/attempt.ts";
import { everyRow, rowsToPrint, targets, targetsPage, type Row } from "../../../src/targets-reference/page.ts";

const rows = everyRow();

function outcome(path: string, target: string) {
  return rows.find((each) => each.path === path)!.outcomes[targets.findIndex(({ name }) => name === target)]!;
}

describe("docs/workload-targets.md", () => {
  it("is what the code does (npm run generate)", async () => {
    expect(await readFile(join(import.meta.dirname, "../../../docs/workload-targets.md"), "utf8")).toBe(targetsPage());
  });

  it("begins on every target with a workload that it takes", () => {
    expect(targets.flatMap((target) => problemsOfBase(target).map((each) => `${target.name}: ${each}`))).toEqual([]);
  });

  it("tells carried, refused and noted words apart", () => {
    expect(outcome("entryPoint", "Deployment")).toEqual({ verdict: "carried" });
    expect(outcome("entryPoint", "RayCluster")).toEqual({
      verdict: "refused",
      said: ["RayCluster runs Ray itself, and there is an entryPoint."],
    });
    expect(outcome("secrets", "ECS on EC2")).toEqual({ verdict: "carried" });
    expect(outcome("secrets", "Job")).toMatchObject({
      verdict: "refused",
      said: [expect.stringMatching(/eks\.secrets/)],
    });
    expect(outcome("ulimits", "ECS Managed Instances")).toEqual({ verdict: "carried" });
    expect(outcome("sharedMemory", "ECS Managed Instances")).toMatchObject({ verdict: "noted" });
    expect(outcome("ports.*.host", "ECS Managed Instances")).toMatchObject({ verdict: "refused" });
    expect(outcome("container", "PyTorchJob")).toMatchObject({ verdict: "noted" });
  });

  it("has no word that a target drops in silence", () => {
    const dropped = rows.flatMap(({ path, outcomes }) =>
      outcomes.flatMap(({ verdict }, index) => (verdict === "unused" ? [`${path}: ${targets[index]!.name}`] : [])),
    );
    expect(dropped).toEqual([]);
  });

  it("prints a word within a word only where it fares otherwise", () => {
    const all: readonly Row[] = [
      { path: "a", outcomes: [{ verdict: "carried" }] },
      { path: "a.b", outcomes: [{ verdict: "carried" }] },
      { path: "a.c", outcomes: [{ verdict: "unused" }] },
      { path: "l", outcomes: [{ verdict: "refused", said: ["no"] }] },
      { path: "l.*.d", outcomes: [{ verdict: "carried" }] },
    ];
    expect(rowsToPrint(all).map(({ path }) => path)).toEqual(["a", "a.c", "l.*.d"]);
  });
});
