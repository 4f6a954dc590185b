// What each command calls, as a proxy before the sandbox sees it, is what its policy allows: no more and no less.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callsOf, commandCalls, type CallingCommand } from "../../src/core/iam/command-calls.ts";
import { run as runTool } from "../../src/run.ts";
import { imagesIn } from "../../src/sandbox/machine-images.ts";
import { bufferedSurroundings, type CliRun } from "../support/cli.ts";
import { makeImageGroup, neuronImages } from "../support/image-group.ts";
import { startNodegroup, type PlayedNodegroup } from "../support/eks-nodegroup.ts";
import { furnish, startMotoAccount, type MotoAccount } from "../support/moto-account.ts";
import { startRecordingProxy, type RecordingProxy } from "../support/recording-proxy.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";
import { missingTools } from "../support/tools.ts";

let box: TestSandbox;
let proxy: RecordingProxy;
/** Whatever beside ECS an account has, where moto is there. */
let motoAccount: MotoAccount | undefined;
/** Whether the sandbox answers all calls, moto or not: its groups launch machines. */
let onlySandbox = false;
/** EKS beside it. */
let nodegroup: PlayedNodegroup;
/** What a command has said when Ctrl-C is pressed. */
let interruptAt: string | undefined;
/** What somebody else does before a call. */
const before = new Map<string, () => Promise<void>>();
let folder: string;
/** What the commands have called so far. */
const called = new Map<string, Set<string>>();

const account = "123456789012";
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

async function run(command: CallingCommand, ...args: readonly string[]): Promise<CliRun> {
  (globalThis as { AIPLAT_VERSION?: string }).AIPLAT_VERSION = "0.0.0";
  const env = { ...box.sandbox.environment, AWS_ENDPOINT_URL: proxy.url, HOME: folder, PATH: join(folder, "bin") };
  const { streams, surroundings } = bufferedSurroundings(env, folder, { interruptAt });
  const code = await runTool([...command.split(" "), ...args], {
    ...surroundings,
    clock: box.clock(),
    runInForeground: async () => 0,
  });
  const calls = called.get(command) ?? new Set();
  for (const each of proxy.take()) calls.add(each);
  called.set(command, calls);
  return { code, ...streams };
}

const json = async (command: CallingCommand): Promise<Json> =>
  JSON.parse((await run(command, "-o", "json")).stdout) as Json;

function write(file: string, workload: object): string {
  writeFileSync(join(folder, file), JSON.stringify(workload));
  return file;
}

const bert = {
  name: "bert",
  kind: "service",
  image: `${account}.dkr.ecr.us-east-1.amazonaws.com/bert:1`,
  accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 },
  ports: [{ container: 8080 }],
  logs: { group: "/aiplat/bert", retentionDays: 30 },
  roles: { execution: role("execution"), task: role("task") },
  secrets: {
    HF: `arn:aws:secretsmanager:us-east-1:${account}:secret:hf-a1b2c3`,
    P: `arn:aws:ssm:us-east-1:${account}:parameter/p`,
  },
  environment: { AIPLAT_SANDBOX_LOG: "hello" },
  replicas: 2,
};
const train = {
  name: "train",
  image: "train:1",
  roles: { task: role("task") },
  accelerator: { instanceTypes: ["inf2.xlarge"] },
  logs: { group: "/aiplat/train", retentionDays: 7 },
  environment: { AIPLAT_SANDBOX_SECONDS: "5" },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-iam-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/session-manager-plugin"), "#!/bin/sh\n");
  chmodSync(join(folder, "bin/session-manager-plugin"), 0o755);
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.24xlarge", count: 2 },
      { instanceType: "inf2.xlarge", count: 3 },
    ],
  });
  nodegroup = await startNodegroup({ looks: 50 });
  proxy = await startRecordingProxy(async (call) => {
    await before.get(call)?.();
    if (onlySandbox) return call.startsWith("eks:") ? nodegroup.url : box.sandbox.url;
    return motoAccount?.upstreamOf(call) ?? box.sandbox.url;
  });
});
afterAll(async () => {
  await proxy.close();
  await nodegroup.stop();
  await motoAccount?.stop();
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What comes after answers that the sandbox does not give: managed daemons, groups with launch templates, IAM. */
const beyondSandbox: ReadonlySet<string> = new Set([
  "ecs:DescribeDaemon",
  "ecs:DescribeDaemonRevisions",
  "ecs:DescribeDaemonTaskDefinition",
  "ec2:DescribeLaunchTemplateVersions",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeListeners",
  "iam:SimulatePrincipalPolicy",
  "ecr:BatchGetImage",
  "ecr:DescribePullThroughCacheRules",
  "secretsmanager:GetResourcePolicy",
  "servicequotas:GetAWSDefaultServiceQuota",
]);

/** A service that aiplat has not made, on an accelerated machine. */
async function addForeignService(): Promise<void> {
  await box.register("web");
  await box.ecs("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1, launchType: "EC2" });
  box.step(10);
}

/** A provider, of whose group the sandbox knows no launch template. */
async function addProvider(): Promise<void> {
  const arn = `arn:aws:autoscaling:us-east-1:${account}:autoScalingGroup:x:autoScalingGroupName/pool`;
  await box.ecs("CreateCapacityProvider", {
    name: "pool",
    autoScalingGroupProvider: { autoScalingGroupArn: arn, managedScaling: { status: "ENABLED" } },
  });
  await box.ecs("PutClusterCapacityProviders", {
    cluster: "default",
    capacityProviders: ["pool"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "pool" }],
  });
}

/** Machines of a cluster of their own, which somebody uses at first. */
async function deployAndDeleteMachines(): Promise<void> {
  const lab = ["--no-file", "--cluster", "lab", "--instance-type", "inf2.xlarge"];
  const make = [...lab, "--subnet", "subnet-0000000000000000a", "--create-cluster", "--default", "--min-size", "1"];
  await run("capacity deploy", ...make, "--security-group", "sg-00000000000000001", "--disk", "100GiB", "--dry-run");
  expect(await run("capacity deploy", ...make, "--yes")).toMatchObject({ code: 0 });
  await run("capacity deploy", ...make, "--yes");
  box.step(120);
  await box.register("lab");
  await box.ecs("CreateService", { cluster: "lab", serviceName: "lab", taskDefinition: "lab", desiredCount: 1 });
  box.step(30);
  const withEfa = ["--no-file", "--cluster", "lab", "--instance-type", "trn1.32xlarge"];
  const efa = ["--efa", "--subnet", "subnet-0000000000000000a", "--yes"];
  expect(await run("capacity deploy", ...withEfa, ...efa)).toMatchObject({ code: 0 });
  await run("capacity check", "--cluster", "lab");
  expect(await run("capacity delete", ...withEfa, "--yes")).toMatchObject({ code: 0 });
  expect((await run("capacity delete", ...lab, "--yes")).stderr).toContain("is in use");
  await box.ecs("DeleteService", { cluster: "lab", service: "lab", force: true });
  box.step(60);
  expect(await run("capacity delete", ...lab, "--yes")).toMatchObject({ code: 0 });
}

it("is what the policy of each command allows", { timeout: 900_000 }, async () => {
  write("aiplat.yaml", bert);
  write("train.yaml", train);
  await run("ami latest");
  await run("ami list");
  await run("ami history");
  await run("instances list", "--live");
  await run("taskdef generate", "--all", "--cluster", "default");
  await run("taskdef register");
  await run("taskdef diff");
  await addForeignService();
  for (const command of ["cluster devices", "cluster explain", "cluster snapshot", "plan", "doctor"] as const)
    await run(command);

  const first = await run("service deploy", "--enable-execute-command");
  expect(first.stderr).toContain("steady");
  const [service] = (JSON.parse((await run("service list", "-o", "json")).stdout) as Json).services;
  for (const command of ["service status", "service logs", "service open", "service exec"] as const) await run(command);
  await run("task list");
  write("aiplat.yaml", { ...bert, environment: { ...bert.environment, V: "2" } });
  await run("service deploy");
  await run("service import", service.service);
  await run("service scale", "--replicas", "1");
  await run("service rollback");
  // A deployment that fails, one that is under way, and one with more replicas than there is room for.
  write("aiplat.yaml", { ...bert, environment: { AIPLAT_SANDBOX_LOG: "x", AIPLAT_SANDBOX_EXIT: "1" } });
  await run("service deploy", "--timeout", "20m");
  write("aiplat.yaml", { ...bert, environment: { V: "3" } });
  await run("service deploy", "--no-wait");
  await run("service status");
  await run("service rollback");
  await box.ecs("UpdateService", { service: service.service, desiredCount: 1 });
  box.step(120);
  // Slots of three devices are no longer in the file: others take their place, and they are deleted.
  write("aiplat.yaml", {
    ...bert,
    accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
    replicas: 1,
  });
  const replaced = await run("service deploy", "--recreate", "--yes");
  expect([replaced.code, replaced.stderr]).toEqual([0, expect.stringContaining(`deleted ${service.service}`)]);
  await box.ecs("UpdateService", { service: "bert-inf2-24xlarge-n0-1", desiredCount: 9 });
  box.step(120);
  await run("service status");
  const instances = (await json("cluster devices")).instances as readonly Json[];
  await run("cluster drain", instances[0].ec2InstanceId, "--force", "--timeout", "5m");
  await run("service delete", "--yes");
  box.step(60);

  const ran = JSON.parse(
    (await run("run-task", "train.yaml", "-o", "json", "--enable-execute-command")).stdout,
  ) as Json;
  box.step(4);
  const id: string = ran.tasks[0].taskArn.split("/").at(-1);
  await run("task exec", id.slice(0, 8));
  await run("task logs", id.slice(0, 8));
  await run("task list", "--run", ran.run);
  await run("task stop", id.slice(0, 8), "--yes");
  await run("task wait", "--run", ran.run, "--logs");
  await run("run-task", "train.yaml", "--wait", "--logs");
  await run(
    "capacity generate",
    "train.yaml",
    "--subnet",
    "subnet-0000000000000000a",
    "--security-group",
    "sg-00000000000000001",
    "--disk",
    "100GiB",
  );
  await deployAndDeleteMachines();

  await addProvider();
  write("aiplat.yaml", { ...train, kind: "service" });
  for (const command of ["cluster devices", "cluster explain", "cluster snapshot", "plan", "doctor"] as const)
    await run(command);
  await run("run-task", "train.yaml");
  await run("service deploy");
  write("aiplat.yaml", { ...train, kind: "service", environment: { V: "1" }, tags: { team: "nlp" } });
  await run("service deploy");
  await run("service scale", "train", "--replicas", "2");
  await run("service rollback", "train");
  await box.ecs("UpdateService", { service: "train", desiredCount: 30 });
  box.step(120);
  await run("service status", "train");
  await box.ecs("UpdateService", { service: "train", desiredCount: 1 });
  box.step(120);
  await run("cluster drain", ((await json("cluster devices")).instances as readonly Json[])[1].ec2InstanceId);
  const network = { networkMode: "awsvpc", network: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } };
  await run("doctor", write("awsvpc.yaml", { ...train, ecs: network }));
});

it.skipIf(missingTools("moto_server", "aws"))(
  "and of those that ask other services",
  { timeout: 900_000 },
  async () => {
    motoAccount = await startMotoAccount(box.sandbox.url);
    const { targetGroup, secret } = await furnish(motoAccount);
    const { containerInstanceArns: containerInstances } = await box.ecs("ListContainerInstances", {
      status: "DRAINING",
    });
    await box.ecs("UpdateContainerInstancesState", { containerInstances, status: "ACTIVE" });
    // A provider whose group has a launch template, and a daemon of its own.
    const pool = { ...train, kind: "service", environment: {}, ecs: { capacity: { provider: "pool" } } };
    write("aiplat.yaml", pool);
    for (const command of ["cluster devices", "cluster explain", "cluster snapshot", "plan", "doctor"] as const)
      await run(command);
    // It looks at the cluster and its daemon before it finds that none of moto's groups is the cluster's.
    await run("ami roll", "--dry-run");
    await run("run-task");
    await run("service deploy");
    await run("service scale", "--replicas", "2");
    await box.ecs("UpdateService", { service: "train", desiredCount: 30 });
    box.step(120);
    await run("service status");
    await box.ecs("UpdateService", { service: "train", desiredCount: 1 });
    box.step(120);
    const { taskArns } = await box.ecs("ListTasks", { serviceName: "train" });
    const [task] = (await box.ecs("DescribeTasks", { tasks: taskArns })).tasks;
    const on = { containerInstances: [task.containerInstanceArn] };
    const [instance] = (await box.ecs("DescribeContainerInstances", on)).containerInstances;
    await run("cluster drain", instance.ec2InstanceId, "--dry-run");
    write("aiplat.yaml", { ...pool, environment: { V: "2" } });
    await run("service deploy");
    await run("service rollback", "--to-revision", "1");
    await run("service delete", "--yes");
    box.step(60);

    // Behind a load balancer, with a secret, and images of AWS's and of nobody's.
    const front = { ...bert, secrets: { HF: secret }, ecs: { loadBalancer: { targetGroup, port: 8080 } }, replicas: 1 };
    write("aiplat.yaml", { ...front, name: "front", accelerator: { instanceTypes: ["inf2.24xlarge"] } });
    await run("service deploy", "--allow-stall", "--timeout", "10m");
    await run("service status");
    await run("service open");
    await run("doctor");
    const dlc = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference-neuronx:2.9.0";
    await run("doctor", "--image", dlc);

    // A change of the number while a deployment fails, and a way back to what fails.
    await run("service delete", "--yes");
    box.step(60);
    const plain = { ...train, kind: "service", name: "plain", environment: {}, ecs: { capacity: "ec2" } };
    write("aiplat.yaml", plain);
    await run("service deploy");
    await box.ecs("UpdateService", { service: "plain", desiredCount: 60 });
    box.step(120);
    await run("service status");
    await box.ecs("UpdateService", { service: "plain", desiredCount: 1 });
    box.step(120);
    write("aiplat.yaml", { ...plain, environment: { V: "2" } });
    await run("service deploy");
    await run("service rollback", "--to-revision", "1");
    write("aiplat.yaml", { ...plain, environment: { AIPLAT_SANDBOX_LOG: "x", AIPLAT_SANDBOX_EXIT: "1" } });
    await run("service deploy", "--no-wait");
    await run("service scale", "--replicas", "2", "--timeout", "20m");
    await run("service rollback", "--to-revision", "3", "--timeout", "20m", "--allow-stall");
    await run("service delete", "--yes");
    box.step(60);

    // A replacement of a service that is interrupted, and undone.
    const chip = (devicesPerReplica: number) => ({
      ...bert,
      name: "chip",
      secrets: {},
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica },
    });
    write("aiplat.yaml", { ...chip(6), replicas: 1 });
    await run("service deploy");
    write("aiplat.yaml", chip(3));
    interruptAt = "created chip-inf2-24xlarge-n3-5";
    expect((await run("service deploy", "--yes")).code).toBe(130);
    interruptAt = undefined;
    await run("service rollback", "--yes");
    await run("service delete", "--yes");
    box.step(60);

    // Somebody else comes first on one of the machines: what started is stopped again.
    before.set("ecs:RunTask", async () => {
      before.clear();
      await box.ecs("RunTask", { taskDefinition: "train", launchType: "EC2" });
    });
    write("train.yaml", { ...train, ecs: { capacity: "ec2" } });
    const { instances: machines } = await json("cluster devices");
    const free = machines.filter(
      ({ instanceType, devices }: Json) => instanceType === "inf2.xlarge" && devices[0].claimedBy.length === 0,
    );
    await run("run-task", "train.yaml", "--count", String(free.length), "--all-or-nothing");

    const nodes = ["--cluster", "prod", "--node-role", role("node"), "--subnet", "subnet-1", "--yes"];
    write("wide.yaml", { name: "wide", image: "w:1", accelerator: { instanceTypes: ["trn1.32xlarge"] }, nodes: 2 });
    const release = ["--security-group", "sg-1", "--release-version", "1.33.3-20250819"];
    expect(await run("eks nodegroup create", "wide.yaml", ...nodes, ...release)).toMatchObject({ code: 0 });
    expect((await run("eks check", "--cluster", "prod", "--workload", "wide.yaml", "--set", "nodes=1")).stderr).toBe(
      "",
    );
  },
);

it("and of those that judge and replace machines", async () => {
  onlySandbox = true;
  const cluster = "rolled";
  const [imageId] = neuronImages as [string];
  await box.ecs("CreateCluster", { clusterName: cluster });
  await makeImageGroup(box, { name: "numbered", imageId, size: 2, instanceType: "inf2.xlarge", cluster });
  await makeImageGroup(box, {
    name: "defaulted",
    imageId,
    size: 1,
    instanceType: "inf2.xlarge",
    cluster,
    version: "$Default",
  });
  const { arn } = box.sandbox.world.groups.get("numbered")!;
  await box.ecs("CreateCapacityProvider", {
    name: "numbered",
    autoScalingGroupProvider: { autoScalingGroupArn: arn, managedScaling: { status: "DISABLED" } },
  });
  const strategy = [{ capacityProvider: "numbered" }];
  await box.ecs("PutClusterCapacityProviders", {
    cluster,
    capacityProviders: ["numbered"],
    defaultCapacityProviderStrategy: strategy,
  });
  await box.ecs("CreateService", {
    cluster,
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 1,
    capacityProviderStrategy: strategy,
  });
  box.step(30);
  expect((await run("ami check", "--cluster", cluster, "--all")).code).toBe(3);
  for (const group of ["numbered", "defaulted"])
    expect(await run("ami roll", "--cluster", cluster, "--auto-scaling-group", group, "--yes")).toMatchObject({
      code: 0,
    });
  expect((await run("ami check", "--cluster", cluster)).code).toBe(0);
  const old = [...imagesIn("us-east-1").values()].find(({ name }) => name.startsWith("amzn2-ami-ecs-inf-"))!;
  await box.ecs("CreateCluster", { clusterName: "aged" });
  await makeImageGroup(box, {
    name: "aged",
    imageId: old.imageId,
    size: 1,
    instanceType: "inf2.xlarge",
    cluster: "aged",
  });
  await box.ecs("RunTask", { cluster: "aged", taskDefinition: "web", launchType: "EC2" });
  expect((await run("ami check", "--cluster", "aged")).code).toBe(3);
  const node = ["--cluster", "prod", "--nodegroup", "chips", "--yes", "--timeout", "1m"];
  expect((await run("ami check", "--orchestrator", "eks", "--cluster", "prod")).code).toBe(3);
  // Begun, and followed by another.
  for (const _ of [1, 2]) expect((await run("ami roll", ...node)).code).toBe(5);
  onlySandbox = false;
});

it("is no more and no less than what they call", () => {
  const others = new Set(["eks check", "eks nodegroup create"]);
  const expected = Object.keys(commandCalls).filter((each) => motoAccount !== undefined || !others.has(each));
  expect([...called.keys()].toSorted()).toEqual(expected.toSorted());
  const found = Object.fromEntries(
    [...called].map(([command, calls]) => [
      command,
      [...calls].filter((each) => each !== "sts:GetCallerIdentity").toSorted(),
    ]),
  );
  const allowed = Object.fromEntries(
    [...called.keys()].map((command) => [command, callsOf(command as CallingCommand)]),
  );
  const differing = Object.keys(found).flatMap((command) => {
    const missing = found[command]!.filter((each) => !allowed[command]!.includes(each));
    const needless = allowed[command]!.filter(
      (each) => !found[command]!.includes(each) && (motoAccount !== undefined || !beyondSandbox.has(each)),
    );
    return missing.length + needless.length === 0 ? [] : [`${command}: +${missing.join(" +")} -${needless.join(" -")}`];
  });
  expect(differing).toEqual([]);
});
