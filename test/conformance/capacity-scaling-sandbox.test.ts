// Capacity providers that bring machines and let them go, by ECS's managed scaling.
import { afterEach, describe, expect, it } from "vitest";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
afterEach(() => box.sandbox.close());

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box });

const minutes = (count: number) => box.step(count * 60);

const half = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge", "--devices", "3"];

/** The group as EC2 Auto Scaling describes it. */
async function group(name = "cp1"): Promise<{ size: number; states: readonly string[]; isProtected: boolean[] }> {
  const text = await box.query("DescribeAutoScalingGroups", { "AutoScalingGroupNames.member.1": name });
  const all = (tag: string) =>
    [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value]) => value!);
  return {
    size: Number(all("DesiredCapacity")[0]),
    states: all("LifecycleState"),
    isProtected: all("ProtectedFromScaleIn").map((value) => value === "true"),
  };
}

async function statuses(): Promise<readonly string[]> {
  const arns = [
    ...(await box.ecs("ListTasks")).taskArns,
    ...(await box.ecs("ListTasks", { desiredStatus: "STOPPED" })).taskArns,
  ];
  if (arns.length === 0) return [];
  const { tasks } = await box.ecs("DescribeTasks", { tasks: arns });
  return tasks.map(({ lastStatus }: Json) => lastStatus).toSorted();
}

describe("an empty cluster with a capacity provider", () => {
  it("gets the machines that a run needs, and lets them go once a service has been scaled to 0", async () => {
    box = await startTestSandbox({ providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 0, max: 4 }] });
    const plan = await run("plan", ...half, "--count", "6");
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("on 3 new inf2.24xlarge of cp1")]);
    const { code, stdout } = await run("run-task", ...half, "--count", "6", "--wait", "--timeout", "30s", "-o", "json");
    expect([code, JSON.parse(stdout).tasks.length]).toEqual([5, 6]);
    expect(await statuses()).toEqual(Array.from({ length: 6 }, () => "PROVISIONING"));
    expect(await group()).toMatchObject({ size: 0, states: [] });
    // From nothing the reservation is 200 %: two instances.
    minutes(1);
    expect(await group()).toMatchObject({ size: 2, states: ["Pending", "Pending"] });
    minutes(1.5);
    expect(await group()).toMatchObject({ size: 2, states: ["InService", "InService"], isProtected: [true, true] });
    expect((await statuses()).filter((status) => status === "RUNNING")).toHaveLength(4);
    // The third once the first two have warmed up.
    minutes(2);
    expect((await group()).size).toBe(2);
    minutes(3.5);
    expect((await group()).size).toBe(3);
    expect(await statuses()).toEqual(Array.from({ length: 6 }, () => "RUNNING"));
    expect(JSON.parse((await run("cluster", "devices", "-o", "json")).stdout).conflicts).toEqual([]);

    expect((await run("task", "stop", "--run", JSON.parse(stdout).run, "--yes")).code).toBe(0);
    const service = ["service", "deploy", "--name", "web", "--image", "web:1", "--instance-type", "inf2.24xlarge"];
    expect((await run(...service, "--replicas", "4", "--no-wait")).code).toBe(0);
    minutes(8);
    expect((await group()).size).toBe(4);
    expect((await run("service", "scale", "web", "--replicas", "0", "--no-wait")).code).toBe(0);
    minutes(10);
    expect((await group()).size).toBe(4);
    // A quarter of an hour, then half of the group at most each minute.
    minutes(7);
    expect((await group()).size).toBeLessThan(4);
    minutes(3);
    expect(await group()).toMatchObject({ size: 0, states: [] });
    const { registeredContainerInstancesCount } = (await box.ecs("DescribeClusters")).clusters[0];
    expect(registeredContainerInstancesCount).toBe(0);
  });

  it("stops what has no machine at the group's maximum with EMPTY CAPACITY PROVIDER", async () => {
    box = await startTestSandbox({ providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 1, max: 1 }] });
    const taskDefinition = await box.register("whole", { cpu: 60_000 });
    await box.ecs("RunTask", { taskDefinition, count: 2 });
    minutes(14);
    expect(await statuses()).toEqual(["PROVISIONING", "RUNNING"]);
    minutes(2);
    expect((await group()).size).toBe(1);
    const { taskArns } = await box.ecs("ListTasks", { desiredStatus: "STOPPED" });
    expect((await box.ecs("DescribeTasks", { tasks: taskArns })).tasks).toMatchObject([
      { stopCode: "TaskFailedToStart", stoppedReason: "EMPTY CAPACITY PROVIDER" },
    ]);
  });

  it("launches by a launch template of its name, with the current image of the type", async () => {
    box = await startTestSandbox({
      cluster: "prod",
      providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 1, max: 3 }],
    });
    const xml = await box.query("DescribeLaunchTemplateVersions", { LaunchTemplateName: "cp1" });
    const [, image] = /<imageId>([^<]+)</.exec(xml)!;
    expect(await run("ami", "latest", "--instance-type", "inf2.24xlarge")).toMatchObject({ stdout: `${image}\n` });
    const [instance] = [...box.sandbox.world.clusters.get("prod")!.instances.values()];
    expect(instance!.attributes.get("ecs.ami-id")).toBe(image);
  });

  it("is the same cluster from its snapshot", async () => {
    const first = await startTestSandbox({
      providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 1, max: 3 }],
    });
    box = first;
    const snapshot = JSON.parse((await run("cluster", "snapshot")).stdout);
    const before = await run("plan", ...half, "--count", "6");
    await first.sandbox.close();
    box = await startTestSandbox({ snapshot });
    expect((await run("plan", ...half, "--count", "6")).stdout).toBe(before.stdout);
    expect(before.stdout).toContain("2 new inf2.24xlarge of cp1");
    expect((await run("run-task", ...half, "--count", "6")).code).toBe(0);
    minutes(8);
    expect((await group()).size).toBe(3);
  });

  it("starts nothing for tasks that no instance of it can have", async () => {
    box = await startTestSandbox({ providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 0, max: 4 }] });
    const taskDefinition = await box.register("large", { cpu: 100_000 });
    await box.ecs("RunTask", { taskDefinition });
    minutes(5);
    expect((await group()).size).toBe(0);
  });
});

describe("scale-in", () => {
  const strategy = [{ capacityProvider: "cp1", weight: 1 }];

  /** The group is given to a provider of the same name that is set otherwise. */
  async function setProvider(changes: object): Promise<void> {
    const { capacityProviders } = await box.ecs("DescribeCapacityProviders", { capacityProviders: ["cp1"] });
    const { autoScalingGroupProvider } = capacityProviders[0];
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    });
    await box.ecs("DeleteCapacityProvider", { capacityProvider: "cp1" });
    await box.ecs("CreateCapacityProvider", {
      name: "cp1",
      autoScalingGroupProvider: { ...autoScalingGroupProvider, ...changes },
    });
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["cp1"],
      defaultCapacityProviderStrategy: strategy,
    });
  }

  /** One instance with a daemon and a task, one with a daemon. */
  async function start(changes: object): Promise<void> {
    box = await startTestSandbox({ providers: [{ name: "cp1", instanceType: "inf2.xlarge", min: 0, max: 4 }] });
    await setProvider({ managedScaling: { status: "ENABLED", targetCapacity: 100, ...changes } });
    const daemon = await box.register("daemon", { cpu: 128 });
    await box.ecs("CreateService", { serviceName: "daemon", taskDefinition: daemon, schedulingStrategy: "DAEMON" });
    const taskDefinition = await box.register("job", { cpu: 2048 });
    await box.ecs("RunTask", { taskDefinition });
    minutes(3);
  }

  it("takes the instance that has no tasks but daemons, and none that has", async () => {
    await start({});
    expect(await group()).toMatchObject({ size: 2, isProtected: [true, true] });
    minutes(20);
    expect(await group()).toMatchObject({ size: 1, states: ["InService"] });
    expect(await statuses()).toEqual(["RUNNING", "RUNNING", "STOPPED"]);
  });

  it("begins anew where tasks wait in between", async () => {
    await start({});
    minutes(12);
    await box.ecs("RunTask", { taskDefinition: "job", count: 3 });
    minutes(6);
    expect((await group()).size).toBe(4);
  });

  it("keeps spare instances below a target of 100 %", async () => {
    await start({ targetCapacity: 50 });
    expect((await group()).size).toBe(4);
    minutes(30);
    expect((await group()).size).toBe(2);
  });

  it("drains an instance with tasks where nothing protects it, and ends it when they have", async () => {
    await start({});
    await setProvider({ managedTerminationProtection: "DISABLED" });
    // The instances stay as they were protected.
    minutes(20);
    expect((await group()).size).toBe(2);
    const ids = [...box.sandbox.world.groups.get("cp1")!.machines.keys()];
    await box.query("SetInstanceProtection", {
      AutoScalingGroupName: "cp1",
      ProtectedFromScaleIn: "false",
      ...Object.fromEntries(ids.map((id, index) => [`InstanceIds.member.${index + 1}`, id])),
    });
    for (let left = 20; left > 0 && (await group()).size === 2; left--) minutes(1);
    // The oldest one goes, which has the task.
    expect(await group()).toMatchObject({ size: 1, states: ["Terminating:Wait", "InService"] });
    const { taskArns } = await box.ecs("ListTasks", { family: "job" });
    await box.ecs("StopTask", { task: taskArns[0] });
    box.step(20);
    expect(await group()).toMatchObject({ size: 1, states: ["InService"] });
  });
});

describe("the settings of managed scaling", () => {
  it.each([
    [{ minimumScalingStepSize: 3 }, 4],
    [{ maximumScalingStepSize: 1 }, 2],
    [{ targetCapacity: 50 }, 6],
    [{ status: "DISABLED" }, 1],
  ])("%j: one instance and two tasks more", async (changes, size) => {
    box = await startTestSandbox({ fleet: [{ instanceType: "inf2.xlarge", count: 1 }] });
    const autoScalingGroupArn =
      "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:u:autoScalingGroupName/own";
    await box.ecs("CreateCapacityProvider", {
      name: "cp1",
      autoScalingGroupProvider: { autoScalingGroupArn, managedScaling: { status: "ENABLED", ...changes } },
    });
    const defaultCapacityProviderStrategy = [{ capacityProvider: "cp1", weight: 1 }];
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["cp1"],
      defaultCapacityProviderStrategy,
    });
    const taskDefinition = await box.register("whole", { cpu: 3_000 });
    await box.ecs("RunTask", { taskDefinition, count: 3 });
    minutes(1);
    expect((await group("own")).size).toBe(size);
  });
});

describe("a service whose provider is at its maximum", () => {
  it("says in its status which tasks wait for a machine, and what would make room", async () => {
    box = await startTestSandbox({ providers: [{ name: "cp1", instanceType: "inf2.24xlarge", min: 0, max: 1 }] });
    const whole = ["--name", "bert", "--image", "bert:1", "--instance-type", "inf2.24xlarge", "--replicas", "3"];
    expect((await run("service", "deploy", ...whole, "--allow-stall", "--no-wait")).code).toBe(0);
    minutes(5);
    const { stderr } = await run("service", "status", "bert");
    expect(stderr).toMatch(/bert: 2 of 3 tasks: .*; 2 wait in PROVISIONING for an instance of cp1\n/);
    expect(stderr).toContain("To make room: 2 more inf2.24xlarge of cp1.");
  });
});

describe("a strategy of two providers", () => {
  const two = [
    { name: "cp1", instanceType: "inf2.xlarge", min: 0, max: 8 },
    { name: "cp2", instanceType: "inf2.xlarge", min: 0, max: 8 },
  ];
  const strategy = [
    { capacityProvider: "cp1", base: 1, weight: 1 },
    { capacityProvider: "cp2", weight: 3 },
  ];
  const providersOf = async (arns: readonly string[]) => {
    const { tasks } = await box.ecs("DescribeTasks", { tasks: arns });
    return tasks.map((task: Json) => task.capacityProviderName).toSorted();
  };

  it("divides the tasks of a run and of a service by base and weight, whichever has room", async () => {
    box = await startTestSandbox({ providers: two });
    await box.register("small", { memory: 512 });
    const { tasks } = await box.ecs("RunTask", {
      taskDefinition: "small",
      count: 5,
      capacityProviderStrategy: strategy,
    });
    expect(await providersOf(tasks.map(({ taskArn }: Json) => taskArn))).toEqual(["cp1", "cp1", "cp2", "cp2", "cp2"]);
    await box.ecs("CreateService", {
      serviceName: "small",
      taskDefinition: "small",
      desiredCount: 5,
      capacityProviderStrategy: strategy,
    });
    minutes(10);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "small" });
    expect(await providersOf(taskArns)).toEqual(["cp1", "cp1", "cp2", "cp2", "cp2"]);
    expect(new Set(await statuses())).toEqual(new Set(["RUNNING"]));
  });

  it("is refused with two bases", async () => {
    box = await startTestSandbox({ providers: two });
    await box.register("small", { memory: 512 });
    const bases = strategy.map((each) => ({ ...each, base: 1 }));
    await expect(box.ecs("RunTask", { taskDefinition: "small", capacityProviderStrategy: bases })).rejects.toThrow(
      "Only one capacity provider",
    );
  });
});
