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

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });

const strategyOf = (capacityProvider: string) => [{ capacityProvider, weight: 1 }];

/** A cluster of these machines, all of one provider's group. */
async function start(instanceType: string, count: number, name: string): Promise<void> {
  box = await startTestSandbox({ fleet: [{ instanceType, count }] });
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
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    expect(await services()).toMatchObject([{ launchType: "EC2" }]);

    await setDefault("gpu-asg", strategyOf("gpu-asg"));
    expect((await run("plan", "--exit-code")).code).toBe(0);
    // Steady before the plans below look: a task on its way out would free a machine between them.
    expect((await run("service", "deploy", "--image", "web:2")).code).toBe(0);
    expect(await services()).toMatchObject([{ launchType: "EC2" }]);

    write({ name: "other", accelerator: { instanceTypes: ["g5.xlarge"] } });
    const plan = await run("plan");
    expect([plan.code, plan.stdout]).toEqual([
      0,
      expect.stringContaining("gpu-asg, the cluster's default strategy, starts them"),
    ]);
    writeFileSync(join(folder, "before.json"), (await run("cluster", "snapshot")).stdout);
    const offline = await run("plan", "--cluster-state", "before.json");
    const created = ({ stdout }: CliRun) => stdout.split("\n").filter((line) => line.startsWith("create"));
    expect(created(offline)).toEqual(created(plan));
    // Its machines are not the provider's: those of a service that lives on plain EC2 are all the same.
    const snapshot = JSON.parse((await run("cluster", "snapshot")).stdout);
    for (const instance of snapshot.instances) delete instance.capacityProvider;
    writeFileSync(join(folder, "own.json"), JSON.stringify(snapshot));
    const codesFor = async (name: string) => {
      const { stdout } = await run("cluster", "explain", "--name", name, "--cluster-state", "own.json", "-o", "json");
      const { instances } = JSON.parse(stdout);
      return instances.flatMap(({ reasons }: Json) => reasons.map(({ code }: Json) => code));
    };
    write({ accelerator: { instanceTypes: ["g5.xlarge"] } });
    expect(await codesFor("web")).not.toContain("CAPACITY_PROVIDER");
    write({ name: "other", accelerator: { instanceTypes: ["g5.xlarge"] } });
    expect(await codesFor("other")).toContain("CAPACITY_PROVIDER");
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
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

describe("one hand-written task on one of five machines of a provider", () => {
  const held = async () => {
    const { containerInstanceArns } = await box.ecs("ListContainerInstances");
    await box.register("by-hand", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
    await box.ecs("StartTask", { taskDefinition: "by-hand", containerInstances: [containerInstanceArns[0]] });
  };
  const told = /\/dev\/neuron0 is held by task \S+, which ECS does not see; .*neuron starts no machines/s;

  it("is gone round where nothing has to be started, and else refused: runs, services and explain alike", async () => {
    await start("inf2.xlarge", 5, "neuron");
    await held();
    write({ accelerator: { instanceTypes: ["inf2.xlarge"] }, replicas: 5, ecs: { capacity: { provider: "neuron" } } });
    for (const command of ["plan", "service deploy"]) {
      const { code, stderr } = await run(...command.split(" "));
      expect([command, code, stderr]).toEqual([command, 4, expect.stringMatching(told)]);
    }
    expect(await services()).toEqual([]);
    for (const command of ["plan", "run-task --all-or-nothing"]) {
      const { code, stderr } = await run(...command.split(" "), "--count", "5");
      expect([command, code, stderr]).toEqual([command, 4, expect.stringMatching(told)]);
    }
    const explained = await run("cluster", "explain", "-o", "json");
    expect([explained.code, JSON.parse(explained.stdout)]).toMatchObject([4, { possible: 4, placeable: false }]);

    expect((await run("service", "deploy", "--replicas", "4")).code).toBe(0);
    const [service] = await services();
    expect(service.placementConstraints).toMatchObject([{ expression: expect.stringContaining("not_in") }]);
    expect(JSON.parse((await run("cluster", "devices", "-o", "json")).stdout).conflicts).toEqual([]);
    expect((await run("plan", "--exit-code", "--replicas", "4")).code).toBe(0);
  });

  it("is no change to a service that lives", async () => {
    await start("inf2.xlarge", 3, "neuron");
    write({ accelerator: { instanceTypes: ["inf2.xlarge"] }, ecs: { capacity: { provider: "neuron" } } });
    expect((await run("service", "deploy")).code).toBe(0);
    const { taskArns } = await box.ecs("ListTasks");
    const { tasks } = await box.ecs("DescribeTasks", { tasks: taskArns });
    const { containerInstanceArns } = await box.ecs("ListContainerInstances");
    await box.register("by-hand", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
    const free = containerInstanceArns.find((arn: string) => arn !== tasks[0].containerInstanceArn);
    await box.ecs("StartTask", { taskDefinition: "by-hand", containerInstances: [free] });
    const { code, stdout } = await run("plan", "--exit-code");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^keep\tweb\t.*to be kept off, with its next change/m)]);
  });
});

describe("a provider that cannot start a machine", () => {
  it.each([["DISABLED"], ["ENABLED"]])(
    "managed scaling %s: a service that has no room is refused or waits",
    async (status) => {
      box = await startTestSandbox({ fleet: [{ instanceType: "g5.xlarge", count: 1 }] });
      const autoScalingGroupArn =
        "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:u:autoScalingGroupName/gpu";
      const managedScaling = { status, targetCapacity: 100 };
      await box.ecs("CreateCapacityProvider", {
        name: "gpu",
        autoScalingGroupProvider: { autoScalingGroupArn, managedScaling },
      });
      await setDefault("gpu", strategyOf("gpu"));
      write({ accelerator: { instanceTypes: ["g5.xlarge"] }, replicas: 2 });
      const { code, stdout, stderr } = await run("plan");
      if (status === "ENABLED") expect([code, stdout]).toEqual([0, expect.stringContaining("1 new g5.xlarge of gpu")]);
      else
        expect([code, stderr]).toEqual([
          4,
          expect.stringContaining("of gpu, which starts no more by itself (managed scaling of gpu is off)"),
        ]);
      const onEc2 = await run("plan", "--capacity", "ec2", "--count", "2");
      expect([onEc2.code, onEc2.stderr]).toEqual([4, expect.stringContaining("--capacity gpu")]);
    },
  );
});
