// Who would lose by it if machines, or the cluster that was made with them, went away.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, type CliOptions, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [] });
});
afterEach(() => box.sandbox.close());

const run = (args: readonly string[], options: CliOptions = {}): Promise<CliRun> => runCli(args, { box, ...options });

async function succeed(args: readonly string[]): Promise<void> {
  expect(await run(args)).toMatchObject({ code: 0 });
}

const ofType = (type: string) => ["--cluster", "lab", "--instance-type", type, "--no-file"];
const deploy = (type: string, ...flags: string[]) =>
  succeed(["capacity", "deploy", ...ofType(type), "--subnet", "subnet-0000000000000000a", ...flags, "--yes"]);
const made = () => deploy("inf2.xlarge", "--create-cluster", "--default");
const remove = ["capacity", "delete", ...ofType("inf2.xlarge"), "--yes"];

/** What it says where it refuses, with nothing taken apart. */
async function refusal(): Promise<string> {
  const { clusters: before } = await box.ecs("DescribeClusters", { clusters: ["lab"] });
  const refused = await run(remove);
  expect(refused).toMatchObject({ code: 1 });
  const { clusters: after } = await box.ecs("DescribeClusters", { clusters: ["lab"] });
  expect(after).toEqual(before);
  expect([...box.sandbox.world.groups.keys()]).toContain("aiplat-lab-inf2-xlarge");
  return refused.stderr;
}

describe("of a cluster that was made with the machines", () => {
  const more = "cluster lab goes with its stack, and has more: ";

  it("refuses while another capacity is in it, naming its machines and its provider", async () => {
    await made();
    await deploy("g5.xlarge", "--min-size", "1");
    box.step(600);
    expect((await refusal()).replace(/i-[0-9a-f]+/, "i-0")).toContain(
      `${more}1 machine of others: i-0; 1 capacity provider in its list: aiplat-lab-g5-xlarge\n`,
    );
    await succeed(["capacity", "delete", ...ofType("g5.xlarge"), "--yes"]);
    await succeed(remove);
  });

  it("takes both away, the cluster last, where both are named", async () => {
    await made();
    await deploy("g5.xlarge", "--min-size", "1");
    box.step(600);
    await succeed([...remove, "--instance-type", "g5.xlarge"]);
    expect([...box.sandbox.world.groups.keys()]).toEqual([]);
    const { clusters } = await box.ecs("DescribeClusters", { clusters: ["lab"] });
    expect(clusters[0]?.status).not.toBe("ACTIVE");
  });

  it.each(["REPLICA", "DAEMON"])("refuses while a %s service is in it that names no provider", async (strategy) => {
    await made();
    const taskDefinition = await box.register("theirs");
    await box.ecs("CreateService", {
      cluster: "lab",
      serviceName: "theirs",
      taskDefinition,
      launchType: "EC2",
      schedulingStrategy: strategy,
      ...(strategy === "DAEMON" ? {} : { desiredCount: 0 }),
    });
    expect(await refusal()).toContain(`${more}1 service of others: theirs\n`);
    await box.ecs("DeleteService", { cluster: "lab", service: "theirs", force: true });
    await succeed(remove);
  });
});

describe("of machines in a cluster that stays", () => {
  beforeEach(async () => {
    box.sandbox.close();
    box = await startTestSandbox({
      cluster: "lab",
      providers: [{ name: "theirs", instanceType: "g5.xlarge", min: 1, max: 2 }],
    });
    await deploy("inf2.xlarge");
  });

  it("leaves alone what others have there", async () => {
    const taskDefinition = await box.register("theirs");
    await box.ecs("CreateService", { cluster: "lab", serviceName: "theirs", taskDefinition, desiredCount: 1 });
    box.step(300);
    await succeed(remove);
    const { services } = await box.ecs("DescribeServices", { cluster: "lab", services: ["theirs"] });
    expect(services).toMatchObject([{ status: "ACTIVE", runningCount: 1 }]);
  });
});

describe("before its group ends the machines", () => {
  const group = "aiplat-lab-g5-xlarge";
  const removeOther = ["capacity", "delete", ...ofType("g5.xlarge"), "--yes"];
  /** When the group was told to have no machine. */
  let emptiedAt: number | undefined;

  beforeEach(async () => {
    await box.sandbox.close();
    emptiedAt = undefined;
    const onHandled = ({ operation }: { readonly operation?: string }) => {
      if (operation === "UpdateAutoScalingGroup") emptiedAt ??= box.sandbox.world.now();
    };
    box = await startTestSandbox({ fleet: [], onHandled });
    await made();
    await deploy("g5.xlarge", "--min-size", "1");
  });

  const lab = () => box.sandbox.world.clusters.get("lab")!;
  const statuses = () => [...lab().instances.values()].map(({ status }) => status);

  it("waits for one that has not registered, and after five minutes no more", async () => {
    box.step(600);
    lab().instances.clear();
    const early = await run([...removeOther, "--timeout", "10s"]);
    expect(early).toMatchObject({ code: 5 });
    expect(early.stderr).toContain(`error: 1 machine of ${group} has not registered with cluster lab\n`);
    expect(early.stderr).toContain("After 5m it goes on without them: give it a longer --timeout.");
    expect(box.sandbox.world.groups.get(group)!.desired).toBe(1);
    const before = box.sandbox.world.now();
    await succeed(removeOther);
    const took = box.sandbox.world.now() - before;
    expect(took).toBeGreaterThanOrEqual(300_000);
    expect(took).toBeLessThan(400_000);
    await succeed(remove);
  });

  it("waits for one that ECS is registering", async () => {
    box.step(600);
    for (const instance of lab().instances.values()) Object.assign(instance, { status: "REGISTERING" });
    expect(await run([...removeOther, "--timeout", "10s"])).toMatchObject({ code: 5 });
    expect(emptiedAt).toBeUndefined();
  });

  it("says that they get no tasks where it is interrupted", async () => {
    box.step(600);
    const { code, stderr } = await run(removeOther, { interruptAt: "gets no more tasks" });
    expect(code).toBe(130);
    expect(stderr).toContain(`Cluster lab no longer lists ${group}, and 1 machine of it gets no tasks.`);
  });

  it("says which are still protected where the time is over", async () => {
    box.step(600);
    const { code, stderr } = await run([...removeOther, "--timeout", "19s"]);
    expect(code).toBe(5);
    expect(emptiedAt).toBeDefined();
    expect(stderr).toContain("1 of them is still protected from scale-in.");
    expect(stderr).not.toContain("They go on ending.");
    await succeed(removeOther);
  });

  it("looks again for tasks from before another set them to DRAINING", async () => {
    box.step(600);
    const containerInstances = [...lab().instances.values()].map(({ arn }) => arn);
    await box.ecs("UpdateContainerInstancesState", { cluster: "lab", containerInstances, status: "DRAINING" });
    const before = box.sandbox.world.now();
    await succeed(removeOther);
    expect(emptiedAt! - before).toBeGreaterThanOrEqual(20_000);
  });

  it("has them take tasks again where one has come meanwhile", async () => {
    box.step(600);
    await box.query("UpdateAutoScalingGroup", { AutoScalingGroupName: group, MinSize: "2", MaxSize: "2" });
    emptiedAt = undefined;
    const taskDefinition = await box.register("theirs");
    const clock = box.clock();
    const refused = await run(removeOther, {
      clock: {
        ...clock,
        sleep: async (milliseconds, signal) => {
          await clock.sleep(milliseconds, signal);
          // The second has registered, and nobody has closed it.
          if (statuses().join(" ") === "DRAINING ACTIVE" && lab().tasks.size === 0)
            await box.ecs("RunTask", { cluster: "lab", taskDefinition, launchType: "EC2" });
        },
      },
    });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain(`${group} is in use: 1 task on its machines`);
    expect(refused.stderr).toContain(`Cluster lab no longer lists ${group}.`);
    expect(statuses()).toEqual(["ACTIVE", "ACTIVE"]);
    expect(emptiedAt).toBeUndefined();
  });
});

it("refuses while tasks wait for a machine of it, naming them", async () => {
  await made();
  const taskDefinition = await box.register("waiting");
  const { tasks } = await box.ecs("RunTask", { cluster: "lab", taskDefinition });
  expect(tasks).toMatchObject([{ lastStatus: "PROVISIONING", capacityProviderName: "aiplat-lab-inf2-xlarge" }]);
  const id = String(tasks[0].taskArn).split("/").at(-1)!.slice(0, 8);
  expect(await refusal()).toContain(
    `aiplat-lab-inf2-xlarge is in use: 1 task waiting for a machine of it: ${id} (family:waiting)
`,
  );
  await box.ecs("StopTask", { cluster: "lab", task: tasks[0].taskArn });
  box.step(300);
  await succeed(remove);
});
