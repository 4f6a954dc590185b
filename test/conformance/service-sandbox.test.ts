import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { taskDefinitionOperations } from "../../src/sandbox/ecs/task-definitions.ts";
import { clientError } from "../../src/sandbox/wire/aws-error.ts";
import { runCli, type CliRun } from "../support/cli.ts";
import { startTestSandbox, type Json, type TestSandbox } from "../support/sandbox.ts";

let box: TestSandbox;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aiplat-service-"));
  box = await startTestSandbox({
    fleet: [
      { instanceType: "inf2.xlarge", count: 3 },
      { instanceType: "inf2.24xlarge", count: 2 },
    ],
  });
});
afterEach(async () => {
  await box.sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CliRun> => runCli(args, { box, cwd: folder });
const describeService = async (name: string): Promise<Json> =>
  (await box.ecs("DescribeServices", { services: [name], include: ["TAGS"] })).services[0];

function writeWorkload(changes: object = {}): void {
  writeFileSync(
    join(folder, "aiplat.yaml"),
    JSON.stringify({
      name: "bert",
      kind: "service",
      image: "bert:1",
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      replicas: 2,
      ...changes,
    }),
  );
}

async function plan(...args: readonly string[]): Promise<Json> {
  const { stdout } = await run("plan", "-o", "json", ...args);
  return JSON.parse(stdout);
}

describe("a service on the sandbox", () => {
  it("is created, and a second deploy changes and registers nothing", async () => {
    writeWorkload();
    const first = await run("service", "deploy", "-o", "json");
    expect(first.stderr).toBe("");
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout).services).toMatchObject([
      { service: "bert", action: "create", result: "steady", desiredCount: 2 },
    ]);
    expect(await describeService("bert")).toMatchObject({
      desiredCount: 2,
      runningCount: 2,
      deploymentConfiguration: {
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      availabilityZoneRebalancing: "ENABLED",
      tags: expect.arrayContaining([{ key: "aiplat:workload", value: "bert" }]),
    });
    expect((await run("plan", "--exit-code")).code).toBe(0);
    const second = await run("service", "deploy");
    expect(second.code).toBe(0);
    expect(second.stderr).toContain("No difference");
    expect((await box.ecs("ListTaskDefinitions")).taskDefinitionArns).toHaveLength(1);
    expect((await describeService("bert")).deployments).toHaveLength(1);
  });

  it("waits, when deployed again, for what the first call began", async () => {
    writeWorkload();
    expect((await run("service", "deploy")).code).toBe(0);
    // Without the circuit breaker a deployment whose tasks all exit never ends.
    writeWorkload({
      environment: { AIPLAT_SANDBOX_EXIT: "3" },
      ecs: { service: { deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } } } },
    });
    expect((await run("service", "deploy", "--no-wait")).code).toBe(0);
    const again = await run("service", "deploy", "--timeout", "1s");
    expect(again.code).toBe(5);
    expect(again.stdout).toMatch(/^bert\tkeep\tstarted/);
    expect(again.stderr).toContain("bert says the same, and its last deployment is not done yet");
  });

  it("plans exactly the field that changed, and updates it", async () => {
    writeWorkload();
    await run("service", "deploy");
    expect((await run("service", "status", "./aiplat.yaml")).stdout).toMatch(/^bert\tACTIVE\t/);
    writeWorkload({ image: "bert:2" });
    const { registrations, steps } = await plan();
    expect(registrations).toMatchObject([
      {
        action: "register",
        changes: [{ path: "containerDefinitions[bert].image", kind: "changed", before: "bert:1", after: "bert:2" }],
      },
    ]);
    expect(steps).toMatchObject([
      { action: "update", changes: [{ path: "taskDefinition", before: "bert:1", after: "bert (new revision)" }] },
    ]);
    expect((await run("plan", "--exit-code")).code).toBe(3);
    expect((await run("service", "deploy")).code).toBe(0);
    expect((await describeService("bert")).taskDefinition).toMatch(/bert:2$/);

    writeWorkload({ image: "bert:2", replicas: 3 });
    expect((await plan()).steps).toMatchObject([
      {
        action: "update",
        changes: [{ path: "desiredCount", before: 2, after: 3 }],
        update: { cluster: "default", service: "bert", desiredCount: 3 },
      },
    ]);
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await describeService("bert")).toMatchObject({ desiredCount: 3, runningCount: 3 });
  });

  it("rolls a failing image back by itself and shows why", async () => {
    writeWorkload({ logs: { group: "/bert" } });
    await run("service", "deploy");
    writeWorkload({
      logs: { group: "/bert" },
      environment: { AIPLAT_SANDBOX_EXIT: "3", AIPLAT_SANDBOX_LOG: "model not found" },
    });
    const { code, stderr, stdout } = await run("service", "deploy");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^bert\tupdate\tfailed/);
    expect(stderr).toContain("goes back to bert:1");
    expect(stderr).toContain("bert exited with 3");
    expect(stderr).toContain("model not found");
    expect((await describeService("bert")).taskDefinition).toMatch(/bert:1$/);
  });

  it("goes back to the revision before, or to a named one", async () => {
    writeWorkload();
    for (const image of ["bert:1", "bert:2", "bert:3"]) {
      writeWorkload({ image });
      expect((await run("service", "deploy")).code).toBe(0);
    }
    const back = await run("service", "rollback");
    expect(back.code).toBe(0);
    expect(back.stderr).toContain("back from bert:3 to bert:2");
    expect((await describeService("bert")).taskDefinition).toMatch(/bert:2$/);
    expect((await run("service", "rollback", "bert", "--to-revision", "1", "--cluster", "default")).code).toBe(0);
    expect((await describeService("bert")).taskDefinition).toMatch(/bert:1$/);
    const none = await run("service", "rollback", "--to-revision", "9");
    expect(none.code).toBe(1);
    expect(none.stderr).toContain("bert:9");
  });

  it("refuses a deployment that could never finish, with the arithmetic; --allow-stall starts it", async () => {
    writeWorkload({ replicas: 3 });
    await run("service", "deploy");
    writeWorkload({ replicas: 3, image: "bert:2" });
    const refused = await run("service", "deploy");
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("at least 3 must stay healthy");
    expect(refused.stderr).toContain("minimumHealthyPercent 66");
    expect(refused.stdout).toBe("bert\tupdate\tnot-reached\t3\t\n");
    const told = await run("service", "deploy", "-o", "json");
    expect(JSON.parse(told.stderr)).toMatchObject({
      code: "NoCapacity",
      hint: expect.stringContaining("minimumHealthyPercent 66"),
    });
    expect(JSON.parse(told.stdout)).toMatchObject({
      kind: "ServiceDeployment",
      services: [{ service: "bert", action: "update", result: "not-reached" }],
      failures: [{ detail: expect.stringContaining("at least 3 must stay healthy"), hint: expect.any(String) }],
    });
    expect((await box.ecs("ListTaskDefinitions")).taskDefinitionArns).toHaveLength(1);
    const fits = { ecs: { service: { deploymentConfiguration: { minimumHealthyPercent: 66 } } } };
    writeWorkload({ replicas: 3, image: "bert:2", ...fits });
    expect((await run("service", "deploy")).code).toBe(0);
    writeWorkload({ replicas: 3, image: "bert:3" });
    expect((await run("service", "deploy", "--allow-stall", "--no-wait")).code).toBe(0);
  });

  it("carries out a saved plan, once", async () => {
    writeWorkload();
    const { stdout } = await run("plan", "-o", "json");
    writeFileSync(join(folder, "plan.json"), stdout);
    expect((await run("service", "deploy", "--plan", "plan.json")).code).toBe(0);
    expect(await describeService("bert")).toMatchObject({ runningCount: 2 });
    const again = await run("service", "deploy", "--plan", "plan.json");
    expect(again.code).toBe(3);
    expect(again.stderr).toContain("service bert exists now");
    expect(again.stdout).toBe("bert\tcreate\tnot-reached\t2\t\n");
    writeFileSync(join(folder, "plan.json"), "{}");
    expect((await run("service", "deploy", "--plan", "plan.json")).code).toBe(2);
  });

  it("scales, and says how to delete where nobody can be asked", async () => {
    writeWorkload();
    await run("service", "deploy");
    expect((await run("service", "scale", "--replicas", "3")).code).toBe(0);
    expect(await describeService("bert")).toMatchObject({ desiredCount: 3, runningCount: 3 });
    const short = await run("service", "scale", "--replicas", "4");
    expect(short.code).toBe(4);
    expect(short.stderr).toContain("room for 3");
    expect(short.stdout).toBe("bert\tupdate\tnot-reached\t4\t\n");
    const asked = await run("service", "delete");
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("--yes");
    expect((await run("service", "delete", "--yes")).code).toBe(0);
    expect((await describeService("bert")).status).not.toBe("ACTIVE");
    expect((await run("service", "status")).code).toBe(1);
  });
});

describe("a service that somebody else has made", () => {
  it("is imported, plans to no change, and keeps its fields when it is deployed", async () => {
    const both = [
      {
        name: "app",
        image: "busybox",
        memory: 128,
        dependsOn: [{ containerName: "side", condition: "START" }],
        logConfiguration: { logDriver: "awsfirelens", options: { Name: "cloudwatch" } },
      },
      { name: "side", image: "busybox", memory: 64, essential: false, firelensConfiguration: { type: "fluentbit" } },
    ];
    await box.ecs("RegisterTaskDefinition", {
      family: "Legacy",
      containerDefinitions: both,
      volumes: [{ name: "models", efsVolumeConfiguration: { fileSystemId: "fs-1", transitEncryption: "ENABLED" } }],
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
    });
    await box.ecs("CreateService", {
      serviceName: "Legacy-Service",
      taskDefinition: "Legacy",
      desiredCount: 2,
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
      placementStrategy: [{ type: "binpack", field: "memory" }],
    });
    const imported = await run("service", "import", "Legacy-Service");
    expect(imported.stderr).toContain("Wrote aiplat.yaml");
    const unchanged = await run("plan", "--exit-code");
    expect(unchanged.stdout).toBe("keep\tLegacy:1\tsays the same\nkeep\tLegacy-Service\t2 replicas\n");
    expect(unchanged.code).toBe(0);
    await box.ecs("CreateService", { serviceName: "app", taskDefinition: "Legacy", desiredCount: 0 });
    for (const named of [[], ["app", "--cluster", "default"]]) {
      const status = await run("service", "status", ...named);
      expect([status.code, status.stdout.split("\t")[0], status.stdout.trim().split("\n").length]).toEqual([
        0,
        "Legacy-Service",
        1,
      ]);
    }
    const overwritten = await run("service", "import", "Legacy-Service");
    expect(overwritten.code).toBe(2);
    expect((await run("service", "import", "nothing", "--file", "-")).code).toBe(1);

    expect((await run("service", "deploy", "--image", "busybox:2")).code).toBe(0);
    const { taskDefinition } = await box.ecs("DescribeTaskDefinition", { taskDefinition: "Legacy" });
    expect(taskDefinition).toMatchObject({
      revision: 2,
      volumes: [{ efsVolumeConfiguration: { fileSystemId: "fs-1", transitEncryption: "ENABLED" } }],
      runtimePlatform: { cpuArchitecture: "X86_64" },
    });
    expect(taskDefinition.containerDefinitions.map(({ name, image }: Json) => [name, image])).toEqual([
      ["app", "busybox:2"],
      ["side", "busybox"],
    ]);
    expect(await describeService("Legacy-Service")).toMatchObject({
      placementStrategy: [{ type: "binpack", field: "memory" }],
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 150 },
    });
  });
});

describe("Neuron devices that somebody listed by hand", () => {
  const byHand = (devices: readonly number[]) => ({
    family: "by-hand",
    networkMode: "bridge",
    placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == inf2.24xlarge" }],
    containerDefinitions: [
      {
        name: "model",
        image: "model:1",
        memory: 4096,
        linuxParameters: {
          capabilities: { add: ["IPC_LOCK"] },
          devices: devices.map((each) => ({
            hostPath: `/dev/neuron${each}`,
            containerPath: `/dev/neuron${each}`,
            permissions: ["read", "write"],
          })),
        },
      },
    ],
  });
  const definitions = async () => (await box.ecs("ListTaskDefinitions")).taskDefinitionArns as readonly string[];

  it("are imported with their service, with a word on the risk, and deploying changes and registers nothing", async () => {
    await box.ecs("RegisterTaskDefinition", byHand([0, 1]));
    await box.ecs("CreateService", { serviceName: "model", taskDefinition: "by-hand", desiredCount: 2 });
    const imported = await run("service", "import", "model");
    expect(imported.code).toBe(0);
    expect(imported.stderr).toContain("without lock ports: nothing keeps another task off them");
    expect(imported.stderr).toContain("accelerator: { instanceTypes: [inf2.24xlarge], devicesPerReplica: 2 }");
    const unchanged = await run("plan", "--exit-code");
    expect([unchanged.code, unchanged.stdout]).toEqual([
      0,
      "keep\tby-hand:1\tsays the same\nkeep\tmodel\t2 replicas\n",
    ]);
    expect(unchanged.stderr).toContain("lists 2 Neuron devices by hand, without lock ports");
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await definitions()).toHaveLength(1);
    expect((await describeService("model")).deployments).toHaveLength(1);
    // A change keeps them, and changes nothing else.
    expect((await run("service", "deploy", "--image", "model:2", "--allow-stall", "--no-wait")).code).toBe(0);
    const { taskDefinition } = await box.ecs("DescribeTaskDefinition", { taskDefinition: "by-hand" });
    expect(taskDefinition.containerDefinitions[0]).toMatchObject({
      image: "model:2",
      linuxParameters: byHand([0, 1]).containerDefinitions[0]!.linuxParameters,
    });
  });

  it("are imported from the definition alone, and plan creates the service and nothing else", async () => {
    await box.ecs("RegisterTaskDefinition", byHand([2, 3]));
    await box.ecs("RegisterTaskDefinition", byHand([0, 1]));
    const older = await run("service", "import", "--task-definition", "by-hand:1", "--file", "-");
    expect(older.stdout).toContain("/dev/neuron2");
    expect(older.stderr).toContain("by-hand:1 is not the latest revision: by-hand:2 is");
    expect((await run("service", "import", "fresh", "--task-definition", "by-hand")).code).toBe(0);
    expect((await run("taskdef", "diff", "--exit-code")).code).toBe(0);
    expect((await plan()).registrations).toMatchObject([{ action: "keep", family: "by-hand" }]);
    expect((await plan()).steps).toMatchObject([{ service: "fresh", action: "create" }]);
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await definitions()).toHaveLength(2);
    expect(await describeService("fresh")).toMatchObject({
      taskDefinition: expect.stringMatching(/by-hand:2$/) as string,
      runningCount: 1,
    });
    expect((await run("plan", "--exit-code")).code).toBe(0);
  });

  it("are run with no two tasks on one machine, where nothing locks them", async () => {
    await box.ecs("RegisterTaskDefinition", byHand([0, 1]));
    await run("service", "import", "--task-definition", "by-hand");
    const { stdout, code } = await run("run-task", "--count", "3", "-o", "json");
    expect(code).toBe(4);
    const tasks = JSON.parse(stdout).tasks as readonly Json[];
    expect(new Set(tasks.map(({ containerInstanceArn }) => containerInstanceArn as string)).size).toBe(2);
    expect(tasks).toHaveLength(2);
  });

  it("says what is missing: a name, a service, a definition", async () => {
    expect(await run("service", "import")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--task-definition FAMILY") as string,
    });
    expect(await run("service", "import", "nothing")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no active service nothing") as string,
    });
    expect(await run("service", "import", "--task-definition", "nothing")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no task definition nothing") as string,
    });
  });
});

describe("a service on parts of instances", () => {
  const slots = (changes: object = {}) =>
    writeWorkload({
      name: "chip",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      replicas: 4,
      ecs: { service: { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } } },
      ...changes,
    });
  const names = ["chip-inf2-24xlarge-n0-1", "chip-inf2-24xlarge-n2-3", "chip-inf2-24xlarge-n4-5"];
  const counts = async () =>
    Promise.all(names.map(async (name) => (await describeService(name)).desiredCount as number));

  it("is one service a slot, distributed, updated one after the other, and scaled with the fewest changes", async () => {
    slots();
    expect((await run("service", "deploy")).code).toBe(0);
    expect(await counts()).toEqual([2, 1, 1]);
    expect((await run("service", "scale", "--replicas", "5")).code).toBe(0);
    expect(await counts()).toEqual([2, 2, 1]);
    slots({ replicas: 5, image: "chip:2" });
    const { code, stderr } = await run("service", "deploy");
    expect(code).toBe(0);
    const updated = [...stderr.matchAll(/^updated (\S+)/gm)].map((match) => ({ service: match[1]!, at: match.index }));
    expect(updated.map(({ service }) => service)).toEqual(names);
    // Each is steady before the next begins.
    for (const [index, { at }] of updated.slice(1).entries())
      expect(stderr.slice(0, at)).toContain(`${names[index]}  has reached a steady state.`);
    expect((await run("plan", "--exit-code")).code).toBe(0);
    const conflicts = await run("cluster", "devices");
    expect(conflicts.code).toBe(0);
  });

  it("goes back where a deployment came to, when that was interrupted, and no further", async () => {
    slots();
    expect((await run("service", "deploy")).code).toBe(0);
    slots({ image: "chip:2" });
    // As a deployment leaves it that ends after its first service.
    const { steps } = await plan();
    const { taskDefinition } = await box.ecs("RegisterTaskDefinition", steps[0].definition);
    await box.ecs("UpdateService", { service: names[0], taskDefinition: taskDefinition.taskDefinitionArn });
    const back = await run("service", "rollback");
    expect([
      back.code,
      back.stdout
        .trim()
        .split("\n")
        .map((line) => line.split("\t").slice(0, 2).join(" ")),
    ]).toEqual([0, names.map((name, index) => `${name} ${index === 0 ? "update" : "keep"}`)]);
    expect(
      await Promise.all(names.map(async (name) => (await describeService(name)).taskDefinition.split("/").at(-1))),
    ).toEqual(names.map((name) => `${name}:1`));
  });

  it("is imported whole by any of its services, and plans to no change", async () => {
    slots({ ports: [{ container: 8080 }], tags: { team: "nlp" } });
    await run("service", "deploy");
    const imported = await run("service", "import", names[1]!, "--force");
    expect([imported.code, imported.stderr]).toEqual([
      0,
      "Wrote aiplat.yaml. What deploying it would change:  aiplat plan\n",
    ]);
    const unchanged = await run("plan", "--exit-code");
    expect([unchanged.code, unchanged.stdout]).toEqual([
      0,
      [
        ...names.map((name) => `keep\t${name}:1\tsays the same\n`),
        ...names.map((name, index) => `keep\t${name}\t${index === 0 ? 2 : 1} of 4 replicas on inf2.24xlarge\n`),
      ].join(""),
    ]);
    expect((await run("service", "deploy")).stderr).toContain("No difference");
    expect((await run("service", "import", "--task-definition", names[2]!, "--force")).code).toBe(0);
    expect((await run("taskdef", "diff", "--exit-code")).code).toBe(0);
  });

  it("deletes the services of slots that are no more, first where the user says so", async () => {
    slots();
    await run("service", "deploy");
    slots({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 } });
    // Four replicas on two chips each and three of them fill twelve: there is no room for both.
    const refused = await run("service", "deploy", "--yes");
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("--recreate");
    expect(await counts()).toEqual([2, 1, 1]);
    const { code, stdout } = await run("service", "deploy", "--recreate", "--yes");
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.split("\t").slice(0, 3).join(" ")),
    ).toEqual([
      ...names.map((name) => `${name} delete deleted`),
      "chip-inf2-24xlarge-n0-2 create steady",
      "chip-inf2-24xlarge-n3-5 create steady",
    ]);
  });

  it("keeps the services of slots that are no more where ECS does not take what replaces them", async () => {
    slots();
    await run("service", "deploy");
    slots({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 3 } });
    // What ECS is known to refuse, lint has said before.
    const register = vi.spyOn(taskDefinitionOperations["RegisterTaskDefinition"]!, "run").mockImplementation(() => {
      throw clientError("Something that nobody knew of.");
    });
    const { code, stderr } = await run("service", "deploy", "--recreate", "--yes");
    register.mockRestore();
    expect(code).toBe(1);
    expect(stderr).toContain("Something that nobody knew of.");
    expect(await counts()).toEqual([2, 1, 1]);
    expect((await box.ecs("ListServices")).serviceArns).toHaveLength(3);
  });

  it("is refused with Service Connect and with blue/green, with the reason", async () => {
    slots({
      ecs: {
        service: {
          serviceConnectConfiguration: { enabled: true },
          deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 },
        },
      },
    });
    const { code, stderr } = await run("service", "deploy");
    expect(code).toBe(2);
    expect(stderr).toContain("discovery name");
    expect(stderr).toContain("pair of target groups");
    expect((await box.ecs("ListServices")).serviceArns).toEqual([]);
  });
});
