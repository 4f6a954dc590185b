// Every check of `capacity check` finds its fault: healthy machines as `capacity deploy` makes them, one thing changed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkCodes } from "../../src/core/base/codes/check-codes.ts";
import { capacityName } from "../../src/core/cluster/capacity-names.ts";
import { imagesIn } from "../../src/sandbox/machine-images.ts";
import { addVersion, launchOf } from "../../src/sandbox/model/launch-templates.ts";
import type { LaunchedData } from "../../src/sandbox/model/group-records.ts";
import { runCli } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

const name = "aiplat-lab-trn1-32xlarge";
const workload = `name: train
image: busybox
kind: job
accelerator: { instanceTypes: [trn1.32xlarge], efa: true }
volumes:
  - { name: weights, path: /weights, s3: { bucket: models }, readOnly: true }
ecs:
  cluster: lab
  networkMode: host
  placement: { constraints: ["attribute:stack == prod"] }
`;

let box: TestSandbox;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-check-"));
  writeFileSync(join(folder, "aiplat.yaml"), workload);
  return () => rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  box = await startTestSandbox({ fleet: [] });
  await deploy();
  // Its machine boots and joins.
  box.step(120);
});
afterEach(() => box.sandbox.close());

const run = (verb: string, ...args: readonly string[]) => runCli(["capacity", verb, ...args], { box, cwd: folder });

async function deploy(): Promise<void> {
  const sizes = ["--min-size", "1", "--max-size", "3"];
  const words = ["--subnet", "subnet-0000000000000000a", "--create-cluster", ...sizes, "--yes"];
  expect(await run("deploy", ...words)).toMatchObject({ code: 0 });
}

/** What `capacity check` finds: the codes that failed and those that warn, each once. */
async function check(...args: readonly string[]) {
  const cluster = args.includes("--cluster") ? [] : ["--cluster", "lab"];
  const { code, stdout } = await run("check", ...cluster, ...args, "-o", "json");
  const items = (JSON.parse(stdout) as Json).groups.flatMap((group: Json) => group.items) as readonly Json[];
  expect(items.filter(({ status }) => status === "SKIP")).toEqual([]);
  const found = (wanted: string) => [
    ...new Set(items.flatMap(({ status, check: each }) => (status === wanted ? [each] : []))),
  ];
  return { exit: code, failed: found("FAIL"), warned: found("WARN") };
}

const group = () => box.sandbox.world.groups.get(name)!;
const update = async (form: Readonly<Record<string, string>>) =>
  expect(await box.query("UpdateAutoScalingGroup", { AutoScalingGroupName: name, ...form })).not.toContain("<Error>");

/** Somebody gives the group another version of its launch template. */
function relaunch(change: (data: LaunchedData) => object): void {
  const { world } = box.sandbox;
  const { template, version } = launchOf(group())!;
  const added = addVersion(world, template, { ...version.data, ...change(version.data) }, undefined);
  group().launch = { template, version: String(added.number) };
}

const told = (from: string, to: string) => (data: LaunchedData) => {
  const text = Buffer.from(data.UserData!, "base64").toString();
  expect(text).toContain(from);
  return { UserData: Buffer.from(text.replaceAll(from, to)).toString("base64") };
};
/** An image of the same family that is no longer the newest. */
function imageBefore(imageId: string): string {
  const images = imagesIn("us-east-1");
  const family = images.get(imageId)!.name.replace(/2023\.0.*/, "");
  return [...images.values()].find((each) => each.name.startsWith(family) && !each.current)!.imageId;
}

const interfaces = (data: LaunchedData) => data["NetworkInterfaces"] as readonly object[];

const setProvider = (settings: object) => async () => {
  await box.ecs("UpdateCapacityProvider", { name, autoScalingGroupProvider: settings });
};
const list = async (capacityProviders: readonly string[]) => {
  await box.ecs("PutClusterCapacityProviders", {
    cluster: "lab",
    capacityProviders,
    defaultCapacityProviderStrategy: [],
  });
};

function dropEfaRule(direction: "ingress" | "egress"): void {
  const [own] = box.sandbox.world.securityGroups.values();
  own![direction] = own![direction].filter(({ groupId }) => groupId === undefined);
}

function setStack(status: string): void {
  for (const stack of box.sandbox.world.stacks.values()) stack.status = status;
}

type Check = keyof (typeof checkCodes)["capacity check"];

/** What somebody does to the machines, the check that finds it, and what it warns of beside that. */
const faults: readonly (readonly [
  what: string,
  code: Check | readonly [Check, "drift"],
  plant: () => unknown,
  warned?: readonly string[],
])[] = [
  [
    "tokens that the metadata service no longer wants",
    ["metadata", "drift"],
    () => relaunch(() => ({ MetadataOptions: { HttpTokens: "optional", HttpPutResponseHopLimit: 2 } })),
    ["version"],
  ],
  [
    "a hop limit that containers do not pass",
    ["metadata", "drift"],
    () => relaunch(() => ({ MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 } })),
    ["version"],
  ],
  ["a rule of EFA's security group taken away", "security-group", () => dropEfaRule("ingress")],
  ["the other rule taken away", "security-group", () => dropEfaRule("egress")],
  ["a deployment that failed and could not be taken back", "stack", () => setStack("UPDATE_ROLLBACK_FAILED")],
  ["sizes changed by hand", "drift", () => update({ MinSize: "0", MaxSize: "4" })],
  [
    "another target of managed scaling",
    "drift",
    setProvider({ managedScaling: { status: "ENABLED", targetCapacity: 50 } }),
  ],
  ["a key pair on the machines", "drift", () => relaunch(() => ({ KeyName: "mine" })), ["version"]],
  [
    "a disk of another size",
    "drift",
    () =>
      relaunch(({ BlockDeviceMappings: [disk] }: Json) => ({
        BlockDeviceMappings: [{ ...disk, Ebs: { ...disk.Ebs, VolumeSize: 30 } }],
      })),
    ["version"],
  ],
  [
    "user data with a line more",
    "drift",
    () => relaunch(told("ECS_CLUSTER=lab", "ECS_CLUSTER=lab\nECS_LOGLEVEL=debug")),
    ["version"],
  ],
  ["the provider taken out of the list", "providers", () => list([])],
  ["a provider in the list that is no more", "provider", () => box.sandbox.world.capacityProviders.delete(name)],
  ["managed scaling off", "managed-scaling", setProvider({ managedScaling: { status: "DISABLED" } })],
  ["managed draining off", "managed-draining", setProvider({ managedDraining: "DISABLED" })],
  ["termination protection off", "termination-protection", setProvider({ managedTerminationProtection: "DISABLED" })],
  ["a group that may have no machine", ["group", "drift"], () => update({ MinSize: "0", MaxSize: "0" })],
  ["a group deleted by hand", "group", () => box.sandbox.world.groups.delete(name)],
  [
    "a group that is being deleted",
    "group",
    () => {
      group().isGoing = true;
    },
  ],
  [
    "a quota that lets no machine start",
    "launches",
    async () => {
      box.sandbox.world.launchFailures.set(
        "trn1.32xlarge",
        "You have requested more vCPU capacity than your current vCPU limit of 128 allows.",
      );
      await update({ DesiredCapacity: "2" });
    },
  ],
  [
    "a subnet in a zone that has not the type",
    ["zones", "drift"],
    () => update({ VPCZoneIdentifier: "subnet-0000000000000000c" }),
  ],
  ["new machines not protected", "protection", () => update({ NewInstancesProtectedFromScaleIn: "false" })],
  [
    "a machine with a task not protected",
    "protection",
    async () => {
      await box.register("job");
      const { tasks } = await box.ecs("RunTask", { cluster: "lab", taskDefinition: "job" });
      expect(tasks).toHaveLength(1);
      const [id] = group().machines.keys();
      await box.query("SetInstanceProtection", {
        AutoScalingGroupName: name,
        "InstanceIds.member.1": id!,
        ProtectedFromScaleIn: "false",
      });
    },
  ],
  [
    "a machine whose agent has gone",
    "joined",
    async () => {
      const { containerInstanceArns } = await box.ecs("ListContainerInstances", { cluster: "lab" });
      const [containerInstance] = containerInstanceArns;
      await box.ecs("DeregisterContainerInstance", { cluster: "lab", containerInstance, force: true });
      box.step(900);
    },
  ],
  [
    "a launch template deleted by hand",
    "launch-template",
    () => box.sandbox.world.launchTemplates.delete(launchOf(group())!.template.id),
  ],
  [
    "user data of another cluster",
    ["user-data", "drift"],
    () => relaunch(told("ECS_CLUSTER=lab", "ECS_CLUSTER=prod")),
    ["version"],
  ],
  [
    "an image that has aged",
    "machine-image",
    () => relaunch(({ ImageId }) => ({ ImageId: imageBefore(ImageId!) })),
    ["version"],
  ],
  [
    "an image that AWS took back",
    "machine-image",
    () => box.sandbox.world.retiredImages.add(launchOf(group())!.version.data.ImageId!),
  ],
  [
    "half of the EFA interfaces",
    ["efa-interfaces", "drift"],
    () => relaunch((data) => ({ NetworkInterfaces: interfaces(data).slice(4) })),
    ["version"],
  ],
];

describe("capacity check", () => {
  it("finds nothing wrong with what capacity deploy has made", async () => {
    const workloads = ["--workload", "aiplat.yaml"];
    expect(await check(...workloads)).toEqual({ exit: 0, failed: [], warned: [] });
  });

  it.each(faults.map(([what, code, plant, warned = []]) => ({ what, code, plant, warned })))(
    "finds $what, and nothing else",
    async ({ code, plant, warned }) => {
      await plant();
      const { exit, failed, warned: found } = await check();
      const wanted = typeof code === "string" ? [code] : [...code];
      expect({ exit, failed: failed.toSorted(), warned: found }).toEqual({
        exit: 3,
        failed: wanted.toSorted(),
        warned,
      });
    },
  );

  it.each<readonly [string, (data: LaunchedData) => object]>([
    ["no EFA interface", (data) => ({ NetworkInterfaces: interfaces(data).slice(0, 1).map(withoutEfa) })],
    ["a volume not mounted", told("aiplat.mount.weights", "aiplat.mount.others")],
    ["an attribute of another value", told('"stack":"prod"', '"stack":"test"')],
    ["another instance type", () => ({ InstanceType: "trn1n.32xlarge", NetworkInterfaces: [] })],
  ])("finds that the machines of a workload have %s", async (_, change) => {
    relaunch(change);
    expect(await check("--workload", "aiplat.yaml")).toEqual({
      exit: 3,
      failed: ["drift", "workload"],
      warned: ["version"],
    });
  });

  it.each([
    ["on Spot", "g5.12xlarge", ["--spot", "--subnet", "subnet-0000000000000000b"]],
    ["as Managed Instances", "inf2.8xlarge", ["--capacity", "managed-instances"]],
  ])("finds nothing wrong with machines %s", async (_, type, words) => {
    const of = ["--no-file", "--cluster", "lab", "--instance-type", type, "--subnet", "subnet-0000000000000000a"];
    expect(await run("deploy", ...of, ...words, "--yes")).toMatchObject({ code: 0 });
    expect(await check()).toEqual({ exit: 0, failed: [], warned: [] });
  });

  it.each([
    ["on demand", { "InstancesDistribution.OnDemandPercentageAboveBaseCapacity": "100" }],
    ["as another type", { "LaunchTemplate.Overrides.member.1.InstanceType": "g5.24xlarge" }],
  ])("finds that machines of Spot are launched %s", async (_, change) => {
    const spot = "aiplat-lab-g5-12xlarge";
    const of = ["--no-file", "--cluster", "lab", "--instance-type", "g5.12xlarge", "--spot"];
    expect(await run("deploy", ...of, "--subnet", "subnet-0000000000000000a", "--yes")).toMatchObject({ code: 0 });
    const policy = {
      "InstancesDistribution.OnDemandPercentageAboveBaseCapacity": "0",
      "LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName": spot,
      "LaunchTemplate.LaunchTemplateSpecification.Version": "1",
      "LaunchTemplate.Overrides.member.1.InstanceType": "g5.12xlarge",
      ...change,
    };
    const form = Object.fromEntries(
      Object.entries(policy).map(([key, value]) => [`MixedInstancesPolicy.${key}`, value]),
    );
    expect(await box.query("UpdateAutoScalingGroup", { AutoScalingGroupName: spot, ...form })).not.toContain("<Error>");
    expect(await check()).toEqual({ exit: 3, failed: ["drift"], warned: [] });
  });

  it.each([
    ["on demand", "trn1.32xlarge", []],
    ["on Spot", "g5.12xlarge", ["--spot"]],
  ])("finds nothing wrong once ami roll has replaced machines %s of an image that aged", async (_, type, words) => {
    const cluster = ["--cluster", "rolled"];
    const of = ["--no-file", ...cluster, "--instance-type", type, "--subnet", "subnet-0000000000000000a"];
    expect(await run("deploy", ...of, "--max-size", "3", "--create-cluster", ...words, "--yes")).toMatchObject({
      code: 0,
    });
    // As if the image had been the newest on the day of the deployment.
    const { data } = launchOf(box.sandbox.world.groups.get(capacityName("rolled", type))!)!.version;
    Object.assign(data, { ImageId: imageBefore(data.ImageId!) });
    await box.query("SetDesiredCapacity", {
      AutoScalingGroupName: capacityName("rolled", type),
      DesiredCapacity: "2",
    });
    box.step(300);
    expect(await check(...cluster)).toEqual({ exit: 3, failed: ["machine-image"], warned: [] });
    expect(await runCli(["ami", "roll", ...cluster, "--yes"], { box, cwd: folder })).toMatchObject({ code: 0 });
    expect(await check(...cluster)).toEqual({ exit: 0, failed: [], warned: [] });
  });

  it("warns of machines of an earlier version, which run on as they are", async () => {
    relaunch(() => ({}));
    expect(await check()).toEqual({ exit: 0, failed: [], warned: ["version"] });
  });

  it("has a fault for each of its checks", () => {
    const planted = new Set<string>([...faults.flatMap(([, code]) => code), "workload", "version"]);
    expect([...planted].toSorted()).toEqual(Object.keys(checkCodes["capacity check"]).toSorted());
  });
});

function withoutEfa(each: object): object {
  return { ...each, InterfaceType: "interface" };
}
