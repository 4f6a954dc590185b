// Who starts the tasks: capacity providers, the cluster's default strategy, and what a live service keeps.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-capacity-"));
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> =>
  runCli(args, { env: { ...box.sandbox.environment }, cwd: folder });

const strategyOf = (capacityProvider: string) => [{ capacityProvider, weight: 1 }];

/** A cluster of these machines, all of one provider's group. */
async function start(instanceType: string, count: number, name: string): Promise<void> {
  box = await startTestSandbox({ stepped: false, speed: 100, fleet: [{ instanceType, count }] });
  const autoScalingGroupArn = `arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:u:autoScalingGroupName/${name}`;
  const managedScaling = { status: "ENABLED", targetCapacity: 100 };
  await box.ecs("CreateCapacityProvider", { name, autoScalingGroupProvider: { autoScalingGroupArn, managedScaling } });
  await setDefault(name, []);
}

async function setDefault(provider: string, defaultCapacityProviderStrategy: readonly object[]): Promise<void> {
  await box.ecs("PutClusterCapacityProviders", {
    cluster: "default",
    capacityProviders: [provider],
    defaultCapacityProviderStrategy,
  });
}

function write(changes: object): void {
  const base = { name: "web", kind: "service", image: "web:1", resources: { cpu: 1, memory: "1GiB" } };
  writeFileSync(join(folder, "aiplat.yaml"), JSON.stringify({ ...base, ...changes }));
}

async function services(): Promise<readonly Json[]> {
  const { serviceArns } = await box.ecs("ListServices");
  if (serviceArns.length === 0) return [];
  return (await box.ecs("DescribeServices", { services: serviceArns })).services;
}

describe("a service whose file leaves capacity out", () => {
  it("takes the cluster's default strategy where it is new, and keeps what it has once it lives", async () => {
    await start("g5.xlarge", 2, "gpu-asg");
    write({ accelerator: { instanceTypes: ["g5.xlarge"] } });
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await services()).toMatchObject([{ launchType: "EC2" }]);

    await setDefault("gpu-asg", strategyOf("gpu-asg"));
    expect((await run("plan", "--exit-code")).code).toBe(0);
    expect((await run("service", "deploy", "--image", "web:2")).code).toBe(0);
    expect(await services()).toMatchObject([{ launchType: "EC2" }]);

    write({ name: "other", accelerator: { instanceTypes: ["g5.xlarge"] } });
    const plan = await run("plan");
    expect([plan.code, plan.stdout]).toEqual([
      0,
      expect.stringContaining("gpu-asg, the cluster's default strategy, starts them"),
    ]);
    writeFileSync(join(folder, "before.json"), (await run("cluster", "snapshot")).stdout);
    expect((await run("plan", "--cluster-state", "before.json")).stdout).toBe(plan.stdout);
    expect((await run("service", "deploy")).code).toBe(0);
    const live = (await services()).find(({ serviceName }: Json) => serviceName === "other");
    expect(live).toMatchObject({ capacityProviderStrategy: [{ capacityProvider: "gpu-asg", weight: 1 }] });
    // From a snapshot as from the cluster, whatever its default is by then.
    await setDefault("gpu-asg", []);
    expect((await run("plan", "--exit-code")).code).toBe(0);
    writeFileSync(join(folder, "cluster.json"), (await run("cluster", "snapshot")).stdout);
    expect((await run("plan", "--exit-code", "--cluster-state", "cluster.json")).code).toBe(0);
  });

  it("is refused a list of providers where it is several services, before anything is made", async () => {
    await start("inf2.24xlarge", 1, "neuron");
    write({
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 },
      replicas: 2,
      ecs: { capacity: [{ provider: "neuron", base: 1 }] },
    });
    const { code, stderr } = await run("service", "deploy");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/2 services .*divide its own tasks by base and weight/s)]);
    expect(await services()).toEqual([]);
  });
});
