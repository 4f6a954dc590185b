import { describe, expect, it } from "vitest";
import { deviceAskOf } from "../../../src/core/devices/claimed-devices.ts";
import { claimsOn } from "../../../src/core/devices/claims.ts";
import { occupancyOf } from "../../../src/core/devices/occupancy.ts";
import type { ContainerDefinition, RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const devices = (...paths: string[]) => ({ linuxParameters: { devices: paths.map((hostPath) => ({ hostPath })) } });
const udp = (...ports: number[]) => ({
  portMappings: ports.map((port) => ({ containerPort: port, hostPort: port, protocol: "udp" })),
});
const visible = (value: string) => ({ environment: [{ name: "AWS_NEURON_VISIBLE_DEVICES", value }] });
const mount = (sourcePath: string) => ({ volumes: [{ name: "v", host: { sourcePath } }] });
const mountPoints = [{ sourceVolume: "v", containerPath: "/x" }];

describe("the devices that a definition reaches", () => {
  it.each<
    [
      string,
      Partial<ContainerDefinition>,
      Partial<RegisteredTaskDefinition>,
      readonly number[] | "all",
      readonly string[],
    ]
  >([
    ["nothing", {}, {}, [], []],
    [
      "devices by host path, in numeric order",
      {
        linuxParameters: {
          devices: [{ hostPath: "/dev/neuron10", containerPath: "/dev/neuron0" }, { hostPath: "/dev/neuron2" }],
        },
      },
      {},
      [2, 10],
      ["devices"],
    ],
    ["other devices", devices("/dev/infiniband/uverbs0", "/dev/neuron", "/dev/neuron_1", "/dev/neuron01"), {}, [], []],
    ["an odd path to a device", devices("/dev//neuron3/"), {}, [3], ["devices"]],
    ["a privileged container", { privileged: true, ...devices("/dev/neuron0") }, {}, "all", ["devices", "privileged"]],
    ["a bind mount of /dev", { mountPoints }, mount("/dev/"), "all", ["bind-mount"]],
    ["a bind mount of one device", { mountPoints }, mount("/dev/./neuron4"), [4], ["bind-mount"]],
    ["a bind mount of something else in /dev", { mountPoints }, mount("/dev/shm"), [], []],
    ["a volume that no container mounts", {}, mount("/dev"), [], []],
    ["visible devices, listed", visible("1, 3"), {}, [1, 3], ["visible-devices"]],
    ["visible devices, a range", visible("4-6,1"), {}, [1, 4, 5, 6], ["visible-devices"]],
    ["visible devices, all", visible("ALL"), {}, "all", ["visible-devices"]],
    ["visible devices, written in a way nobody knows", visible("first two"), {}, "all", ["visible-devices"]],
    ["visible devices, none", visible(""), {}, [], []],
    ["NeuronDevice", { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] }, {}, "all", ["neuron-device"]],
    ["a GPU", { resourceRequirements: [{ type: "GPU", value: "1" }] }, {}, [], []],
    ["lock ports", udp(28_700, 28_703), {}, [0, 3], ["lock-port"]],
    ["UDP ports outside the range", udp(28_699, 28_716), {}, [], []],
    ["a lock port in awsvpc mode, which reserves no host port", udp(28_700), { networkMode: "awsvpc" }, [], []],
    ["a TCP port in the range", { portMappings: [{ containerPort: 28_700, hostPort: 28_700 }] }, {}, [], []],
    [
      "a lock port in host mode without a host port",
      { portMappings: [{ containerPort: 28_701, protocol: "udp" }] },
      { networkMode: "host" },
      [1],
      ["lock-port"],
    ],
    [
      "a lock port in bridge mode without a host port",
      { portMappings: [{ containerPort: 28_701, protocol: "udp" }] },
      {},
      [],
      [],
    ],
  ])("%s", (_name, container, definition, expected, sources) => {
    expect(deviceAskOf(aDefinition("f", container, definition))).toEqual({ devices: expected, sources });
  });

  it("looks at every container", () => {
    const definition = {
      ...aDefinition("f"),
      containerDefinitions: [
        { name: "a", image: "a:1", ...devices("/dev/neuron1") },
        { name: "b", image: "b:1", ...devices("/dev/neuron0") },
      ],
    };
    expect(deviceAskOf(definition).devices).toEqual([0, 1]);
  });
});

describe("claims", () => {
  const instance = anInstance("a", "inf2.24xlarge");
  const ours = aDefinition("ours", { ...devices("/dev/neuron0"), ...udp(28_700) });
  const foreign = aDefinition("foreign", devices("/dev/neuron0"));

  it("are of tasks that are not yet STOPPED and have an instance", () => {
    const tasks = [
      aTask("1", ours, instance),
      aTask("2", ours, instance, { desiredStatus: "STOPPED", lastStatus: "DEPROVISIONING" }),
      aTask("3", ours, instance, { desiredStatus: "STOPPED", lastStatus: "STOPPED" }),
      aTask("4", ours, undefined, { lastStatus: "PROVISIONING" }),
      aTask("5", aDefinition("web"), instance),
    ];
    const claims = claimsOn(aSnapshot([instance], tasks, [ours, aDefinition("web")]));
    expect([...claims.keys()]).toEqual([instance.arn]);
    expect(claims.get(instance.arn)!.map(({ taskArn, state }) => [taskArn.split("/").at(-1), state])).toEqual([
      ["1", "held"],
      ["2", "stopping"],
    ]);
  });

  it("know aiplat's own by locks or tags, and whether the locks cover the devices", () => {
    const half = aDefinition("half", { ...devices("/dev/neuron0", "/dev/neuron1"), ...udp(28_700) });
    const tasks = [
      aTask("1", ours, instance),
      aTask("2", foreign, instance),
      aTask("3", foreign, instance, { tags: [{ key: "aiplat:run", value: "r" }] }),
      aTask("4", half, instance),
    ];
    const claims = claimsOn(aSnapshot([instance], tasks, [ours, foreign, half])).get(instance.arn)!;
    expect(claims.map(({ ours, locked }) => [ours, locked])).toEqual([
      [true, true],
      [false, false],
      [true, false],
      [true, false],
    ]);
  });

  it("follow a task's overrides", () => {
    const definition = aDefinition("hook", visible("0"));
    const override = (environment: readonly { name: string; value: string }[], name?: string) => ({
      overrides: { containerOverrides: [{ ...(name === undefined ? {} : { name }), environment }] },
    });
    const tasks = [
      aTask("1", definition, instance),
      aTask("2", definition, instance, override([{ name: "AWS_NEURON_VISIBLE_DEVICES", value: "2-3" }], "main")),
      aTask("3", definition, instance, override([{ name: "OTHER", value: "x" }], "main")),
      aTask("4", definition, instance, {
        overrides: {
          containerOverrides: [{ name: "main", resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] }],
        },
      }),
      aTask("5", definition, instance, override([{ name: "AWS_NEURON_VISIBLE_DEVICES", value: "" }])),
    ];
    expect(
      claimsOn(aSnapshot([instance], tasks, [definition]))
        .get(instance.arn)!
        .map((each) => each.devices),
    ).toEqual([[0], [2, 3], [0], "all"]);
  });

  it("take a task whose definition is not known for one that holds everything", () => {
    expect(claimsOn(aSnapshot([instance], [aTask("1", foreign, instance)])).get(instance.arn)).toMatchObject([
      { devices: "all", sources: ["unknown"], ours: false },
    ]);
  });

  it("read the lock port base of the cluster", () => {
    const definition = aDefinition("moved", udp(30_002));
    const snapshot = aSnapshot([instance], [aTask("1", definition, instance)], [definition], {
      tags: { "aiplat:lock-port-base": "30000" },
    });
    expect(
      claimsOn(snapshot)
        .get(instance.arn)!
        .map((each) => each.devices),
    ).toEqual([[2]]);
  });
});

describe("the state of a device", () => {
  const locked = aDefinition("locked", { ...devices("/dev/neuron0"), ...udp(28_700) });
  const bare = aDefinition("bare", devices("/dev/neuron0"));
  const vpc = aDefinition("vpc", devices("/dev/neuron0"), { networkMode: "awsvpc" });
  const stopping = { desiredStatus: "STOPPED" };
  const pending = { lastStatus: "PENDING" };

  it.each<[string, readonly (readonly [RegisteredTaskDefinition, object])[], string, string?]>([
    ["nobody", [], "free"],
    ["one task", [[locked, {}]], "held"],
    ["one stopping task", [[locked, stopping]], "stopping"],
    [
      "two tasks",
      [
        [bare, {}],
        [bare, {}],
      ],
      "conflict",
    ],
    [
      "two tasks, one with locks",
      [
        [locked, {}],
        [bare, {}],
      ],
      "conflict",
    ],
    [
      "a stopping task and its successor, both locked",
      [
        [locked, stopping],
        [locked, {}],
      ],
      "hand-over",
    ],
    [
      "a stopping task and a waiting successor, without locks",
      [
        [bare, stopping],
        [bare, pending],
      ],
      "hand-over",
    ],
    [
      "a stopping task and a running one that no port held back",
      [
        [bare, stopping],
        [bare, {}],
      ],
      "conflict",
    ],
    [
      "the same in awsvpc mode, where the agent counts no ports",
      [
        [vpc, stopping],
        [vpc, pending],
      ],
      "conflict",
    ],
    [
      "a stopping task in awsvpc mode and a successor in bridge mode",
      [
        [vpc, stopping],
        [locked, pending],
      ],
      "conflict",
    ],
    [
      "an agent that holds nobody back",
      [
        [locked, stopping],
        [locked, pending],
      ],
      "conflict",
      "1.74.0",
    ],
    [
      "the first agent that does",
      [
        [locked, stopping],
        [locked, pending],
      ],
      "hand-over",
      "1.74.1",
    ],
    [
      "two stopping tasks",
      [
        [locked, stopping],
        [bare, stopping],
      ],
      "stopping",
    ],
    [
      "two successors of a stopping task",
      [
        [locked, stopping],
        [locked, pending],
        [locked, pending],
      ],
      "conflict",
    ],
  ])("%s", (_name, holders, state, agentVersion = "1.105.1") => {
    const instance = anInstance("a", "inf2.xlarge", { agentVersion });
    const tasks = holders.map(([definition, changes], index) => aTask(String(index), definition, instance, changes));
    const [found] = occupancyOf(aSnapshot([instance], tasks, [locked, bare, vpc]));
    expect(found!.devices.map((each) => each.state)).toEqual([state]);
    expect(found!.devices[0]!.holders).toHaveLength(holders.length);
  });

  it("is of every device of a Neuron instance, and of no other instance", () => {
    const [trn1, gpu] = [anInstance("a", "trn1.32xlarge"), anInstance("b", "g5.xlarge")];
    const unknown = anInstance("c", "m5.large");
    const all = aDefinition("all", { privileged: true });
    const beyond = aDefinition("beyond", devices("/dev/neuron0", "/dev/neuron20"));
    const tasks = [
      aTask("1", all, trn1),
      aTask("2", all, gpu),
      aTask("3", all, unknown),
      aTask("4", beyond, trn1, stopping),
    ];
    const found = occupancyOf(aSnapshot([gpu, trn1, unknown], tasks, [all, beyond]));
    expect(found.map((each) => each.instance.arn)).toEqual([trn1.arn]);
    expect(found[0]!.devices.map((each) => each.state)).toEqual([
      "conflict",
      ...Array.from({ length: 15 }, () => "held"),
    ]);
  });
});
