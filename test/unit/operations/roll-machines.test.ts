import { describe, expect, it } from "vitest";
import type { ScalingGroupPort } from "../../../src/capacity-ports.ts";
import type { ImagedGroup, MachineImagesPort, TemplateVersion } from "../../../src/machine-image-ports.ts";
import { changeTemplate } from "../../../src/operations/change-template.ts";
import { rollMachines, type RollPorts } from "../../../src/operations/roll-machines.ts";
import { findLaunchProblem } from "../../../src/operations/roll-launches.ts";
import type { EcsPort, SsmPort } from "../../../src/ports.ts";
import { aDefinition, aTask, anInstance } from "../../support/cluster.ts";

const [old, current] = ["ami-0000000000000000a", "ami-0000000000000000b"] as const;
const machine = (id: string, imageId: string, status: string) =>
  anInstance(id, "inf2.24xlarge", { status, attributes: { "ecs.ami-id": imageId } });

function poolOf(ids: readonly string[], more: Partial<ImagedGroup> = {}): ImagedGroup {
  return {
    name: "pool",
    min: 1,
    max: 1,
    desired: 1,
    instanceTypes: [],
    launchTemplate: { id: "lt-1", version: "2" },
    protectsNewInstances: true,
    zones: [],
    subnets: [],
    suspendedProcesses: [],
    instances: ids.map((id) => ({ id, lifecycle: "InService", isProtected: true })),
    tags: {},
    ...more,
  };
}

const versionWith = (imageId: string): TemplateVersion => ({
  templateId: "lt-1",
  templateName: "pool",
  number: 2,
  isDefault: false,
  imageId,
  data: {},
});

/** A clock that moves by waiting alone. */
function clock() {
  let at = 0;
  return { now: () => at, sleep: async (ms: number) => void (at += ms), signal: new AbortController().signal };
}

describe("rollMachines", () => {
  it("does not end a machine whose task the first list has not shown yet, at its group's least size", async () => {
    const runtime = clock();
    const task = aTask("late", aDefinition("chip"), undefined);
    let ended: number | undefined;
    // Placed just before the machine was DRAINING: ListTasks is behind at first, and it runs for a minute.
    const isListed = () => runtime.now() > 0 && runtime.now() < 60_000;
    const instances = () => [ended === undefined ? machine("i1", old, "DRAINING") : machine("i2", current, "ACTIVE")];
    const ecs: Partial<EcsPort> = {
      listContainerInstances: async () => instances().map(({ arn }) => arn),
      describeContainerInstances: async () => instances(),
      listTasks: async () => (isListed() ? [task.taskArn] : []),
      describeTasks: async () => ({ tasks: [task], failures: [] }),
      describeTaskDefinition: async () => undefined,
    };
    const images: Partial<MachineImagesPort> = {
      group: async () => poolOf(instances().map(({ ec2InstanceId }) => ec2InstanceId)),
      templateVersions: async () => [versionWith(current)],
      replaceInstance: async () => void (ended = runtime.now()),
    };
    const groups: Partial<ScalingGroupPort> = { activities: async () => [] };
    const ports = { ecs, images, groups, region: "us-east-1" } as RollPorts;
    const { replaced } = await rollMachines(
      ports,
      {
        cluster: "prod",
        group: "pool",
        imageId: current,
        budget: { machines: 1 },
        force: false,
        planned: [],
        timeoutMs: 600_000,
        onDrain: () => undefined,
        onEvent: () => undefined,
        onStanding: () => undefined,
      },
      runtime,
    );
    expect(replaced.map(({ ec2InstanceId }) => ec2InstanceId)).toEqual(["i-i1"]);
    expect(ended).toBeGreaterThan(60_000);
  });
});

describe("findLaunchProblem", () => {
  const problemOf = async (imageId: string, held: string = current, more: Partial<ImagedGroup> = {}) => {
    const images = { templateVersions: async () => [versionWith(imageId)] } as Partial<MachineImagesPort>;
    const ssm: Partial<SsmPort> = {
      getParameters: async (names) => ({ values: new Map(names.map((name) => [name, held])), missing: [] }),
    };
    const ports = { images: images as MachineImagesPort, ssm: async () => ssm as SsmPort };
    return (await findLaunchProblem(ports, poolOf([], more), current))?.message;
  };

  it.each([
    ["the image", current, current, undefined],
    ["another image", old, current, `pool launches ${old}, not ${current}: somebody else changed its launch template`],
    ["what a parameter holds", "resolve:ssm:/images/chip", current, undefined],
    [
      "what a parameter holds by now",
      "resolve:ssm:/images/chip",
      old,
      `pool launches ${old}, not ${current}: /images/chip has another image by now`,
    ],
  ])("knows a group that launches %s", async (_, imageId, held, problem) => {
    expect(await problemOf(imageId, held)).toBe(problem);
  });

  it("refuses a group that has been suspended since", async () => {
    await expect(problemOf(current, current, { suspendedProcesses: ["Launch"] })).rejects.toThrow(
      "pool has suspended Launch: no machine would be replaced",
    );
  });
});

describe("changeTemplate", () => {
  it("does not undo what somebody changed while the question was open", async () => {
    const made: string[] = [];
    const images: Partial<MachineImagesPort> = {
      group: async () => poolOf([], { launchTemplate: { id: "lt-1", version: "3" } }),
      templateVersions: async () => [{ ...versionWith(old), number: 3 }],
      createTemplateVersion: async (_, imageId) => made.push(imageId),
      useTemplateVersion: async () => void made.push("used"),
    };
    const change = { create: { from: 2 }, adopt: "group" } as const;
    const target = { group: poolOf([]), imageId: current, used: versionWith(old), change };
    await expect(changeTemplate(images as MachineImagesPort, target)).rejects.toThrow(
      "what pool launches was changed while this command looked at it",
    );
    expect(made).toEqual([]);
  });
});
