import { describe, expect, it } from "vitest";
import type { ContainerInstance, Resources } from "../../../src/core/cluster/snapshot.ts";
import { lockPortMappings } from "../../../src/core/catalog/lock-ports.ts";
import type { RegisteredTaskDefinition, Task } from "../../../src/core/ecs-api/api.ts";
import { noInstances, place, type PlaceOptions } from "../../../src/core/placement/place.ts";
import type { PlacementOptions } from "../../../src/core/ecs/requirements.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const withLeft = (instance: ContainerInstance, changes: Partial<Resources>): ContainerInstance => ({
  ...instance,
  remaining: { ...instance.remaining, ...changes },
});
const host = (id: string, changes: Partial<Resources> = {}, zone = "us-east-1a") =>
  withLeft(anInstance(id, "m5.large", { attributes: { "ecs.availability-zone": zone } }), changes);
const small = aDefinition("small", { cpu: 1024, memory: 1024 });

function placed(
  instances: readonly ContainerInstance[],
  definition: RegisteredTaskDefinition,
  options: PlacementOptions & PlaceOptions,
  tasks: readonly Task[] = [],
): readonly string[] {
  return place(aSnapshot(instances, tasks, [definition]), definition, options).placements.map(({ instanceState }) =>
    instanceState.instance.arn.split("/").at(-1)!,
  );
}

describe("strategies", () => {
  it.each<[string, PlaceOptions["placementStrategy"], readonly string[]]>([
    ["binpack on memory: the least left that fits", [{ type: "binpack", field: "memory" }], ["b", "b", "c", "c"]],
    ["binpack on CPU", [{ type: "binpack", field: "CPU" }], ["c", "c", "a", "a"]],
    ["spread over instances", [{ type: "spread", field: "instanceId" }], ["a", "b", "c", "a"]],
    ["spread over hosts", [{ type: "spread", field: "host" }], ["a", "b", "c", "a"]],
    [
      "spread over zones, then the first instance",
      [{ type: "spread", field: "attribute:ecs.availability-zone" }],
      ["a", "c", "a", "c"],
    ],
    [
      "spread over zones, then binpack",
      [
        { type: "spread", field: "attribute:ecs.availability-zone" },
        { type: "binpack", field: "memory" },
      ],
      ["b", "c", "b", "c"],
    ],
    ["the default", undefined, ["a", "c", "b", "c"]],
    ["random without a generator", [{ type: "random" }], ["a", "a", "a", "a"]],
  ])("%s", (_name, placementStrategy, expected) => {
    const instances = [
      host("a", { cpu: 8192, memoryMiB: 8192 }),
      host("b", { cpu: 8192, memoryMiB: 2048 }),
      host("c", { cpu: 2048, memoryMiB: 4096 }, "us-east-1b"),
    ];
    expect(
      placed(instances, small, { count: 4, ...(placementStrategy === undefined ? {} : { placementStrategy }) }),
    ).toEqual(expected);
  });

  it("counts the tasks of the group that are there, and those only", () => {
    const instances = [host("a"), host("b"), host("c")];
    const other = aDefinition("other");
    const tasks = [
      aTask("1", small, instances[0]),
      aTask("2", other, instances[1]),
      aTask("3", small, instances[2], { desiredStatus: "STOPPED" }),
    ];
    const spread = [{ type: "spread", field: "instanceId" }];
    expect(placed(instances, small, { count: 4, placementStrategy: spread }, tasks)).toEqual(["b", "c", "a", "b"]);
    expect(placed(instances, small, { count: 3, placementStrategy: spread, group: "service:web" }, tasks)).toEqual([
      "a",
      "b",
      "c",
    ]);
    const zones = [host("d"), host("e", {}, "us-east-1b")];
    expect(
      placed(
        zones,
        small,
        { count: 3, placementStrategy: [{ type: "spread", field: "attribute:ecs.availability-zone" }] },
        [aTask("4", small, zones[0]), aTask("5", small, zones[0])],
      ),
    ).toEqual(["e", "e", "d"]);
  });

  it("takes what the generator picks for random", () => {
    const numbers = [0.99, 0.5, 0, 0.34];
    expect(
      placed([host("a"), host("b"), host("c")], small, {
        count: 4,
        placementStrategy: [{ type: "random" }],
        random: () => numbers.shift()!,
      }),
    ).toEqual(["c", "b", "a", "b"]);
  });

  it.each([
    { type: "pack" },
    { type: "binpack", field: "disk" },
    { type: "spread", field: "zone" },
    { type: "spread" },
  ])("refuses %j", (strategy) => {
    expect(() => placed([host("a")], small, { count: 1, placementStrategy: [strategy] })).toThrow(Refusal);
  });
});

describe("what a placement takes", () => {
  it("is CPU and memory", () =>
    expect(placed([host("a", { cpu: 3000 }), host("b", { memoryMiB: 1024 })], small, { count: 9 })).toEqual([
      "a",
      "b",
      "a",
    ]));

  it("is host ports", () => {
    const web = aDefinition("web", { portMappings: [{ containerPort: 80, hostPort: 80 }] });
    expect(placed([host("a"), host("b", { tcpPorts: [80] }), host("c")], web, { count: 9 })).toEqual(["a", "c"]);
  });

  it("is GPUs, by id", () => {
    const gpu = aDefinition("gpu", { resourceRequirements: [{ type: "GPU", value: "2" }] });
    const result = place(aSnapshot([host("a", { gpus: ["g1", "g2", "g3", "g4", "g5"] })]), gpu, { count: 3 });
    expect(result.placements.map(({ gpus }) => gpus)).toEqual([
      ["g1", "g2"],
      ["g3", "g4"],
    ]);
    expect(result.failures.map(({ reason }) => reason)).toEqual(["RESOURCE:GPU"]);
  });

  it("is no device: ECS does not know them, and only locks keep two tasks apart", () => {
    const bare = aDefinition("bare", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } });
    const locked = aDefinition("locked", { ...bare.containerDefinitions[0], portMappings: lockPortMappings([0]) });
    const instances = [anInstance("a", "inf2.xlarge"), anInstance("b", "inf2.xlarge")];
    expect(placed(instances, bare, { count: 3 })).toEqual(["a", "b", "a"]);
    expect(placed(instances, locked, { count: 3 })).toEqual(["a", "b"]);
  });

  it("is a place in its group", () => {
    expect(
      placed([host("a"), host("b")], small, { count: 3, placementConstraints: [{ type: "distinctInstance" }] }),
    ).toEqual(["a", "b"]);
    expect(
      placed([host("a"), host("b")], small, {
        count: 3,
        placementConstraints: [{ type: "memberOf", expression: "not(task:group == family:small)" }],
      }),
    ).toEqual(["a", "b"]);
  });

  it("leaves the snapshot as it is", () => {
    const snapshot = aSnapshot([host("a")]);
    const before = structuredClone(snapshot);
    place(snapshot, small, { count: 3 });
    expect(snapshot).toEqual(before);
  });
});

describe("ECS's reasons", () => {
  const member = (expression: string) => ({ placementConstraints: [{ type: "memberOf", expression }] });
  it.each<[string, ContainerInstance, RegisteredTaskDefinition, PlacementOptions]>([
    ["AGENT", anInstance("a", "m5.large", { agentConnected: false }), small, {}],
    ["RESOURCE:CPU", host("a", { cpu: 0, memoryMiB: 0 }), small, {}],
    [
      "RESOURCE:MEMORY",
      host("a", { memoryMiB: 0, tcpPorts: [80] }),
      aDefinition("x", { portMappings: [{ containerPort: 80, hostPort: 80 }] }),
      {},
    ],
    [
      "RESOURCE:GPU",
      host("a", { memoryMiB: 0 }),
      aDefinition("x", { resourceRequirements: [{ type: "GPU", value: "1" }] }),
      {},
    ],
    [
      "RESOURCE:PORTS",
      host("a", { udpPorts: [28_700] }),
      aDefinition("x", { portMappings: lockPortMappings([0]) }),
      {},
    ],
    ["ATTRIBUTE", host("a"), aDefinition("x", {}, { requiresAttributes: [{ name: "missing" }] }), {}],
    ["LOCATION", host("a"), aDefinition("x", {}, { networkMode: "awsvpc" }), { availabilityZones: ["us-east-1f"] }],
    ["MemberOf placement constraint unsatisfied.", host("a"), small, member("attribute:stack exists")],
    [
      "DistinctInstance placement constraint unsatisfied.",
      host("a"),
      small,
      { placementConstraints: [{ type: "distinctInstance" }] },
    ],
  ])("%s", (reason, instance, definition, options) => {
    const tasks = reason.startsWith("Distinct") ? [aTask("1", small, instance)] : [];
    const result = place(aSnapshot([instance], tasks, [definition]), definition, { count: 1, ...options });
    expect(result).toEqual({ placements: [], failures: [{ arn: instance.arn, reason }] });
  });

  it("name every instance that ECS looked at, each with its own", () => {
    const draining = anInstance("d", "m5.large", { status: "DRAINING" });
    const result = place(aSnapshot([host("a", { cpu: 1024 }), host("b", { memoryMiB: 0 }), draining]), small, {
      count: 2,
    });
    expect(result.placements).toHaveLength(1);
    expect(result.failures.map(({ arn, reason }) => [arn!.split("/").at(-1), reason])).toEqual([
      ["a", "RESOURCE:CPU"],
      ["b", "RESOURCE:MEMORY"],
    ]);
  });

  it("are an exception where ECS has no instance to look at", () => {
    const draining = anInstance("d", "m5.large", { status: "DRAINING" });
    expect(place(aSnapshot([draining]), small, { count: 1 })).toEqual({
      placements: [],
      failures: [],
      exception: noInstances,
    });
    expect(place(aSnapshot([host("a")]), small, { count: 1, capacityProviders: ["asg"] }).exception).toBe(noInstances);
  });
});

it("places over a cluster of 5,000 instances and 60,000 tasks", () => {
  const definitions = Array.from({ length: 50 }, (_, index) => aDefinition(`f${index}`, { cpu: 10, memory: 10 }));
  const instances = Array.from({ length: 5000 }, (_, index) =>
    host(`i${index}`, { cpu: index === 4999 ? 4096 : 0 }, `us-east-1${"abc"[index % 3]}`),
  );
  const tasks = Array.from({ length: 60_000 }, (_, index) =>
    aTask(`t${index}`, definitions[index % 50]!, instances[index % 5000]),
  );
  const result = place(aSnapshot(instances, tasks, definitions), small, { count: 10 });
  expect(result.placements.map(({ instanceState }) => instanceState.instance.arn.split("/").at(-1))).toEqual([
    "i4999",
    "i4999",
    "i4999",
    "i4999",
  ]);
  expect(result.failures).toHaveLength(5000);
});
