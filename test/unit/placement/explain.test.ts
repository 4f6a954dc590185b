import { describe, expect, it } from "vitest";
import type { ContainerInstance, Resources } from "../../../src/core/cluster/snapshot.ts";
import { lockPortMappings } from "../../../src/core/catalog/lock-ports.ts";
import { devicePath, legalSlots } from "../../../src/core/catalog/slots.ts";
import { findInstanceType } from "../../../src/core/catalog/instance-types/catalog.ts";
import type { RegisteredTaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { explainPlacement, type ExplainOptions } from "../../../src/core/placement/explain.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { aDefinition, anInstance, aSnapshot, aTask } from "../../support/cluster.ts";

const left = (changes: Partial<Resources>, instance = anInstance("a", "inf2.xlarge")): ContainerInstance => ({
  ...instance,
  remaining: { ...instance.remaining, ...changes },
});
const neuron = (family: string, devices: readonly number[], changes: Partial<RegisteredTaskDefinition> = {}) =>
  aDefinition(
    family,
    {
      linuxParameters: { devices: devices.map((device) => ({ hostPath: devicePath(device) })) },
      portMappings: lockPortMappings(devices),
    },
    changes,
  );
const onType = (expression: string) => ({
  placementConstraints: [{ type: "memberOf", expression: `attribute:ecs.instance-type ${expression}` }],
});

describe("the reasons of an instance", () => {
  const plain = aDefinition("plain");
  it.each<
    [string, ContainerInstance, RegisteredTaskDefinition, ExplainOptions, readonly (readonly [string, string])[]]
  >([
    ["nothing", anInstance("a", "inf2.xlarge"), plain, {}, []],
    [
      "DRAINING",
      anInstance("a", "inf2.xlarge", { status: "DRAINING" }),
      plain,
      {},
      [["STATUS", "the instance is DRAINING: ECS places tasks on ACTIVE ones only"]],
    ],
    [
      "a silent agent",
      anInstance("a", "inf2.xlarge", { agentConnected: false }),
      plain,
      {},
      [["AGENT", "its ECS agent is not connected"]],
    ],
    [
      "an attribute",
      anInstance("a", "inf2.xlarge", { attributes: { driver: "old" } }),
      aDefinition(
        "plain",
        {},
        {
          requiresAttributes: [
            { name: "ecs.capability.x" },
            { name: "driver", value: "new" },
            { name: "ecs.os-type", value: "linux" },
            { name: "driver", value: "" },
          ],
        },
      ),
      {},
      [
        ["ATTRIBUTE", "the task requires the attribute ecs.capability.x, which the instance does not have"],
        ["ATTRIBUTE", "the task requires driver to be new, and it is old"],
      ],
    ],
    [
      "constraints, of the definition and of the run",
      anInstance("a", "inf2.xlarge"),
      aDefinition("plain", {}, onType("== trn1.32xlarge")),
      { placementConstraints: [{ type: "memberOf", expression: "attribute:stack == prod and runningTasksCount > 3" }] },
      [
        ["CONSTRAINT", "attribute:ecs.instance-type == trn1.32xlarge: ecs.instance-type is inf2.xlarge"],
        [
          "CONSTRAINT",
          "attribute:stack == prod and runningTasksCount > 3: the instance has no stack, runningTasksCount is 0",
        ],
      ],
    ],
    [
      "another zone",
      anInstance("a", "inf2.xlarge"),
      aDefinition("plain", {}, { networkMode: "awsvpc" }),
      { availabilityZones: ["us-east-1b", "us-east-1c"] },
      [["LOCATION", "the instance is in us-east-1a, and the task's subnets are in us-east-1b and us-east-1c"]],
    ],
    [
      "CPU",
      left({ cpu: 512 }),
      aDefinition("plain", { cpu: 1024 }),
      {},
      [["CPU", "needs 1,024 CPU units, 512 remain"]],
    ],
    [
      "memory",
      left({ memoryMiB: 5120 }),
      aDefinition("plain", { memory: 7372 }),
      {},
      [["MEMORY", "needs 7,372 MiB, 5,120 remain"]],
    ],
    [
      "more memory than the instance has",
      left({ memoryMiB: 5120 }),
      aDefinition("plain", { memory: 70_000 }),
      {},
      [["MEMORY", "needs 70,000 MiB, 5,120 remain; the whole instance has 65,536"]],
    ],
    [
      "the reservation, where there is one",
      left({ memoryMiB: 1024 }),
      aDefinition("plain", { memory: 4096, memoryReservation: 1000 }),
      {},
      [],
    ],
    [
      "the task's own figures",
      left({ cpu: 512, memoryMiB: 1024 }),
      aDefinition("plain", { cpu: 10, memory: 10 }, { cpu: ".75 vCPU", memory: "2 GB" }),
      {},
      [
        ["CPU", "needs 768 CPU units, 512 remain"],
        ["MEMORY", "needs 2,048 MiB, 1,024 remain"],
      ],
    ],
    [
      "the run's overrides",
      left({ memoryMiB: 1024 }),
      plain,
      { overrides: { containerOverrides: [{ name: "main", memory: 2048 }] } },
      [["MEMORY", "needs 2,048 MiB, 1,024 remain"]],
    ],
    [
      "ports, each protocol by itself",
      left({ tcpPorts: [80], udpPorts: [53] }),
      aDefinition("plain", {
        portMappings: [
          { containerPort: 80, hostPort: 80 },
          { containerPort: 80, hostPort: 80, protocol: "udp" },
          { containerPort: 53, hostPort: 53, protocol: "udp" },
        ],
      }),
      {},
      [
        ["PORTS", "host port 80 (TCP) is taken"],
        ["PORTS", "host port 53 (UDP) is taken"],
      ],
    ],
    [
      "GPUs",
      left(
        { gpus: ["g1"] },
        {
          ...anInstance("a", "g5.12xlarge"),
          registered: { ...anInstance("a", "g5.12xlarge").registered, gpus: ["g1", "g2"] },
        },
      ),
      aDefinition("plain", { resourceRequirements: [{ type: "GPU", value: "3" }] }),
      {},
      [["GPU", "needs 3 GPUs, 1 remain; the whole instance has 2"]],
    ],
    [
      "all GPUs",
      left(
        { gpus: ["g1"] },
        {
          ...anInstance("a", "g5.12xlarge"),
          registered: { ...anInstance("a", "g5.12xlarge").registered, gpus: ["g1", "g2"] },
        },
      ),
      aDefinition("plain", { resourceRequirements: [{ type: "GPU", value: "ALL" }] }),
      {},
      [["GPU", "needs all 2 GPUs, 1 remain"]],
    ],
    [
      "a share of a GPU where there is none",
      anInstance("a", "m5.large"),
      aDefinition("plain", { resourceRequirements: [{ type: "GPU", value: "0.25" }] }),
      {},
      [["GPU", "needs a GPU, and the instance has none"]],
    ],
    [
      "devices that the type lacks",
      anInstance("a", "inf2.24xlarge"),
      neuron("n", [5, 6]),
      {},
      [["DEVICES", "inf2.24xlarge has no /dev/neuron6"]],
    ],
    [
      "a type without Neuron devices",
      anInstance("a", "m5.large"),
      neuron("n", [0]),
      {},
      [["DEVICES", "m5.large has no Neuron devices"]],
    ],
    [
      "a lock that nobody is known to hold",
      left({ udpPorts: [28_700] }),
      neuron("n", [0]),
      {},
      [["DEVICES", "UDP host port 28700, the lock of /dev/neuron0, is taken"]],
    ],
    [
      "no capacity provider",
      anInstance("a", "inf2.xlarge"),
      plain,
      { capacityProviders: ["asg"] },
      [["CAPACITY_PROVIDER", "the instance belongs to no capacity provider, and the run asks for asg"]],
    ],
    [
      "another capacity provider",
      anInstance("a", "inf2.xlarge", { capacityProvider: "b" }),
      plain,
      { capacityProviders: ["a1", "a2"] },
      [["CAPACITY_PROVIDER", "the instance belongs to the capacity provider b, and the run asks for a1 or a2"]],
    ],
    [
      "a definition for Fargate",
      anInstance("a", "inf2.xlarge"),
      aDefinition("plain", {}, { requiresCompatibilities: ["FARGATE"] }),
      {},
      [["CAPACITY_PROVIDER", "the task definition is for FARGATE only"]],
    ],
  ])("%s", (_name, instance, definition, options, reasons) => {
    const { instances } = explainPlacement(aSnapshot([instance]), [definition], options);
    expect(instances[0]!.reasons.map(({ code, message }) => [code, message])).toEqual(reasons);
    expect(instances[0]!.fits).toBe(reasons.length === 0);
  });

  it("has the interface attribute as one of its own", () => {
    const instance = anInstance("a", "inf2.xlarge");
    const { "ecs.capability.task-eni": _interface, ...attributes } = instance.attributes;
    const definition = aDefinition(
      "plain",
      {},
      { networkMode: "awsvpc", requiresAttributes: [{ name: "ecs.capability.task-eni" }] },
    );
    expect(explainPlacement(aSnapshot([{ ...instance, attributes }]), [definition]).instances[0]!.reasons).toEqual([
      { code: "ENI", message: "awsvpc mode needs an instance with the attribute ecs.capability.task-eni" },
    ]);
  });

  it("names who holds the devices and the ports", () => {
    const instance = left({ tcpPorts: [80], udpPorts: [28_700, 28_701] }, anInstance("a", "inf2.24xlarge"));
    const [one, two, web, agent] = [
      neuron("one", [0, 1]),
      neuron("two", [4]),
      aDefinition("web", { portMappings: [{ containerPort: 80, hostPort: 80 }] }),
      aDefinition("agent", { environment: [{ name: "AWS_NEURON_VISIBLE_DEVICES", value: "3" }] }),
    ] as const;
    const tasks = [
      aTask("t1", one, instance),
      aTask("t2", two, instance, { desiredStatus: "STOPPED" }),
      aTask("t3", web, instance),
      aTask("t4", agent, instance),
    ];
    const wanted = {
      ...neuron("x", [0, 1, 2, 3, 4, 5]),
      containerDefinitions: [{ name: "x", image: "x:1", portMappings: [{ containerPort: 80, hostPort: 80 }] }],
      tags: [{ key: "aiplat:devices", value: "all" }],
    };
    expect(
      explainPlacement(aSnapshot([instance], tasks, [one, two, web, agent]), [wanted]).instances[0]!.reasons,
    ).toEqual([
      { code: "PORTS", message: "host port 80 (TCP) is taken by task t3" },
      { code: "DEVICES", message: "/dev/neuron0-1 are held by task t1" },
      { code: "DEVICES", message: "/dev/neuron3 is held by task t4" },
      { code: "DEVICES", message: "/dev/neuron4 is held by task t2, which is stopping" },
    ]);
  });

  it("lets a task take the devices of one that is stopping, where its lock makes it wait", () => {
    const instance = anInstance("a", "inf2.xlarge");
    const old = neuron("old", [0]);
    const snapshot = aSnapshot([instance], [aTask("t1", old, instance, { desiredStatus: "STOPPED" })], [old]);
    expect(explainPlacement(snapshot, [neuron("new", [0])]).placeable).toBe(true);
    expect(explainPlacement(snapshot, [neuron("new", [0], { networkMode: "awsvpc" })]).placeable).toBe(false);
    expect(
      explainPlacement(snapshot, [aDefinition("new", { linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } })])
        .placeable,
    ).toBe(false);
  });

  it("counts distinctInstance by group and desired status", () => {
    const instance = anInstance("a", "inf2.xlarge");
    const definition = aDefinition("plain");
    const options = { placementConstraints: [{ type: "distinctInstance" }] };
    const running = aSnapshot([instance], [aTask("t1", definition, instance)], [definition]);
    expect(explainPlacement(running, [definition], options).instances[0]!.reasons).toEqual([
      { code: "CONSTRAINT", message: "distinctInstance: a task of family:plain runs there already" },
    ]);
    expect(explainPlacement(running, [definition], { ...options, group: "other" }).placeable).toBe(true);
    expect(
      explainPlacement(
        aSnapshot([instance], [aTask("t1", definition, instance, { desiredStatus: "STOPPED" })], [definition]),
        [definition],
        options,
      ).placeable,
    ).toBe(true);
    expect(explainPlacement(aSnapshot([instance]), [definition], { ...options, count: 2 }).possible).toBe(1);
  });

  it("refuses a constraint that is no expression, with its place", () => {
    expect(() => explainPlacement(aSnapshot([]), [aDefinition("plain", {}, onType("= a"))])).toThrow(Refusal);
  });
});

describe("variants of a workload", () => {
  const slots = legalSlots(findInstanceType("inf2.24xlarge")!, 2).map((slot) =>
    neuron(`w-n${slot[0]}`, slot, onType("== inf2.24xlarge")),
  );

  it("fit where any of them does", () => {
    const instance = anInstance("a", "inf2.24xlarge");
    const holder = neuron("holder", [0, 2]);
    const explained = explainPlacement(aSnapshot([instance], [aTask("t1", holder, instance)], [holder]), slots, {
      count: 5,
    });
    // Free are 1, 3, 4 and 5: one run of three holds one slot of two.
    expect(explained).toMatchObject({
      placeable: false,
      possible: 1,
      requested: 5,
      instances: [{ fits: true, reasons: [] }],
    });
  });

  it("say once who holds the slots, and of another type only that it is another type", () => {
    const [instance, other] = [anInstance("a", "inf2.24xlarge"), anInstance("b", "trn1.32xlarge")];
    const holder = neuron("holder", [1, 4]);
    const [first, second] = explainPlacement(
      aSnapshot([instance, other], [aTask("t1", holder, instance)], [holder]),
      slots.filter((_, index) => index !== 2),
    ).instances;
    expect(first!.reasons).toEqual([
      { code: "DEVICES", message: "4 devices are free, and no slot of 2 among them" },
      { code: "DEVICES", message: "/dev/neuron1 and /dev/neuron4 are held by task t1" },
    ]);
    expect(second!.reasons).toEqual([
      {
        code: "CONSTRAINT",
        message: "attribute:ecs.instance-type == inf2.24xlarge: ecs.instance-type is trn1.32xlarge",
      },
    ]);
  });
});

describe("the nearest change", () => {
  const inf2 = (changes: Partial<RegisteredTaskDefinition> = {}) =>
    neuron("n", [0], { ...onType("== inf2.xlarge"), ...changes });
  const change = (
    instances: readonly ContainerInstance[],
    definitions: readonly RegisteredTaskDefinition[],
    options: ExplainOptions = {},
    tasks: Parameters<typeof aSnapshot>[1] = [],
    known: readonly RegisteredTaskDefinition[] = [],
  ) => explainPlacement(aSnapshot(instances, tasks, known), definitions, options).nearestChange;
  const withMemory = (memory: number) => aDefinition("m", { memory, cpu: 1024 });

  it("is none where everything fits", () => expect(change([anInstance("a", "inf2.xlarge")], [inf2()])).toBeUndefined());

  it("is to ask for less, where half of it is there", () => {
    const instances = [
      left({ memoryMiB: 5120 }),
      left({ memoryMiB: 5120 }, anInstance("b", "m5.large")),
      left({ memoryMiB: 6000, cpu: 0 }, anInstance("c", "m5.large")),
    ];
    expect(change(instances, [withMemory(7372)])).toEqual({
      kind: "ask-for-less",
      message: "with memory 5GiB it fits on 2 instances",
    });
    expect(change(instances.slice(0, 1), [{ ...withMemory(4096), cpu: "20480" }])).toEqual({
      kind: "ask-for-less",
      message: "with cpu 16 it fits on 1 instance (i-a)",
    });
    expect(change(instances.slice(0, 1), [{ ...withMemory(6000), cpu: "20480" }])?.message).toBe(
      "with cpu 16 and memory 5GiB it fits on 1 instance (i-a)",
    );
    expect(change(instances.slice(0, 1), [withMemory(20_000)])?.kind).toBe("add-instances");
  });

  it("is to wait for a task that is stopping, before anything else", () => {
    const instance = anInstance("a", "inf2.xlarge");
    const old = neuron("old", [0], { networkMode: "awsvpc" });
    const tasks = [aTask("t1", old, instance, { desiredStatus: "STOPPED" })];
    expect(
      change([left({ memoryMiB: 100 }, anInstance("b", "inf2.xlarge")), instance], [inf2()], {}, tasks, [old]),
    ).toEqual({ kind: "wait", message: "wait until task t1 has stopped: then it fits on i-a" });
  });

  it("is to wake an instance that has room", () => {
    expect(change([anInstance("a", "inf2.xlarge", { status: "DRAINING" })], [inf2()])?.message).toBe(
      "set i-a to ACTIVE: it is DRAINING, and it has room",
    );
    expect(change([anInstance("a", "inf2.xlarge", { agentConnected: false })], [inf2()])?.message).toBe(
      "bring the ECS agent on i-a back: the instance has room",
    );
  });

  it("is to stop the fewest tasks", () => {
    const [one, other] = [anInstance("a", "inf2.24xlarge"), left({ tcpPorts: [80] }, anInstance("b", "inf2.24xlarge"))];
    const web = aDefinition("web", { portMappings: [{ containerPort: 80, hostPort: 80 }] });
    const [n0, n1] = [neuron("n0", [0]), neuron("n1", [1])];
    const tasks = [aTask("t1", n0, one), aTask("t2", n1, one), aTask("t3", n0, other), aTask("t4", web, other)];
    const wanted = neuron("w", [0, 1]);
    expect(change([one, other], [wanted], {}, tasks, [n0, n1, web])?.message).toBe("stop task t3: then it fits on i-b");
    const withPort = {
      ...wanted,
      containerDefinitions: [
        ...wanted.containerDefinitions,
        { name: "port", image: "port:1", portMappings: [{ containerPort: 80, hostPort: 80 }] },
      ],
    };
    expect(change([other], [withPort], {}, tasks, [n0, n1, web])?.message).toBe(
      "stop tasks t3 and t4: then it fits on i-b",
    );
    // ECS would start a service's task again.
    const ofService = tasks.map((task) => (task.taskArn.endsWith("t4") ? { ...task, group: "service:web" } : task));
    expect(change([other], [withPort], {}, ofService, [n0, n1, web])?.message).toBe(
      "stop task t3 and scale service web down (task t4): then it fits on i-b",
    );
  });

  it("is to add instances, as many as it takes", () => {
    expect(change([], [inf2()])).toMatchObject({
      kind: "add-instances",
      message: "one more inf2.xlarge",
      cost: { perHour: { least: 0.7582, most: 0.7582 } },
      command: "aiplat capacity deploy --cluster prod --instance-type inf2.xlarge --subnet SUBNET",
    });
    expect(change([anInstance("a", "inf2.xlarge")], [inf2()], { count: 4 })?.message).toBe("3 more inf2.xlarge");
    const slots = legalSlots(findInstanceType("trn1.32xlarge")!, 4).map((slot) =>
      neuron(`w-n${slot[0]}`, slot, onType("== trn1.32xlarge")),
    );
    expect(change([anInstance("a", "m5.large")], slots, { count: 9 })?.message).toBe("3 more trn1.32xlarge");
    expect(
      change(
        [],
        [
          inf2({
            placementConstraints: [
              ...onType("== inf2.xlarge").placementConstraints,
              { type: "memberOf", expression: "attribute:stack in [prod, test]" },
            ],
          }),
        ],
      )?.message,
    ).toBe("one more inf2.xlarge with stack prod");
    expect(change([left({ memoryMiB: 0 }, anInstance("a", "m5.large"))], [withMemory(4096)])?.message).toBe(
      "one more m5.large",
    );
  });

  it("is to ask for what an empty instance has, where more was asked", () => {
    expect(change([], [{ ...inf2(), memory: "16384" }])).toEqual({
      kind: "ask-for-less",
      message: "with memory 14745MiB it fits on an empty inf2.xlarge",
    });
  });

  it("is none where nothing is known to help", () => expect(change([], [aDefinition("plain")])).toBeUndefined());
});
