// Machines from nothing: CloudFormation, Auto Scaling and ECS as the sandbox plays them.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imagesIn } from "../../src/sandbox/machine-images.ts";
import { runCli, type CliOptions, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox, type TestSandboxOptions } from "../support/sandbox.ts";

let box: TestSandbox;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [] });
});
afterEach(() => box.sandbox.close());

async function restart(options: TestSandboxOptions): Promise<void> {
  box.sandbox.close();
  box = await startTestSandbox(options);
}

const name = "aiplat-lab-inf2-xlarge";
const machines = ["--cluster", "lab", "--instance-type", "inf2.xlarge", "--no-file"];
const subnet = ["--subnet", "subnet-0000000000000000a"];
const deployed = ["capacity", "deploy", ...machines, ...subnet];
const deploy = [...deployed, "--create-cluster", "--default", "--yes"];
const remove = ["capacity", "delete", ...machines, "--yes"];

const run = (args: readonly string[], options: CliOptions = {}): Promise<CliRun> => runCli(args, { box, ...options });

async function succeed(args: readonly string[]): Promise<CliRun> {
  const done = await run(args);
  expect(done).toMatchObject({ code: 0 });
  return done;
}

async function cluster(): Promise<Json> {
  const { clusters } = await box.ecs("DescribeClusters", { clusters: ["lab"] });
  return clusters[0];
}

/** What is there of the capacity, and how often. */
function left() {
  const { groups, launchTemplates, capacityProviders } = box.sandbox.world;
  return {
    groups: [...groups.keys()],
    templates: launchTemplates.size,
    providers: [...capacityProviders.keys()],
  };
}

const whole = { groups: [name], templates: 1, providers: [name] };
const nothing = { groups: [], templates: 0, providers: [] };

async function serve(): Promise<void> {
  await succeed(["service", "deploy", "--name", "bert", "--image", "busybox", ...machines]);
}

describe("capacity deploy", () => {
  it("leads from an empty account to a running service in three commands, the provider bringing the machines", async () => {
    const made = await succeed(deploy);
    expect(made.stdout).toBe(`${name}\tinf2.xlarge\tcreated\tadded\n`);
    expect(made.stderr).toMatch(/add +AutoScalingGroup +AWS::AutoScaling::AutoScalingGroup/);
    await serve();
    const status = await succeed(["service", "status", "bert", "--cluster", "lab", "-o", "json"]);
    expect((JSON.parse(status.stdout) as Json).services[0]).toMatchObject({ runningCount: 1 });
    const { containerInstanceArns } = await box.ecs("ListContainerInstances", { cluster: "lab" });
    const { containerInstances } = await box.ecs("DescribeContainerInstances", {
      cluster: "lab",
      containerInstances: containerInstanceArns,
    });
    expect(containerInstances[0]).toMatchObject({ capacityProviderName: name });
  });

  it("shows what it would do, and leaves nothing behind", async () => {
    const shown = await succeed([...deployed, "--create-cluster", "--dry-run", "-o", "json"]);
    const { kind, items } = JSON.parse(shown.stdout) as Json;
    expect([kind, items[0].action]).toEqual(["CapacityChanges", "create"]);
    expect(items[0].changes).toContainEqual({
      what: "add",
      logicalId: "CapacityProvider",
      type: "AWS::ECS::CapacityProvider",
      why: "",
    });
    expect(left()).toEqual(nothing);
    expect((await run(remove)).stderr).toContain(`there is no stack ${name}`);
  });

  it("changes nothing where nobody says yes, and takes its change set back", async () => {
    const refused = await run([...deployed, "--create-cluster"]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("needs a yes");
    expect(left()).toEqual(nothing);
    expect((await run(remove)).stderr).toContain(`there is no stack ${name}`);
  });

  it("has nothing to do the second time, and says what a change comes through", async () => {
    await succeed(deploy);
    const again = await succeed(deploy);
    expect(again.stdout).toBe(`${name}\tinf2.xlarge\tunchanged\tunchanged\n`);
    expect(again.stderr).toContain("aiplat capacity check --cluster lab finds what was changed beside them");
    const changed = await succeed([...deploy, "--max-size", "3"]);
    expect(changed.stdout).toBe(`${name}\tinf2.xlarge\tupdated\tunchanged\n`);
    expect(changed.stderr).toMatch(/change +AutoScalingGroup +MaxSize/);
    expect(box.sandbox.world.groups.get(name)).toMatchObject({ max: 3 });
  });

  it("changes its launch template in place for another image and another workload", async () => {
    await succeed(deploy);
    const [id] = box.sandbox.world.launchTemplates.keys();
    const imageId = [...imagesIn("us-east-1").values()].find(
      ({ name: of, current }) => of.startsWith("al2023-ami-ecs-neuron") && !current,
    )!.imageId;
    await succeed([...deploy, "--image-id", imageId]);
    await succeed([...deploy, "--name", "bert", "--image", "busybox"]);
    expect([...box.sandbox.world.launchTemplates.keys()]).toEqual([id]);
  });

  it("refuses a disk and an image that EC2 would, before it asks", async () => {
    const refused = await run([...deploy, "--disk", "8GiB"]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("Write --disk 30GiB or more.");
    expect(left()).toEqual(nothing);
    const unknown = await run([...deploy, "--image-id", "ami-0123456789abcdef0"]);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain("--image-id ami-0123456789abcdef0: EC2 shows this account none such in us-east-1");
    expect(left()).toEqual(nothing);
    const noted = await succeed([...deploy, "--disk", "8GiB", "--os", "bottlerocket"]);
    expect(noted.stderr).toContain("The volume of 8GiB is smaller than");
  });

  it("adds to the list of somebody's cluster, and leaves its default strategy alone unless it is asked", async () => {
    await restart({
      cluster: "lab",
      providers: [{ name: "theirs", instanceType: "g5.xlarge", min: 0, max: 2 }],
    });
    await succeed([...deployed, "--yes"]);
    expect(await cluster()).toMatchObject({
      capacityProviders: ["theirs", name],
      defaultCapacityProviderStrategy: [{ capacityProvider: "theirs", weight: 1 }],
    });
    const asDefault = [...deployed, "--default"];
    const shown = JSON.parse((await succeed([...asDefault, "--dry-run", "-o", "json"])).stdout) as Json;
    expect(shown.items[0].action).toBe("none");
    expect(shown.defaultStrategy).toEqual({
      from: [{ capacityProvider: "theirs", weight: 1 }],
      to: [{ capacityProvider: name, weight: 1 }],
    });
    const asked = await run(asDefault);
    expect(asked).toMatchObject({ code: 2 });
    expect(asked.stderr).toContain(
      `default strategy of cluster lab is replaced\n  - theirs (weight 1)\n  + ${name} (weight 1)\n`,
    );
    expect((await cluster()).defaultCapacityProviderStrategy).toMatchObject([{ capacityProvider: "theirs" }]);
    await succeed([...asDefault, "--yes"]);
    const after = await cluster();
    expect(after.capacityProviders).toEqual(["theirs", name]);
    expect(after.defaultCapacityProviderStrategy).toMatchObject([{ capacityProvider: name, weight: 1 }]);
    await succeed(remove);
    expect(await cluster()).toMatchObject({
      status: "ACTIVE",
      capacityProviders: ["theirs"],
      defaultCapacityProviderStrategy: [],
    });
  });

  it("has both providers in the list where two of it deploy to one cluster at once", async () => {
    await restart({ cluster: "lab", fleet: [] });
    const types = ["inf2.xlarge", "g5.xlarge"];
    const ofType = (type: string) => ["capacity", "deploy", "--cluster", "lab", "--instance-type", type, "--no-file"];
    const both = await Promise.all(types.map((type) => run([...ofType(type), ...subnet, "--yes"])));
    expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect((await cluster()).capacityProviders.toSorted()).toEqual(["aiplat-lab-g5-xlarge", name]);
    // Nor does one who goes take the other's away.
    const gone = await Promise.all([run(remove), run([...ofType("inf2.8xlarge"), ...subnet, "--yes"])]);
    expect(gone).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect((await cluster()).capacityProviders.toSorted()).toEqual(["aiplat-lab-g5-xlarge", "aiplat-lab-inf2-8xlarge"]);
  });

  it.each<readonly [string, readonly string[], number, string]>([
    ["no cluster", [...deployed, "--yes"], 1, "Add --create-cluster"],
    ["two defaults", [...deploy, "--instance-type", "g5.xlarge"], 2, "one provider alone can be the default"],
  ])("refuses %s before anything is made", async (_, args, code, text) => {
    const refused = await run(args);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toContain(text);
    expect(left()).toEqual(nothing);
  });

  it("refuses to make a cluster that is there, and to delete the one that it made", async () => {
    const there = await run([
      "capacity",
      "deploy",
      "--cluster",
      "default",
      ...machines.slice(2),
      ...subnet,
      "--create-cluster",
      "--yes",
    ]);
    expect(there).toMatchObject({ code: 2 });
    expect(there.stderr).toContain("cluster default is there already");
    await succeed(deploy);
    const without = await run([...deployed, "--yes"]);
    expect(without).toMatchObject({ code: 2 });
    expect(without.stderr).toContain("without --create-cluster it would be deleted");
    expect((await cluster()).status).toBe("ACTIVE");
  });

  it("says why machines did not start, exits 4 for capacity, and makes all once there is some", async () => {
    box.sandbox.world.launchFailures.set(
      "inf2.xlarge",
      "We currently do not have sufficient inf2.xlarge capacity in the Availability Zone you requested (us-east-1a).",
    );
    const failed = await run([...deploy, "--min-size", "1"]);
    expect(failed).toMatchObject({ code: 4 });
    expect(failed.stderr).toContain("AWS has no capacity of the instance type there now");
    expect(failed.stderr).toContain("--subnet");
    expect(left()).toEqual(nothing);
    // What is left of it takes no change, and is no reason to fail: it is seen, and taken away first.
    expect((await succeed([...deployed, "--create-cluster", "--dry-run"])).stdout).toContain("is made");
    box.sandbox.world.launchFailures.clear();
    await succeed([...deploy, "--min-size", "1"]);
    expect(left()).toEqual(whole);
  });

  it.each(["Cluster CREATE_IN_PROGRESS", "LaunchTemplate CREATE_COMPLETE", "CapacityProvider CREATE_COMPLETE"])(
    "goes on where it was interrupted at %s",
    async (interruptAt) => {
      const interrupted = await run(deploy, { interruptAt });
      expect(interrupted).toMatchObject({ code: 130 });
      expect(interrupted.stderr).toContain("The same command goes on");
      await succeed(deploy);
      expect(left()).toEqual(whole);
      expect((await cluster()).capacityProviders).toEqual([name]);
    },
  );

  it.each(["CreateChangeSet", "ExecuteChangeSet", "PutClusterCapacityProviders"])(
    "does once what it does where answers to %s are lost",
    async (operation) => {
      for (const lost of [1, 7]) {
        await restart({ fleet: [], faults: { throttle: false, drop: { [operation]: lost } } });
        await succeed(deploy);
        expect(left()).toEqual(whole);
        expect((await cluster()).capacityProviders).toEqual([name]);
        expect((await succeed(deploy)).stdout).toContain("unchanged\tunchanged");
      }
    },
  );

  it("says that CloudFormation goes on where it cannot be seen, and goes on with it", async () => {
    await restart({ fleet: [], faults: { throttle: false, drop: { DescribeStackEvents: 9 } } });
    const blind = await run(deploy);
    expect(blind).toMatchObject({ code: 1 });
    await succeed(deploy);
    expect(left()).toEqual(whole);
  });

  it("works beside other programs that use the account's rates up", async () => {
    await restart({ fleet: [], faults: { throttle: true, drop: {} } });
    await succeed(deploy);
    await succeed(remove);
    expect(left()).toEqual(nothing);
  });
});

describe("capacity delete", () => {
  it("refuses while somebody uses it, naming who", async () => {
    await succeed(deploy);
    await serve();
    const refused = await run(remove);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(
      /is in use: 1 task on its machines: [0-9a-f]{8} \(service:bert\); 1 service naming it: bert/,
    );
    expect(left()).toEqual(whole);
    expect((await cluster()).capacityProviders).toEqual([name]);
  });

  const busyThenFree = async () => {
    await succeed(deploy);
    await serve();
    await succeed(["service", "delete", "bert", "--cluster", "lab", "--yes"]);
  };

  it.each(["no longer lists", "has 1 instance\n", "DELETE_IN_PROGRESS", "AutoScalingGroup DELETE_COMPLETE"])(
    "goes on where it was interrupted at %j",
    async (interruptAt) => {
      await busyThenFree();
      const interrupted = await run(remove, { interruptAt });
      expect(interrupted).toMatchObject({ code: 130 });
      await succeed(remove);
      expect(left()).toEqual(nothing);
    },
  );

  it.each(["PutClusterCapacityProviders", "UpdateAutoScalingGroup", "SetInstanceProtection", "DeleteStack"])(
    "comes to the same end where answers to %s are lost",
    async (operation) => {
      for (const lost of [1, 7]) {
        await restart({ fleet: [], faults: { throttle: false, drop: { [operation]: lost } } });
        await busyThenFree();
        await succeed(remove);
        expect(left()).toEqual(nothing);
      }
    },
  );

  it("tells of what is not there", async () => {
    const absent = await run(remove);
    expect(absent).toMatchObject({ code: 1 });
    expect(absent.stderr).toContain(`there is no stack ${name}`);
  });
});

const theirs = { name: "theirs", instanceType: "g5.xlarge", min: 0, max: 2 };
it.each<readonly [string, TestSandboxOptions, readonly string[] | undefined]>([
  ["a cluster empty", { fleet: [] }, undefined],
  ["Fargate alone", { fleet: [] }, ["FARGATE", "FARGATE_SPOT"]],
  ["somebody's provider that starts nothing by default", { providers: [theirs] }, ["FARGATE", "theirs"]],
  ["somebody's provider of another type alone", { providers: [theirs] }, undefined],
  [
    "a provider of another type alone",
    { providers: [{ name: "aiplat-default-g5-xlarge", instanceType: "g5.xlarge", min: 0, max: 2 }] },
    undefined,
  ],
])("is named, with its words, by what finds %s", async (_, options, listed) => {
  await restart(options);
  if (listed !== undefined)
    await box.ecs("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: listed,
      defaultCapacityProviderStrategy: [],
    });
  const words = "aiplat capacity deploy --cluster default --instance-type inf2.xlarge --subnet SUBNET";
  const workload = ["--name", "bert", "--image", "busybox", "--cluster", "default", ...machines.slice(2)];
  for (const command of [["run-task"], ["plan"], ["service", "deploy"], ["cluster", "explain"], ["doctor"]]) {
    const { stdout, stderr } = await run([...command, ...workload]);
    expect(`${command.join(" ")} ${stdout}${stderr}`.replaceAll(/\s+/g, " ")).toContain(words);
    expect(`${stdout}${stderr}`).not.toMatch(/may start it|FARGATE.* start/);
  }
});
