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
    expect(outcome("volumes.*.host", "ECS Managed Instances")).toMatchObject({ verdict: "refused" });
    expect(outcome("container", "PyTorchJob")).toMatchObject({ verdict: "noted" });
  });

  it("refuses no word that the target's own workload has", () => {
    const refused = targets.flatMap(({ name, base }) =>
      Object.keys(base).flatMap((word) =>
        rows.some(({ path }) => path === word) && outcome(word, name).verdict === "refused" ? [`${word}: ${name}`] : [],
      ),
    );
    expect(refused).toEqual([]);
  });

  it("refuses no word of which it takes a part", () => {
    const split = rows.flatMap(({ path, outcomes }) =>
      targets.flatMap(({ name }, index) => {
        const inner = rows.find(
          (each) => each.path.startsWith(`${path}.`) && each.outcomes[index]!.verdict !== "refused",
        );
        return outcomes[index]!.verdict === "refused" && inner !== undefined ? [`${path}: ${name}, ${inner.path}`] : [];
      }),
    );
    expect(split).toEqual([]);
  });

  it("says with a word that is taken in another form what it is not taken as", () => {
    expect(outcome("command", "LLMInferenceService")).toEqual({
      verdict: "noted",
      said: [expect.stringContaining("which serve is none of: entryPoint replaces vllm serve")],
    });
    expect(outcome("accelerator", "ECS Managed Instances")).toMatchObject({ verdict: "noted" });
    expect(outcome("accelerator.devicesPerReplica", "ECS Managed Instances")).toMatchObject({ verdict: "refused" });
  });

  it("gives the reason that holds whatever stands beside a word", () => {
    expect(outcome("sidecars.*.mounts", "Notebook")).toEqual({
      verdict: "refused",
      said: [expect.stringContaining("no place for what makes a container a sidecar")],
    });
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
