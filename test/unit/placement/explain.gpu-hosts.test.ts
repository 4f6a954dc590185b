import { describe, expect, it } from "vitest";
import type { ContainerInstance, Resources } from "../../../src/core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition, Task } from "../../../src/core/ecs-api/api.ts";
import { explainPlacement } from "../../../src/core/placement/explain.ts";
import { place } from "../../../src/core/placement/place.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const mps = "ecs.capability.gpu-sharing-mps";
const gpuHost = (id: string, type = "g5.xlarge", count = 1, changes: Partial<ContainerInstance> = {}) => {
  const { registered } = anInstance(id, type);
  const resources: Resources = {
    ...registered,
    gpus: Array.from({ length: count }, (_, index) => `GPU-${id}-${index}`),
  };
  const { attributes, ...rest } = changes;
  return anInstance(id, type, {
    agentVersion: "1.107.0",
    registered: resources,
    remaining: resources,
    ...rest,
    attributes: { [mps]: "", ...attributes },
  });
};
const sharing = (family: string, ...memories: readonly number[]): RegisteredTaskDefinition =>
  aDefinition(
    family,
    {},
    {
      containerDefinitions: memories.map((memory, index) => ({
        name: `c${index}`,
        image: "busybox",
        memory: 128,
        resourceRequirements: [{ type: "GPU", sharingStrategy: { nvidiaMps: { memory } } }],
      })),
    },
  );
const whole = (value: string) => aDefinition("whole", { resourceRequirements: [{ type: "GPU", value }] });
const explain = (
  instances: readonly ContainerInstance[],
  definition: RegisteredTaskDefinition,
  count = 1,
  tasks: readonly Task[] = [],
  definitions: readonly RegisteredTaskDefinition[] = [],
) => explainPlacement(aSnapshot(instances, tasks, definitions), [definition], { count });
const reasonsOf = (...args: Parameters<typeof explain>) =>
  explain(...args).instances.map(({ reasons }) => reasons.map(({ code, message }) => `${code}: ${message}`));

describe("shares of a GPU", () => {
  const share = sharing("tts", 15_360);

  it("fit by memory: of three of 15 GiB two, on two g5.xlarge", () => {
    const cluster = [gpuHost("a"), gpuHost("b")];
    expect(explain(cluster, share, 3)).toMatchObject({
      placeable: false,
      possible: 2,
      nearestChange: { kind: "add-instances", message: "one more g5.xlarge" },
    });
    expect(explain(cluster, share, 2).placeable).toBe(true);
    expect(explain(cluster, sharing("small", 7000), 6).placeable).toBe(true);
    expect(place(aSnapshot(cluster), share, { count: 3 }).failures.map(({ reason }) => reason)).toEqual([
      "RESOURCE:GPU",
      "RESOURCE:GPU",
    ]);
  });

  it("stand in a whole GPU's way, and a whole one in theirs", () => {
    const host = gpuHost("a", "g5.12xlarge", 4);
    const held = aTask("1", share, host, { containers: [{ name: "c0", gpuIds: ["GPU-a-0"] }] });
    expect(explain([host], whole("1"), 4, [held], [share]).possible).toBe(3);
    expect(reasonsOf([host], whole("ALL"), 1, [held], [share])).toEqual([
      ["GPU: needs all 4 GPUs, 3 remain; 1 shared by MPS takes no whole-GPU task"],
    ]);
    const left = gpuHost("b", "g5.xlarge", 1, { remaining: { ...gpuHost("b").remaining, gpus: [] } });
    expect(reasonsOf([left], share)).toEqual([["GPU: needs 15,360 MiB of one GPU, and tasks have each of them whole"]]);
  });

  it("of one task are on one GPU", () => {
    expect(reasonsOf([gpuHost("a", "g5.12xlarge", 4)], sharing("two", 15_360, 15_360))).toEqual([
      ["GPU: needs 30,720 MiB of one GPU for the shares of its 2 containers, and a whole one has 22,888"],
    ]);
    expect(explain([gpuHost("a")], sharing("two", 11_444, 11_444)).placeable).toBe(true);
  });

  it("are judged by what ECS says of the GPUs, where it says it", () => {
    const described = (remaining: number) =>
      gpuHost("a", "g5.xlarge", 1, {
        gpuDevices: [
          {
            gpuId: "GPU-a-0",
            sharingMode: remaining === 22_563 ? "IDLE" : "NVIDIA_MPS",
            totalMemoryInMiB: 22_563,
            remainingMemoryInMiB: remaining,
          },
        ],
      });
    expect(explain([described(22_563)], sharing("all", 22_600)).placeable).toBe(false);
    expect(explain([described(15_360)], share).placeable).toBe(true);
    expect(explain([described(12_000)], share)).toMatchObject({
      nearestChange: { kind: "ask-for-less", message: "with 12000MiB of GPU memory it fits on 1 instance (i-a)" },
    });
    // A new machine is like its peers.
    expect(explain([described(0)], sharing("most", 22_563)).nearestChange).toMatchObject({ kind: "add-instances" });
    expect(explain([described(0)], sharing("more", 22_564)).nearestChange).toBeUndefined();
  });

  it("take an agent and an image that can share", () => {
    const { [mps]: _, ...attributes } = gpuHost("a").attributes;
    const old: ContainerInstance = { ...gpuHost("a"), agentVersion: "1.105.1", attributes };
    expect(reasonsOf([old], share)).toEqual([
      [
        `ATTRIBUTE: the task shares a GPU by MPS, and the instance does not have ${mps}, and its agent is 1.105.1: ` +
          "that takes the current AL2023 GPU image (agent 1.107.0 or later, nvidia-mps.service enabled; " +
          "aiplat ami latest --accelerator nvidia)",
      ],
    ]);
    expect(explain([old], share).nearestChange).toMatchObject({
      kind: "add-instances",
      message: "one more g5.xlarge with the current machine image (aiplat ami latest --instance-type g5.xlarge)",
    });
    expect(explain([old], whole("1")).placeable).toBe(true);
    expect(place(aSnapshot([old]), share, { count: 1 }).failures[0]!.reason).toBe("ATTRIBUTE");
  });

  it("are of whole GPUs, and parts of fractional types", () => {
    const part = gpuHost("a", "g6f.xlarge");
    expect(reasonsOf([part], sharing("tts", 1000))).toEqual([
      ["GPU: MPS shares whole GPUs, and g6f.xlarge has a part of one"],
    ]);
    expect(reasonsOf([gpuHost("b")], whole("0.125"))).toEqual([
      ["GPU: needs 0.125 of a GPU, and g5.xlarge has whole ones only"],
    ]);
    expect(reasonsOf([part], whole("0.5"))).toEqual([["GPU: needs 0.5 of a GPU, and g6f.xlarge has 0.125 of one"]]);
    // The part is one task's alone.
    expect(explain([part], whole("0.125"), 2).possible).toBe(1);
  });

  it("are not judged where nobody knows the GPUs' memory", () => {
    const [instance] = explain([gpuHost("a", "g99.large")], share).instances;
    expect(instance).toMatchObject({
      fits: true,
      unjudged: [
        { code: "GPU", message: "the memory of its GPUs is not counted: the catalogue does not know g99.large" },
      ],
    });
  });
});

describe("a GPU instance", () => {
  it("whose agent registered no GPU says what may be wrong, and is to be mended rather than doubled", () => {
    const host = gpuHost("a", "g5.xlarge", 0);
    const message =
      "g5.xlarge has 1 A10G, and its agent registered none: not the GPU-optimised AMI, " +
      "or ECS_ENABLE_GPU_SUPPORT is off, or the agent came up before the driver: restart ecs";
    for (const definition of [whole("1"), whole("ALL"), sharing("tts", 1000)])
      expect(reasonsOf([host], definition)).toEqual([[`GPU: ${message}`]]);
    expect(explain([host], whole("1")).nearestChange).toMatchObject({
      kind: "repair",
      message: expect.stringContaining("have the ECS agent of i-a register every GPU"),
    });
    expect(explain([host], aDefinition("web")).placeable).toBe(true);
    // More is missing than the mend would give.
    expect(explain([host], whole("1"), 3).nearestChange).toMatchObject({ message: "3 more g5.xlarge" });
  });

  it("that lost some GPUs is to be mended where these would do", () => {
    const host = gpuHost("a", "g5.12xlarge", 3);
    expect(explain([host], whole("4"))).toMatchObject({ possible: 0, nearestChange: { kind: "repair" } });
    expect(explain([host], whole("3")).placeable).toBe(true);
  });
});

describe("network interfaces", () => {
  const task = (family: string) => aDefinition(family, {}, { networkMode: "awsvpc" });
  const on = (host: ContainerInstance, count: number, changes: Partial<Task> = {}) =>
    Array.from({ length: count }, (_, index) => aTask(`t${index}`, task("other"), host, changes));

  it("are the type's less the instance's own and one of each task in awsvpc mode", () => {
    // EC2 gives a g5.xlarge 4, a trn2.3xlarge 2.
    const host = anInstance("a", "g5.xlarge");
    expect(explain([host], task("web"), 9).possible).toBe(3);
    expect(explain([anInstance("b", "trn2.3xlarge")], task("web"), 9).possible).toBe(1);
    expect(explain([host], task("web"), 9, on(host, 2), [task("other")]).possible).toBe(1);
    expect(reasonsOf([host], task("web"), 1, on(host, 3), [task("other")])).toEqual([
      [
        "ENI: awsvpc mode needs a network interface, and none of the 4 that g5.xlarge can have is left: " +
          "one is its own, and each task in awsvpc mode takes one",
      ],
    ]);
    expect(explain([host], aDefinition("bridge"), 9, on(host, 3), [task("other")]).possible).toBe(9);
    expect(explain([host], task("web"), 1, on(host, 3), [task("other")]).nearestChange).toMatchObject({
      kind: "add-instances",
      message: "one more g5.xlarge",
    });
    const snapshot = aSnapshot([host], on(host, 3), [task("other")]);
    expect(place(snapshot, task("web"), { count: 1 }).failures[0]!.reason).toBe("RESOURCE:ENI");
  });

  it("are held until a task is STOPPED", () => {
    const host = anInstance("a", "g5.xlarge");
    const leaving = on(host, 3, { desiredStatus: "STOPPED", lastStatus: "DEPROVISIONING" });
    expect(explain([host], task("web"), 1, leaving, [task("other")]).possible).toBe(0);
    const gone = on(host, 3, { desiredStatus: "STOPPED", lastStatus: "STOPPED" });
    expect(explain([host], task("web"), 9, gone, [task("other")]).possible).toBe(3);
  });

  it.each([
    ["it has ENI trunking (ecs.awsvpc-trunk-id)", "g5.xlarge", { "ecs.awsvpc-trunk-id": "eni-1" }],
    ["the catalogue does not know how many m5.large can have", "m5.large", {}],
  ])("are not judged where %s, and that is said", (why, type, attributes) => {
    const host = anInstance("a", type, { attributes });
    const explained = explain([host], task("web"), 30, on(host, 20), [task("other")]);
    expect(explained.possible).toBe(30);
    expect(explained.instances[0]!.unjudged).toEqual([
      { code: "ENI", message: `its network interfaces are not counted: ${why}` },
    ]);
    expect(explain([host], aDefinition("bridge")).instances[0]!.unjudged).toBeUndefined();
  });
});

describe("an instance's health", () => {
  const task = aDefinition("web");
  const health = (overallStatus: string, details: NonNullable<ContainerInstance["healthStatus"]>["details"] = []) =>
    anInstance("a", "g5.xlarge", { healthStatus: { overallStatus, details } });

  it("keeps tasks off where ECS finds it impaired, and says by what", () => {
    const impaired = health("IMPAIRED", [
      { type: "CONTAINER_RUNTIME", status: "IMPAIRED", statusReason: "docker is hung" },
      { type: "AGENT_CONNECTIVITY", status: "OK" },
      { type: "ACCELERATED_COMPUTE", status: "IMPAIRED" },
    ]);
    expect(reasonsOf([impaired], task)).toEqual([
      ["HEALTH: ECS finds the instance IMPAIRED: CONTAINER_RUNTIME (docker is hung) and ACCELERATED_COMPUTE"],
    ]);
    expect(explain([impaired], task).nearestChange).toEqual({
      kind: "repair",
      message: "bring i-a back to health, or replace it: ECS finds it IMPAIRED, and it has room",
    });
    // That ECS would keep away too, nobody says.
    expect(place(aSnapshot([impaired]), task, { count: 1 }).placements).toHaveLength(1);
  });

  it.each(["OK", "INITIALIZING", "INSUFFICIENT_DATA"])("is no matter where it is %s", (status) =>
    expect(explain([health(status)], task).placeable).toBe(true),
  );
});
