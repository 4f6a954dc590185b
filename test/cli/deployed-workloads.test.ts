import { beforeAll, describe, expect, it } from "vitest";
import { formatSnapshot, parseSnapshot } from "../../src/core/cluster/snapshot-file.ts";
import { changesIn, faultsOf, type PlannedChange } from "../support/announced-changes.ts";
import { runCli } from "../support/cli.ts";
import { readAnnouncements, readChangelog, readDeployedWorkloads, readMakers } from "../support/deployed-workloads.ts";
import type { Json } from "../support/sandbox.ts";

const deployed = readDeployedWorkloads();

/** What `plan` says offline; the exit code is held to what it says. */
async function planOf(folder: string, ...flags: readonly string[]): Promise<Json> {
  const { code, stdout, stderr } = await runCli(
    ["plan", "workload.yaml", "--cluster-state", "cluster.json", "--exit-code", "-o", "json", ...flags],
    { cwd: folder },
  );
  if (stdout === "") throw new Error(`exit ${code}: ${stderr}`);
  const plan = JSON.parse(stdout);
  expect(code).toBe(changesIn(plan).length === 0 ? 0 : 3);
  return plan;
}

describe("what an earlier version has deployed", () => {
  const plans = new Map<string, Json>();

  beforeAll(async () => {
    for (const { name, folder } of deployed) plans.set(name, await planOf(folder));
  });

  it("are ten workloads at least, each with the version that deployed it", () => {
    expect(deployed.length).toBeGreaterThanOrEqual(10);
    expect(Object.keys(readMakers()).sort()).toEqual(deployed.map(({ name }) => name).sort());
  });

  it("is planned with the changes that CHANGELOG.md announces, and no other", () => {
    const planned = new Map([...plans].map(([name, plan]) => [name, changesIn(plan)]));
    expect(faultsOf(planned, readAnnouncements(), readChangelog())).toEqual([]);
  });

  it.each(deployed)("is compared in full, and what changes could be deployed: $name", ({ name, cluster }) => {
    const { unknown, failures, registrations, steps } = plans.get(name);
    expect([unknown, failures]).toEqual([[], []]);
    expect(registrations.length).toBeGreaterThan(0);
    const live = JSON.parse(cluster).services.map(({ serviceName }: Json) => serviceName);
    expect(steps.map(({ service }: Json) => service)).toEqual(expect.arrayContaining(live));
  });

  it.each(deployed)("is read from its snapshot, and written again, without a loss: $name", ({ cluster }) => {
    const { apiVersion: _, kind: __, ...written } = JSON.parse(cluster);
    const read = parseSnapshot(cluster, "cluster.json");
    expect(read).toEqual(written);
    expect(JSON.parse(formatSnapshot(read))).toMatchObject(JSON.parse(cluster));
  });
});

describe("a change of what is registered", () => {
  const bert = deployed.find(({ name }) => name === "bert-inference");
  let planned: ReadonlyMap<string, readonly PlannedChange[]>;
  const image = {
    of: "definition",
    path: "containerDefinitions[bert-inference].image",
    before: expect.stringContaining("pytorch-inference-neuronx"),
    after: "bert:2",
  };
  const announced = {
    of: "definition",
    path: "containerDefinitions[*].image",
    before: "*/pytorch-inference-neuronx:*",
    after: "bert:2",
    changelog: "Every image is bert:2.",
    workloads: ["bert-inference"],
  } as const;
  const changelog = "## Unreleased\n\n### Changes what is registered\n\n- Every image\n  is bert:2. It is better.\n";

  beforeAll(async () => {
    planned = new Map([["bert-inference", changesIn(await planOf(bert!.folder, "--image", "bert:2"))]]);
  });

  it("is found, once", () => {
    expect(planned.get("bert-inference")).toEqual([image]);
  });

  it("is a fault where nothing announces it, or another field, value or workload is announced", () => {
    const unannounced = expect.stringMatching(
      /^bert-inference: definition containerDefinitions\[bert-inference\]\.image: .* -> "bert:2" is planned and not announced$/,
    );
    expect(faultsOf(planned, [], changelog)).toEqual([unannounced]);
    for (const other of [
      { of: "service" },
      { path: "containerDefinitions[*].cpu" },
      { before: "*:2" },
      { before: undefined },
      { after: "bert:3" },
      { workloads: ["whisper"] },
    ] as const)
      expect(faultsOf(planned, [{ ...announced, ...other }], changelog)).toEqual([
        unannounced,
        expect.stringMatching(/ is announced and not planned$/),
      ]);
  });

  it("is none where it is announced, by the sentence that CHANGELOG.md has under that heading", () => {
    expect(faultsOf(planned, [announced], changelog)).toEqual([]);
    const unsaid = ['CHANGELOG.md does not say under "### Changes what is registered": Every image is bert:2.'];
    expect(faultsOf(planned, [announced], changelog.replace("bert:2", "bert:3"))).toEqual(unsaid);
    expect(faultsOf(planned, [announced], changelog.replace("### Changes what is registered", "### Added"))).toEqual(
      unsaid,
    );
    expect(faultsOf(planned, [{ ...announced, changelog: "Every" }], changelog)).toHaveLength(1);
  });

  it("is a fault where it is announced for a workload that does not have it, or for none", () => {
    for (const workloads of [["bert-inference", "whisper"], []])
      expect(faultsOf(planned, [{ ...announced, workloads }], changelog)).toContainEqual(
        expect.stringMatching(/^(whisper|no workload): .* is announced and not planned$/),
      );
  });

  it("is also a service that is created or deleted, and a definition of another family", () => {
    const plan = {
      registrations: [{ action: "register", family: "bert-n0-3", service: "bert-n0-3", changes: [] }],
      steps: [
        { action: "delete", service: "bert", changes: [] },
        { action: "create", service: "bert-n0-3", changes: [] },
        { action: "update", service: "kept", changes: [{ path: "taskDefinition", before: "a:1", after: "a:2" }] },
      ],
    };
    expect(changesIn(plan)).toEqual([
      { of: "definition", path: "", after: "bert-n0-3" },
      { of: "service", path: "", before: "bert" },
      { of: "service", path: "", after: "bert-n0-3" },
      { of: "service", path: "taskDefinition", before: "a:1", after: "a:2" },
    ]);
  });
});
