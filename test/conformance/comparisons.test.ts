import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/cli.ts";
import { comparisons, comparisonsPage, differencesOf, reasonFor, reasons, systemsOf } from "../support/comparisons.ts";

describe("beside a public manifest", () => {
  it.each(comparisons)("of $name, a field that is otherwise or lacking has its reason", (comparison) => {
    expect(comparison.theirs.size).toBeGreaterThan(3);
    const without = differencesOf(comparison).filter(({ reason }) => reason === undefined);
    expect(without.map(({ field, theirs, ours }) => `${field}: ${theirs}, ours ${ours ?? "lacking"}`)).toEqual([]);
  });

  it.each(comparisons)("the workload of $name is one that its users could write", async ({ name, kind }) => {
    const file = join(import.meta.dirname, "../fixtures/comparisons", name, "aiplat.yaml");
    const { code, stderr } = await runCli(["validate", file, "--for", kind === "TaskDefinition" ? "ecs" : "eks"]);
    expect([code, code === 0 || stderr]).toEqual([0, true]);
  });

  it("no device, interface or page size that theirs has is lacking", () => {
    const lost = comparisons.flatMap((each) =>
      differencesOf(each).filter(({ field }) => /^limit .*(\/|hugepages)/.test(field)),
    );
    expect(lost).toEqual([]);
    expect(comparisons.filter(({ theirs }) => [...theirs.keys()].some((field) => field.includes("/efa")))).not.toEqual(
      [],
    );
  });

  it("every system has five", () =>
    expect(systemsOf(comparisons).filter(([, manifests]) => manifests < 5)).toEqual([]));

  it("every reason is one of some field", () => {
    const used = new Set(comparisons.flatMap((each) => differencesOf(each).map(({ field }) => reasonFor(field))));
    expect(reasons.filter((reason) => !used.has(reason))).toEqual([]);
  });

  it("docs/comparisons.md says what there is", () =>
    expect(comparisonsPage()).toMatchFileSnapshot(join(import.meta.dirname, "../../docs/comparisons.md")));
});
