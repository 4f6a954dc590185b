import { beforeAll, describe, expect, it } from "vitest";
import { formatSnapshot, parseSnapshot } from "../../src/core/cluster/snapshot-file.ts";
import { changesIn, faultsOf } from "../support/announced-changes.ts";
import { runCli } from "../support/cli.ts";
import { readAnnouncements, readChangelog, readDeployedWorkloads, readMakers } from "../support/deployed-workloads.ts";
import type { Json } from "../support/sandbox.ts";

const deployed = readDeployedWorkloads();

/** What `plan` says offline; its exit code is held to what it says. */
async function planOf(folder: string, ...flags: readonly string[]): Promise<Json> {
  const { code, stdout, stderr } = await runCli(
    ["plan", "workload.yaml", "--cluster-state", "cluster.json", "--exit-code", "-o", "json", ...flags],
    { cwd: folder },
  );
  if (code !== 0 && code !== 3) throw new Error(`${folder} cannot be planned any more: exit ${code}\n${stderr}`);
  const plan = JSON.parse(stdout);
  expect(code).toBe(changesIn(plan).length === 0 ? 0 : 3);
  return plan;
}

describe("what an earlier version has deployed", () => {
  const plans = new Map<string, Json>();
  const faultsIn = (all: ReadonlyMap<string, Json>) =>
    faultsOf(new Map([...all].map(([name, plan]) => [name, changesIn(plan)])), readAnnouncements(), readChangelog());

  beforeAll(async () => {
    for (const { name, folder } of deployed) plans.set(name, await planOf(folder));
  });

  it("are ten workloads at least, each with the version that deployed it", () => {
    expect(deployed.length).toBeGreaterThanOrEqual(10);
    expect(Object.keys(readMakers()).sort()).toEqual(deployed.map(({ name }) => name).sort());
  });

  it("is planned with the changes that CHANGELOG.md announces, and no other", () => {
    expect(faultsIn(plans)).toEqual([]);
  });

  it("is planned with a change that nothing announces where its file is another", async () => {
    const { name, folder } = deployed.find((each) => each.name === "llama-chat")!;
    const changed = new Map(plans).set(name, await planOf(folder, "--image", "chat:2", "--replicas", "6"));
    const before = faultsIn(plans);
    const image = expect.stringMatching(
      /^llama-chat: definition .*\.image: ".*" -> "chat:2" is planned and not announced$/,
    );
    const count = "llama-chat: service desiredCount: 1 -> 2 is planned and not announced";
    // A definition and a service for each of the three slots.
    expect(faultsIn(changed).filter((fault) => !before.includes(fault))).toEqual([image, image, image, count]);
  });

  it.each(deployed)("is compared in full, and what changes could be deployed: $name", ({ name, cluster }) => {
    const { failures, registrations, steps } = plans.get(name);
    expect(failures).toEqual([]);
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
