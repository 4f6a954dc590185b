import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { imagesIn } from "../../src/sandbox/machine-images.ts";
import { runCli, type CliRun } from "../support/cli.ts";
import { makeImageGroup, neuronImages } from "../support/image-group.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
const [, old, current] = neuronImages as [string, string, string];
const imageNamed = (pattern: RegExp) =>
  [...imagesIn("us-east-1").values()].find(({ name, current: isCurrent }) => isCurrent && pattern.test(name))!.imageId;

beforeEach(async () => {
  box = await startTestSandbox({ fleet: [] });
});
afterEach(() => box.sandbox.close());

const check = (...args: readonly string[]): Promise<CliRun> => runCli(["ami", "check", ...args], { box });

const neuronImage = (sdk: string) =>
  "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuronx:" +
  `2.9.0-neuronx-py312-sdk${sdk}-ubuntu24.04`;

/** Runs a task of the image with the first Neuron device of a machine. */
async function runOnDevice(image: string): Promise<void> {
  const devices = [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0", permissions: ["read", "write"] }];
  const taskDefinition = await box.register("chip", { image, linuxParameters: { devices } });
  const { failures } = await box.ecs("RunTask", { taskDefinition, launchType: "EC2" });
  expect(failures).toEqual([]);
  box.step(30);
}

/** `SUBJECT: STATUS CHECK` of all that is not well, and what to do about it. */
async function findings(
  ...args: readonly string[]
): Promise<{ code: number | null; found: readonly (readonly string[])[] }> {
  const { code, stdout } = await check(...args, "-o", "json");
  const { kind, groups } = JSON.parse(stdout) as Json;
  expect(kind).toBe("AmiCheck");
  const found = groups.flatMap(({ subject, items }: Json) =>
    items
      .filter(({ status }: Json) => status !== "OK")
      .map(({ status, check: code, fix }: Json) => [subject.replace(/i-\w+/g, "i-"), `${status} ${code}`, fix]),
  );
  return { code, found };
}

const roll = "aiplat ami roll --cluster default --auto-scaling-group pool";
const group = "Auto Scaling group pool (launch template pool, version 1)";

describe("ami check", () => {
  it("finds nothing where every machine has the newest image", async () => {
    await makeImageGroup(box, { name: "pool", imageId: current, size: 2 });
    expect(await findings()).toEqual({ code: 0, found: [] });
    const told = await check();
    expect(told.stdout).toMatch(
      /OK {4}ami-\w+ \(al2023-ami-ecs-neuron-\S+\) is the newest of ecs al2023 neuron x86_64/,
    );
    expect(told.stdout).toMatch(/OK {4}ami-\w+ drives inf2\.24xlarge/);
  });

  it("finds one that is aged, in the machines and in what launches them", async () => {
    await makeImageGroup(box, { name: "pool", imageId: old, size: 2 });
    expect(await findings()).toEqual({
      code: 3,
      found: [
        ["2 container instances i-, i-", "FAIL ami-age", roll],
        [group, "FAIL ami-age", roll],
      ],
    });
    expect((await findings("--max-age", "30d")).code).toBe(3);
    expect(await findings("--max-age", "3650d")).toEqual({ code: 0, found: [] });
  });

  it("finds one that is deprecated, and one that is deregistered", async () => {
    await makeImageGroup(box, { name: "pool", imageId: current, size: 1 });
    box.sandbox.world.deprecatedImages.set(current, box.sandbox.world.now() - 86_400_000);
    expect(await findings()).toEqual({
      code: 3,
      found: [
        ["container instance i-", "FAIL ami-retired", roll],
        [group, "FAIL ami-retired", roll],
      ],
    });
    box.sandbox.world.retiredImages.add(current);
    expect(await findings()).toEqual({
      code: 3,
      found: [
        ["container instance i-", "WARN ami-retired", roll],
        [group, "FAIL ami-retired", roll],
      ],
    });
  });

  it("finds one of a family that AWS has ended", async () => {
    await makeImageGroup(box, { name: "pool", imageId: imageNamed(/^amzn2-ami-ecs-inf-/), size: 1 });
    const { code, found } = await findings();
    expect(code).toBe(3);
    expect(found.map(([, what]) => what)).toEqual(["FAIL ami-retired", "FAIL ami-retired"]);
    expect(found[0]![2]).toContain("aiplat ami list");
  });

  it.each([
    ["of SDK 2.30", neuronImage("2.30.0"), "FAIL ami-driver"],
    ["of an SDK before it", neuronImage("2.29.0"), undefined],
  ])("judges an old Neuron driver by a task %s", async (_, image, expected) => {
    const imageId = imageNamed(/^amzn2-ami-ecs-kernel-5\.10-inf-/);
    await makeImageGroup(box, { name: "pool", imageId, size: 2 });
    await runOnDevice(image);
    const { code, found } = await findings();
    expect(code).toBe(3);
    const drivers = found.filter(([, what]) => what!.endsWith("ami-driver"));
    expect(drivers.map(([subject, what]) => [subject, what])).toEqual(
      expected === undefined ? [] : [["2 container instances i-, i-", expected]],
    );
    if (expected !== undefined) {
      expect(drivers[0]![2]).toContain("Use an AL2023 Neuron AMI");
      expect((await check()).stdout).toMatch(
        /needs a host driver newer than 2\.26; ami-\w+ \(amzn2-ami-ecs-kernel-5\.10-inf-\S+\) has 2\.21/,
      );
    }
  });

  it("asks for no tasks where no machine stays on an old driver, and for no definition of others' tasks", async () => {
    await box.sandbox.close();
    const asked: string[] = [];
    box = await startTestSandbox({ fleet: [], onHandled: ({ operation = "" }) => asked.push(operation) });
    const asksForTasks = () => asked.splice(0).filter((each) => each.includes("Task"));
    await makeImageGroup(box, { name: "pool", imageId: current, size: 1 });
    await runOnDevice(neuronImage("2.30.0"));
    asked.length = 0;
    expect(await findings()).toEqual({ code: 0, found: [] });
    expect(asked).toContain("DescribeContainerInstances");
    expect(asksForTasks()).toEqual([]);
    await makeImageGroup(box, { name: "aged", imageId: imageNamed(/^amzn2-ami-ecs-inf-/), size: 1 });
    asked.length = 0;
    expect((await findings()).found.map(([, what]) => what)).not.toContain("FAIL ami-driver");
    expect(asksForTasks()).toEqual(["ListTasks", "DescribeTasks"]);
  });

  it.each([
    ["no driver at all", /^al2023-ami-ecs-hvm-.*x86_64/],
    ["the driver of another accelerator", /^al2023-ami-ecs-gpu-/],
  ])("finds one with %s", async (_, pattern) => {
    await makeImageGroup(box, { name: "pool", imageId: imageNamed(pattern), size: 1 });
    const { code, found } = await findings();
    expect(code).toBe(3);
    expect(found).toEqual([
      ["container instance i-", "FAIL ami-driver", expect.stringContaining("ami latest --instance-type inf2.24xlarge")],
      [group, "FAIL ami-driver", expect.stringContaining("ecs al2023 neuron x86_64")],
    ]);
  });

  it("leaves what is not the cluster's alone, but for --all", async () => {
    await makeImageGroup(box, { name: "pool", imageId: current, size: 1 });
    await box.ecs("CreateCluster", { clusterName: "other" });
    await makeImageGroup(box, { name: "elsewhere", imageId: old, size: 1, cluster: "other" });
    await makeImageGroup(box, { name: "spare", imageId: old, size: 0, cluster: "other" });
    await box.query("DeleteAutoScalingGroup", { AutoScalingGroupName: "spare" });
    expect(await findings()).toEqual({ code: 0, found: [] });
    const { code, found } = await findings("--all");
    expect(code).toBe(3);
    expect(found.map(([subject, what]) => [subject, what])).toEqual([
      ["Auto Scaling group elsewhere (launch template elsewhere, version 1)", "FAIL ami-age"],
      ["launch template spare, version 1 (default)", "FAIL ami-age"],
    ]);
    expect(found[1]![2]).toMatch(
      /^aws ec2 create-launch-template-version --launch-template-id lt-\w+ --source-version 1/,
    );
  });

  it("only warns of an image that EC2 does not show, where machines run it and nothing launches it", async () => {
    await box.sandbox.close();
    box = await startTestSandbox();
    for (const { attributes } of box.sandbox.world.clusters.get("default")!.instances.values())
      box.sandbox.world.retiredImages.add(attributes.get("ecs.ami-id")!);
    const { code, found } = await findings();
    expect(code).toBe(0);
    expect(found.map(([, what]) => what)).toEqual(["WARN ami-retired"]);
  });

  it("refuses --orchestrator eks without a cluster", async () => {
    expect((await check("--orchestrator", "eks")).code).toBe(2);
  });
});
