import { describe, expect, it } from "vitest";
import { claimedDevicesOf, reachesDevices } from "../../../src/core/devices/claimed-devices.ts";
import { claimsOn } from "../../../src/core/devices/claims.ts";
import { reachOn, servicesToAsk } from "../../../src/core/devices/reach.ts";
import { occupancyOf } from "../../../src/core/devices/occupancy.ts";
import type { ContainerDefinition, RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const devices = (...paths: string[]) => ({ linuxParameters: { devices: paths.map((hostPath) => ({ hostPath })) } });
const udp = (...ports: number[]) => ({
  portMappings: ports.map((port) => ({ containerPort: port, hostPort: port, protocol: "udp" })),
});
const visible = (value: string) => ({ environment: [{ name: "AWS_NEURON_VISIBLE_DEVICES", value }] });
const mount = (sourcePath: string) => ({ volumes: [{ name: "v", host: { sourcePath } }] });
const tagged = (value: string) => ({ tags: [{ key: "aiplat:devices", value }] });
const mountPoints = [{ sourceVolume: "v", containerPath: "/x" }];

describe("the devices that a definition uses", () => {
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
    ["a privileged container, what it lists", { privileged: true, ...devices("/dev/neuron0") }, {}, [0], ["devices"]],
    ["a privileged container that lists none", { privileged: true }, {}, [], []],
    ["a bind mount of /dev, which opens no device", { mountPoints }, mount("/dev/"), [], []],
    ["a tag that says none", devices("/dev/neuron0"), tagged("none"), [], ["tag"]],
    ["a tag that says which", { privileged: true }, tagged("0-1,4"), [0, 1, 4], ["tag"]],
    ["a tag that says all", {}, tagged("all"), "all", ["tag"]],
    ["a tag that says nothing of devices", devices("/dev/neuron0"), tagged("some"), [0], ["devices"]],
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
    expect(claimedDevicesOf(aDefinition("f", container, definition))).toEqual({ devices: expected, sources });
  });

  it("looks at every container", () => {
    const definition = {
      ...aDefinition("f"),
      containerDefinitions: [
        { name: "a", image: "a:1", ...devices("/dev/neuron1") },
        { name: "b", image: "b:1", ...devices("/dev/neuron0") },
      ],
    };
    expect(claimedDevicesOf(definition).devices).toEqual([0, 1]);
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

  it("are what the tag of the task says, else that of its service, else that of its definition", () => {
    const definition = aDefinition("monitor", devices("/dev/neuron0"), tagged("0-3"));
    const bare = aDefinition("bare", devices("/dev/neuron0"));
    const group = { group: "service:monitor" };
    const tasks = [
      aTask("1", definition, instance),
      aTask("2", definition, instance, group),
      aTask("3", definition, instance, { ...group, ...tagged("5") }),
      aTask("4", bare, instance, tagged("none")),
      aTask("5", foreign, instance, tagged("2")),
    ];
    const snapshot = aSnapshot([instance], tasks, [definition, bare], {
      taskServices: [{ serviceName: "monitor", ...tagged("1") }],
    });
    expect(
      claimsOn(snapshot)
        .get(instance.arn)!
        .map((each) => [each.taskArn.split("/").at(-1), each.devices]),
    ).toEqual([
      ["1", [0, 1, 2, 3]],
      ["2", [1]],
      ["3", [5]],
      ["5", [2]],
    ]);
  });

  it("are the devices that ECS has assigned, where it says them", () => {
    const definition = aDefinition("managed", { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] });
    const given = (...neuronDeviceIds: string[]) => ({ containers: [{ name: "main", neuronDeviceIds }] });
    const tasks = [
      aTask("1", definition, instance),
      aTask("2", definition, instance, given("1", "0")),
      aTask("3", definition, instance, given("/dev/neuron10", "neuron2")),
      // As nobody has said that they are written.
      aTask("4", definition, instance, given("0", "nd-0a1b")),
      aTask("5", definition, instance, { ...given("0"), ...tagged("3") }),
      aTask("6", foreign, instance, given("4")),
      aTask("7", aDefinition("said", {}, tagged("5")), instance, given("0")),
    ];
    const known = [definition, aDefinition("said", {}, tagged("5"))];
    expect(
      claimsOn(aSnapshot([instance], tasks, known))
        .get(instance.arn)!
        .map((each) => [each.devices, each.sources.join()]),
    ).toEqual([
      ["all", "neuron-device"],
      [[0, 1], "neuron-device"],
      [[2, 10], "neuron-device"],
      ["all", "neuron-device"],
      [[3], "tag"],
      [[4], "neuron-device"],
      [[5], "tag"],
    ]);
  });

  it("are none of a variable that no hook reads on Bottlerocket", () => {
    const definition = aDefinition("hook", visible("0"));
    const bottlerocket = anInstance("b", "inf2.24xlarge", { attributes: { "bottlerocket.variant": "aws-ecs-2" } });
    const tasks = [aTask("1", definition, instance), aTask("2", definition, bottlerocket)];
    expect([...claimsOn(aSnapshot([instance, bottlerocket], tasks, [definition])).keys()]).toEqual([instance.arn]);
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
      { devices: "all", sources: ["unknown"] },
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

describe("reach", () => {
  const instance = anInstance("a", "inf2.24xlarge");
  const detector = aDefinition("detector", { privileged: true });
  const group = { group: "service:detector" };
  const daemon = { taskServices: [{ serviceName: "detector", schedulingStrategy: "DAEMON" }] };

  it("is of privileged containers, and says whether a daemon has it", () => {
    expect([detector, foreignOf({ privileged: false })].map((each) => reachesDevices(each))).toEqual([true, false]);
    const tasks = [aTask("1", detector, instance, group), aTask("2", detector, instance)];
    expect(reachOn(aSnapshot([instance], tasks, [detector], daemon)).get(instance.arn)).toEqual([
      { taskArn: tasks[0]!.taskArn, daemon: true },
      { taskArn: tasks[1]!.taskArn, daemon: false },
    ]);
  });

  it("blocks every device where no daemon has it, and is no claim and no conflict", () => {
    const web = aDefinition("web", devices("/dev/neuron1"));
    const tasks = [aTask("1", detector, instance), aTask("2", web, instance)];
    const snapshot = aSnapshot([instance], tasks, [detector, web]);
    expect(claimsOn(snapshot).get(instance.arn)).toMatchObject([
      { devices: "all", sources: ["reach"] },
      { devices: [1], sources: ["devices"] },
    ]);
    const [found] = occupancyOf(snapshot);
    expect(found!.devices.map(({ state }) => state)).toEqual(["free", "held", "free", "free", "free", "free"]);
    expect(found!.reach).toEqual([{ taskArn: tasks[0]!.taskArn, daemon: false }]);
  });

  it("of a daemon blocks nothing", () => {
    const snapshot = aSnapshot([instance], [aTask("1", detector, instance, group)], [detector], daemon);
    expect(claimsOn(snapshot).size).toBe(0);
    expect(occupancyOf(snapshot)[0]!.reach).toHaveLength(1);
  });

  it("is none of a task that says what it uses", () => {
    const tasks = [aTask("1", detector, instance, tagged("none"))];
    const snapshot = aSnapshot([instance], tasks, [detector]);
    expect([claimsOn(snapshot).size, reachOn(snapshot).size]).toEqual([0, 0]);
  });

  it("has services asked that may be daemons, on accelerated machines: other people's, and ours that are privileged", () => {
    const plain = anInstance("m", "m5.large");
    const ours = [{ key: "aiplat:workload", value: "own" }];
    const tasks = [
      aTask("1", detector, instance, group),
      aTask("2", detector, plain, { group: "service:plain" }),
      aTask("3", detector, instance, { group: "service:privileged", tags: ours }),
      aTask("5", aDefinition("own"), instance, { group: "service:own", tags: ours }),
      aTask("4", detector, instance),
    ];
    const snapshot = aSnapshot([instance, plain], tasks, [detector, aDefinition("own")]);
    expect(servicesToAsk(snapshot)).toEqual(["detector", "privileged"]);
  });
});

function foreignOf(container: Partial<ContainerDefinition>): RegisteredTaskDefinition {
  return aDefinition("foreign", container);
}

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
    const all = aDefinition("all", {}, tagged("all"));
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
