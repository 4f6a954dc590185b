// Tasks on Managed Instances, where ECS hands out the Neuron devices itself.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { anInstance, aSnapshot } from "../support/cluster.ts";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
const folder = mkdtempSync(join(tmpdir(), "aiplat-managed-"));

afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A cluster of machines of the type that are the capacity provider's. */
async function start(type: string, ...ids: readonly string[]): Promise<void> {
  const resources = { cpu: 96 * 1024, memoryMiB: 300_000, tcpPorts: [], udpPorts: [], gpus: [] };
  const instances = ids.map((id) =>
    anInstance(id, type, { capacityProvider: "managed", registered: resources, remaining: resources }),
  );
  box = await startTestSandbox({
    snapshot: aSnapshot(instances, [], [], { cluster: "default", capacityProviders: ["managed"] }),
  });
}

const run = (...args: readonly string[]) => runCli(args, { box, cwd: folder });
const json = async (...args: readonly string[]): Promise<Json> => JSON.parse((await run(...args, "-o", "json")).stdout);

describe("a Neuron workload on Managed Instances", () => {
  it("has a machine for each task, and the devices that ECS says it has", async () => {
    await start("inf2.24xlarge", "a", "b");
    writeFileSync(
      join(folder, "aiplat.yaml"),
      JSON.stringify({
        name: "llm",
        image: "llm:1",
        accelerator: { instanceTypes: ["inf2.24xlarge"] },
        resources: { cpu: 1, memory: "1GiB" },
        ecs: { capacity: { managedInstances: "managed" }, network: { subnets: ["subnet-1"] } },
      }),
    );
    const { tasks } = await json("run-task", "--count", "3");
    // The third waits until the provider has added a machine.
    expect(tasks.map(({ containerInstanceArn }: Json) => containerInstanceArn).filter(Boolean)).toHaveLength(2);
    const listed = await json("task", "list");
    expect(listed.tasks.map(({ devices = [] }: Json) => devices.length).toSorted()).toEqual([0, 6, 6]);
    const { instances, conflicts } = await json("cluster", "devices");
    expect(conflicts).toEqual([]);
    expect(instances.map(({ devices }: Json) => devices.map(({ state }: Json) => state))).toEqual([
      Array.from({ length: 6 }, () => "held"),
      Array.from({ length: 6 }, () => "held"),
    ]);
    const snapshot = await json("cluster", "snapshot");
    expect(snapshot.tasks.map(({ containers }: Json) => containers[0].neuronDeviceIds)).toEqual(
      expect.arrayContaining([["0", "1", "2", "3", "4", "5"]]),
    );
  });
});
