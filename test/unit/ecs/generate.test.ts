import { describe, expect, it } from "vitest";
import { instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import { legalSizes } from "../../../src/core/catalog/slots.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import { everyVariantOf, variantsOf } from "../../../src/core/ecs/variants.ts";
import { resolveWorkload } from "../../../src/core/workload/resolve.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ecsOf } from "../../support/ecs.ts";

const base = { name: "bert", image: "repo/bert:1" } as const;

function workload(change: Partial<Workload>): Workload {
  return { ...base, ...change };
}

function definitions(change: Partial<Workload>, region = "us-east-1") {
  return ecsOf(workload(change), { region }).variants.map(({ definition }) => definition);
}

function only(change: Partial<Workload>) {
  const all = definitions(change);
  expect(all).toHaveLength(1);
  return all[0]!;
}

describe("whole Neuron instances", () => {
  const neuron = instanceTypes.filter((type) => type.accelerator.kind === "neuron");

  it.each(neuron.map((type) => [type.instanceType, type.accelerator.count] as const))(
    "%s lists its %i devices in numeric order, each with its lock",
    (name, count) => {
      const { containerDefinitions, placementConstraints } = only({ accelerator: { instanceTypes: [name] } });
      const { linuxParameters, portMappings } = containerDefinitions[0]!;
      const paths = Array.from({ length: count }, (_, index) => `/dev/neuron${index}`);
      expect(linuxParameters!.devices).toEqual(
        paths.map((path) => ({ hostPath: path, containerPath: path, permissions: ["read", "write"] })),
      );
      expect(linuxParameters!.capabilities).toEqual({ add: ["IPC_LOCK"] });
      expect(portMappings).toEqual(
        paths.map((_, index) => ({ containerPort: 28700 + index, hostPort: 28700 + index, protocol: "udp" })),
      );
      expect(placementConstraints).toEqual([
        { type: "memberOf", expression: `attribute:ecs.instance-type == ${name}` },
      ]);
    },
  );

  it("leaves the visible cores to the runtime", () => {
    expect(
      only({ accelerator: { instanceTypes: ["inf1.24xlarge"] } }).containerDefinitions[0]!.environment,
    ).toBeUndefined();
  });
});

describe("the container", () => {
  it("has the workload's name, or one of its own by which raw fields find it", () => {
    const accelerator = { instanceTypes: ["g5.xlarge"] };
    expect(only({ accelerator }).containerDefinitions.map(({ name }) => name)).toEqual(["bert"]);
    const side = { name: "bert", image: "side:1", memory: 64 };
    const named = only({
      accelerator,
      container: "GPU_Worker",
      ecs: { taskDefinition: { containerDefinitions: [{ name: "GPU_Worker", user: "1000" }, side] } },
    });
    expect(named.family).toBe("bert");
    expect(named.containerDefinitions).toMatchObject([
      { name: "GPU_Worker", image: "repo/bert:1", user: "1000" },
      side,
    ]);
  });
});

describe("fair share", () => {
  it.each([
    // vCPU x 1,024 and MiB, times devices of the slot over devices of the type, less 10 %, rounded down.
    ["inf1.xlarge", 1, 3686, 7372],
    ["inf2.xlarge", 1, 3686, 14745],
    ["inf2.24xlarge", 6, 88473, 353894],
    ["inf2.24xlarge", 2, 29491, 117964],
    ["inf2.48xlarge", 1, 14745, 58982],
    ["trn1.32xlarge", 16, 117964, 471859],
    ["trn1.32xlarge", 4, 29491, 117964],
    ["p4d.24xlarge", 8, 88473, 1061683],
    ["p4d.24xlarge", 2, 22118, 265420],
  ] as const)("%s with %i devices", (name, devices, cpu, memory) => {
    const container = definitions({ accelerator: { instanceTypes: [name], devicesPerReplica: devices } })[0]!
      .containerDefinitions[0]!;
    expect([container.cpu, container.memory]).toEqual([cpu, memory]);
  });

  it("is of what the machine does not keep for others", () => {
    const container = definitions({
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      resources: { reserve: { cpu: 1, memory: "2GiB" } },
    })[0]!.containerDefinitions[0]!;
    // A third of 88,473.6 CPU units less 1,024, and of 353,894.4 MiB less 2,048.
    expect([container.cpu, container.memory]).toEqual([29_149, 117_282]);
  });

  it("gives way to what the file says", () => {
    const container = only({
      accelerator: { instanceTypes: ["inf2.48xlarge"] },
      resources: { cpu: 8, memory: "24GiB" },
    }).containerDefinitions[0]!;
    expect([container.cpu, container.memory]).toEqual([8192, 24576]);
  });

  it("never sums to more than the instance on a full instance", () => {
    for (const type of instanceTypes.filter((each) => each.accelerator.kind === "neuron")) {
      for (const size of [1, 4, 8, 16].filter((each) => each <= type.accelerator.count)) {
        const all = definitions({ accelerator: { instanceTypes: [type.instanceType], devicesPerReplica: size } });
        const memory = all.reduce((sum, each) => sum + each.containerDefinitions[0]!.memory!, 0);
        expect(memory).toBeLessThanOrEqual(type.memoryMiB * 0.9);
      }
    }
  });
});

describe("slots", () => {
  it("names a variant by type and by the slot's first and last device", () => {
    const families = definitions({ accelerator: { instanceTypes: ["trn1.32xlarge"], devicesPerReplica: 4 } }).map(
      (each) => each.family,
    );
    expect(families).toEqual([
      "bert-trn1-32xlarge-n0-3",
      "bert-trn1-32xlarge-n4-7",
      "bert-trn1-32xlarge-n8-11",
      "bert-trn1-32xlarge-n12-15",
    ]);
  });

  it.each<[instanceType: string, devices: number, families: readonly string[]]>([
    // More than one legal slot of the size, though no two of them fit on one instance.
    ["inf2.24xlarge", 4, ["n0-3", "n1-4", "n2-5"]],
    ["inf2.24xlarge", 5, ["n0-4", "n1-5"]],
    ["inf2.48xlarge", 7, ["n0-6", "n1-7", "n2-8", "n3-9", "n4-10", "n5-11"]],
    ["inf2.48xlarge", 8, ["n0-7", "n1-8", "n2-9", "n3-10", "n4-11"]],
    ["inf2.48xlarge", 9, ["n0-8", "n1-9", "n2-10", "n3-11"]],
    ["inf2.48xlarge", 10, ["n0-9", "n1-10", "n2-11"]],
    ["inf2.48xlarge", 11, ["n0-10", "n1-11"]],
    ["inf1.6xlarge", 3, ["n0-2", "n1-3"]],
    ["inf1.24xlarge", 9, ["n0-8", "n1-9", "n2-10", "n3-11", "n4-12", "n5-13", "n6-14", "n7-15"]],
    ["inf1.24xlarge", 10, ["n0-9", "n1-10", "n2-11", "n3-12", "n4-13", "n5-14", "n6-15"]],
    ["inf1.24xlarge", 11, ["n0-10", "n1-11", "n2-12", "n3-13", "n4-14", "n5-15"]],
    ["inf1.24xlarge", 12, ["n0-11", "n1-12", "n2-13", "n3-14", "n4-15"]],
    ["inf1.24xlarge", 13, ["n0-12", "n1-13", "n2-14", "n3-15"]],
    ["inf1.24xlarge", 14, ["n0-13", "n1-14", "n2-15"]],
    ["inf1.24xlarge", 15, ["n0-14", "n1-15"]],
    // The slots of a row are the only legal ones.
    ["trn1.32xlarge", 8, ["n0-7", "n8-15"]],
  ])("names the definitions of %s with %i devices by their slots", (instanceType, devices, slots) => {
    const { everyVariant, variants } = ecsOf(
      workload({ accelerator: { instanceTypes: [instanceType], devicesPerReplica: devices } }),
    );
    const names = slots.map((slot) => `bert-${instanceType.replace(".", "-")}-${slot}`);
    expect(everyVariant.map(({ name, definition }) => [name, definition.family])).toEqual(
      names.map((name) => [name, name]),
    );
    expect(variants.map(({ name }) => name)).toEqual(names.slice(0, variants.length === 1 ? 1 : names.length));
  });

  it.each(
    instanceTypes
      .filter((type) => type.accelerator.kind === "neuron" && type.status !== "retired")
      .map((type) => [type.instanceType, type.accelerator.count] as const),
  )("leaves the slot out of the name of a whole %s", (instanceType, devices) => {
    for (const accelerator of [
      { instanceTypes: [instanceType] },
      { instanceTypes: [instanceType], devicesPerReplica: devices },
    ])
      expect(ecsOf(workload({ accelerator })).everyVariant.map(({ name }) => name)).toEqual(["bert"]);
  });

  it("gives no two variants one family, whatever the types and sizes", () => {
    const types = instanceTypes.filter((type) => type.accelerator.kind === "neuron" && type.status !== "retired");
    for (const type of types)
      for (const size of legalSizes(type))
        for (const instanceTypes of [[type.instanceType], [type.instanceType, types[0]!.instanceType]]) {
          if (instanceTypes[0] === instanceTypes[1] || size > types[0]!.accelerator.count) continue;
          const { everyVariant } = ecsOf(workload({ accelerator: { instanceTypes, devicesPerReplica: size } }));
          const slots = new Map(everyVariant.map(({ definition, slot }) => [definition.family, slot]));
          expect(slots.size).toBe(everyVariant.length);
        }
  });

  it("offers every legal slot besides those that fill an empty instance", () => {
    const resolved = resolveWorkload(
      workload({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } }),
    );
    expect(variantsOf(resolved).map((variant) => variant.slot)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(everyVariantOf(resolved).map((variant) => variant.slot)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ]);
  });

  it("holds the devices and locks of its slot only", () => {
    const second = definitions({ accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 } })[1]!;
    const container = second.containerDefinitions[0]!;
    expect(container.linuxParameters!.devices!.map((device) => device.hostPath)).toEqual([
      "/dev/neuron2",
      "/dev/neuron3",
    ]);
    expect(container.portMappings!.map((port) => port.hostPort)).toEqual([28702, 28703]);
    expect(second.tags).toContainEqual({ key: "aiplat:slot", value: "n2-3" });
  });

  it("locks from the cluster's own base", () => {
    const { variants } = ecsOf(workload({ accelerator: { instanceTypes: ["inf1.xlarge"] } }), { lockPortBase: 30_000 });
    const container = variants[0]!.definition.containerDefinitions[0]!;
    expect(container.portMappings).toEqual([{ containerPort: 30_000, hostPort: 30_000, protocol: "udp" }]);
  });
});

describe("several instance types", () => {
  it("is one definition with `in [..]` where devices and share are the same", () => {
    const definition = only({ accelerator: { instanceTypes: ["g5.xlarge", "g6.xlarge"] } });
    expect(definition.family).toBe("bert");
    expect(definition.placementConstraints![0]!.expression).toBe(
      "attribute:ecs.instance-type in [g5.xlarge, g6.xlarge]",
    );
  });

  it("is one definition each where they differ", () => {
    expect(
      definitions({ accelerator: { instanceTypes: ["inf2.xlarge", "inf2.8xlarge"] } }).map((each) => each.family),
    ).toEqual(["bert-inf2-xlarge", "bert-inf2-8xlarge"]);
    expect(
      definitions({
        accelerator: { instanceTypes: ["inf2.xlarge", "inf2.8xlarge"] },
        resources: { cpu: 2, memory: "8GiB" },
      }),
    ).toHaveLength(1);
  });

  it("never joins architectures", () => {
    expect(
      definitions({
        accelerator: { instanceTypes: ["g5g.xlarge", "g4dn.xlarge"] },
        resources: { cpu: 2, memory: "4GiB" },
      }),
    ).toHaveLength(2);
  });
});

describe("GPUs", () => {
  it("are counted, never listed as devices", () => {
    const container = only({ accelerator: { instanceTypes: ["p5.48xlarge"], devicesPerReplica: 4 } })
      .containerDefinitions[0]!;
    expect(container.resourceRequirements).toEqual([{ type: "GPU", value: "4" }]);
    expect(container.linuxParameters).toEqual({ sharedMemorySize: 65_536 });
    expect(container.portMappings).toBeUndefined();
  });

  it("are a decimal on fractional types", () => {
    const container = only({ accelerator: { instanceTypes: ["g6f.2xlarge"] }, ecs: { capacity: "managed-instances" } })
      .containerDefinitions[0]!;
    expect(container.resourceRequirements).toEqual([{ type: "GPU", value: "0.25" }]);
  });

  it("are shared through MPS, with the share that the memory is of the GPU", () => {
    const container = only({
      accelerator: { instanceTypes: ["g6e.xlarge"], mps: { memory: "11444MiB", maxComputePercent: 25 } },
    }).containerDefinitions[0]!;
    expect(container.resourceRequirements).toEqual([
      { type: "GPU", sharingStrategy: { nvidiaMps: { memory: 11444, maxComputePercent: 25 } } },
    ]);
    expect(container.memory).toBe(Math.floor(32768 * 0.25 * 0.9));
  });
});

describe("Managed Instances", () => {
  it("ask for NeuronDevice, carry the share at task level and have no devices, locks or launch type", () => {
    const definition = only({
      accelerator: { instanceTypes: ["trn1.32xlarge"] },
      ecs: { capacity: "managed-instances" },
    });
    expect(definition).toMatchObject({
      networkMode: "awsvpc",
      requiresCompatibilities: ["MANAGED_INSTANCES"],
      cpu: "117964",
      memory: "471859",
    });
    const container = definition.containerDefinitions[0]!;
    expect(container.resourceRequirements).toEqual([{ type: "NeuronDevice", value: "ALL" }]);
    expect([container.linuxParameters, container.portMappings, container.cpu, container.memory]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("GPUs on Managed Instances", () => {
  const managed = { capacity: "managed-instances" } as const;
  const requirementsOf = (accelerator: Workload["accelerator"], ecs: Workload["ecs"] = managed) =>
    only({ accelerator, ecs }).containerDefinitions[0]!.resourceRequirements;

  it("are ALL of the instance where the file leaves the number out, as it says them else, and counted on EC2", () => {
    expect([
      requirementsOf({ instanceTypes: ["g5.12xlarge"] }),
      requirementsOf({ instanceTypes: ["g5.12xlarge"], devicesPerReplica: 4 }),
      requirementsOf({ instanceTypes: ["g5.12xlarge"], devicesPerReplica: 2 }),
      requirementsOf({ instanceTypes: ["g5.12xlarge"] }, {}),
      requirementsOf({ instanceTypes: ["g6f.2xlarge"] }),
    ]).toEqual(["ALL", "4", "2", "4", "0.25"].map((value) => [{ type: "GPU", value }]));
  });

  it("of arm64 machines say so, of no other and on no other capacity", () => {
    const platformOf = (type: string, ecs: Workload["ecs"] = managed) =>
      only({ accelerator: { instanceTypes: [type] }, ecs }).runtimePlatform;
    expect([platformOf("g5g.xlarge"), platformOf("g5.xlarge"), platformOf("g5g.xlarge", {})]).toEqual([
      { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      undefined,
      undefined,
    ]);
  });
});

describe("network modes", () => {
  const ports = [
    { container: 8080, name: "http" },
    { container: 9000, host: 9001 },
  ];

  it("bridge leaves a port without a host port to ECS", () => {
    expect(
      only({ accelerator: { instanceTypes: ["g5.xlarge"] }, ports }).containerDefinitions[0]!.portMappings,
    ).toEqual([
      { name: "http", containerPort: 8080, protocol: "tcp" },
      { containerPort: 9000, hostPort: 9001, protocol: "tcp" },
    ]);
  });

  it("host and awsvpc have the container's own", () => {
    for (const networkMode of ["host", "awsvpc"] as const) {
      const container = only({ accelerator: { instanceTypes: ["g5.xlarge"] }, ports, ecs: { networkMode } })
        .containerDefinitions[0]!;
      expect(container.portMappings!.map((port) => port.hostPort)).toEqual([8080, 9000]);
    }
  });

  it("awsvpc has no locks", () => {
    expect(
      only({ accelerator: { instanceTypes: ["inf1.xlarge"] }, ecs: { networkMode: "awsvpc" } }).containerDefinitions[0]!
        .portMappings,
    ).toBeUndefined();
  });
});

describe("EFA", () => {
  it("adds its devices after the Neuron devices and works in host mode", () => {
    const definition = only({ accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } });
    const devices = definition.containerDefinitions[0]!.linuxParameters!.devices!.map((device) => device.hostPath);
    expect(definition.networkMode).toBe("host");
    expect(devices.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, index) => `/dev/neuron${index}`));
    expect(devices.slice(16)).toEqual(Array.from({ length: 8 }, (_, index) => `/dev/infiniband/uverbs${index}`));
    expect(definition.containerDefinitions[0]!.environment).toEqual([
      { name: "FI_PROVIDER", value: "efa" },
      { name: "FI_EFA_USE_DEVICE_RDMA", value: "1" },
    ]);
  });
});

describe("raw fields", () => {
  const accelerator = { instanceTypes: ["inf1.xlarge"] };

  it("merge containers by name, devices by host path, ports by port and protocol, and add sidecars", () => {
    const definition = only({
      accelerator,
      environment: { A: "1" },
      ecs: {
        taskDefinition: {
          volumes: [{ name: "models", host: { sourcePath: "/models" } }],
          containerDefinitions: [
            {
              name: "bert",
              environment: [{ name: "B", value: "2" }],
              mountPoints: [{ sourceVolume: "models", containerPath: "/models" }],
              linuxParameters: {
                devices: [{ hostPath: "/dev/fuse", containerPath: "/dev/fuse" }],
                initProcessEnabled: true,
              },
              stopTimeout: 30,
            },
            { name: "proxy", image: "envoy:1", memory: 128 },
          ],
        },
      },
    });
    const [ours, sidecar] = definition.containerDefinitions;
    expect(ours!.environment).toEqual([
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ]);
    expect(ours!.linuxParameters!.devices!.map((device) => device.hostPath)).toEqual(["/dev/neuron0", "/dev/fuse"]);
    expect(ours).toMatchObject({
      stopTimeout: 30,
      linuxParameters: { initProcessEnabled: true, capabilities: { add: ["IPC_LOCK"] } },
    });
    expect(sidecar).toEqual({ name: "proxy", image: "envoy:1", memory: 128 });
    expect(definition.volumes).toEqual([{ name: "models", host: { sourcePath: "/models" } }]);
  });

  it("delete with null and replace other lists", () => {
    const definition = only({
      accelerator,
      command: ["serve"],
      ecs: {
        taskDefinition: { containerDefinitions: [{ name: "bert", cpu: null, command: ["other"] }], ipcMode: "host" },
      },
    });
    expect(definition.containerDefinitions[0]!.cpu).toBeUndefined();
    expect(definition.containerDefinitions[0]!.command).toEqual(["other"]);
    expect(definition["ipcMode"]).toBe("host");
  });

  describe("placement constraints", () => {
    const ofType = { type: "memberOf", expression: "attribute:ecs.instance-type == inf1.xlarge" };
    const member = (expression: string) => ({ type: "memberOf", expression });
    const prod = "attribute:stack == prod";

    it.each<[what: string, ecs: NonNullable<Workload["ecs"]>, added: readonly object[]]>([
      ["of the file", { placement: { constraints: [prod] } }, [member(prod)]],
      ["of the raw fields", { taskDefinition: { placementConstraints: [member(prod)] } }, [member(prod)]],
      [
        "of both",
        {
          placement: { constraints: [prod] },
          taskDefinition: { placementConstraints: [member("attribute:a exists")] },
        },
        [member(prod), member("attribute:a exists")],
      ],
      [
        "of both, the same once",
        { placement: { constraints: [prod] }, taskDefinition: { placementConstraints: [member(prod), ofType] } },
        [member(prod)],
      ],
      ["of nobody else, where a null would delete aiplat's", { taskDefinition: { placementConstraints: null } }, []],
      [
        "of nobody else, where an empty list would replace aiplat's",
        { taskDefinition: { placementConstraints: [] } },
        [],
      ],
      [
        "of the file, which a null would delete",
        { placement: { constraints: [prod] }, taskDefinition: { placementConstraints: null } },
        [member(prod)],
      ],
    ])("stand after aiplat's own: %s", (_, ecs, added) => {
      expect(only({ accelerator, ecs }).placementConstraints).toEqual([ofType, ...added]);
    });

    it("are the file's own where aiplat has none to add", () => {
      const cpu = { accelerator: "none", resources: { cpu: 1, memory: "1GiB" } } as const;
      expect(only({ ...cpu, ecs: { placement: { constraints: [prod] } } }).placementConstraints).toEqual([
        member(prod),
      ]);
      expect(
        only({ ...cpu, ecs: { taskDefinition: { placementConstraints: [member(prod)] } } }).placementConstraints,
      ).toEqual([member(prod)]);
      expect(only(cpu)).not.toHaveProperty("placementConstraints");
    });

    it("keep a task off machines of another type, and of another stack, in every plan of it", () => {
      const { everyVariant } = ecsOf(
        workload({
          accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
          ecs: { taskDefinition: { placementConstraints: [member(prod)] } },
        }),
      );
      expect(everyVariant.map(({ requirements }) => requirements.constraints.map(({ text }) => text))).toEqual(
        everyVariant.map(() => ["attribute:ecs.instance-type == inf2.24xlarge", prod]),
      );
    });
  });

  it.each(["host", "awsvpc"] as const)("say the network mode, ports and locks go by it: %s", (networkMode) => {
    const given = { accelerator, ports: [{ container: 8080 }] };
    const raw = ecsOf(workload({ ...given, ecs: { taskDefinition: { networkMode } } }));
    const said = ecsOf(workload({ ...given, ecs: { networkMode } }));
    expect(raw.networkMode).toBe(networkMode);
    expect(raw.variants.map(({ definition }) => definition)).toEqual(said.variants.map(({ definition }) => definition));
    // The raw fields are merged last.
    const both = ecsOf(workload({ ...given, ecs: { networkMode: "bridge", taskDefinition: { networkMode } } }));
    expect(both.variants.map(({ definition }) => definition)).toEqual(
      said.variants.map(({ definition }) => definition),
    );
  });

  it("keep aiplat's tags whatever they say", () => {
    const { tags } = only({
      accelerator,
      tags: { team: "nlp" },
      ecs: {
        taskDefinition: {
          tags: [
            { key: "aiplat:workload", value: "x" },
            { key: "cost", value: "7" },
          ],
        },
      },
    });
    expect(tags).toHaveLength(4);
    for (const [key, value] of [
      ["team", "nlp"],
      ["cost", "7"],
      ["aiplat:workload", "bert"],
      ["aiplat:slot", "n0-0"],
    ])
      expect(tags).toContainEqual({ key, value });
  });

  it.each([
    ["all devices by null", { linuxParameters: { devices: null } }, "device-removed"],
    [
      "a device's permissions",
      { linuxParameters: { devices: [{ hostPath: "/dev/neuron0", permissions: ["read"] }] } },
      "device-removed",
    ],
    [
      "a device's path",
      { linuxParameters: { devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/x" }] } },
      "device-removed",
    ],
    ["the locks by null", { portMappings: null }, "lock-removed"],
    ["a lock's host port", { portMappings: [{ containerPort: 28700, protocol: "udp", hostPort: 1 }] }, "lock-removed"],
    [
      "a device beyond the slot",
      { linuxParameters: { devices: [{ hostPath: "/dev/neuron1", containerPath: "/dev/neuron1" }] } },
      "device-beyond-slot",
    ],
    ["NeuronDevice besides", { resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] }, "devices-mixed"],
  ])("cannot change %s", (_, container, code) => {
    const attempt = () =>
      only({ accelerator, ecs: { taskDefinition: { containerDefinitions: [{ name: "bert", ...container }] } } });
    expect(attempt).toThrow(Refusal);
    expect(problemCodes(attempt)).toContain(code);
  });

  it("cannot give a sidecar a Neuron device", () => {
    const attempt = () =>
      only({
        accelerator,
        ecs: {
          taskDefinition: {
            containerDefinitions: [
              {
                name: "spy",
                image: "x",
                memory: 128,
                linuxParameters: { devices: [{ hostPath: "/dev/neuron0", containerPath: "/dev/neuron0" }] },
              },
            ],
          },
        },
      });
    expect(problemCodes(attempt)).toEqual(["device-beyond-slot"]);
  });
});

function problemCodes(attempt: () => unknown): readonly string[] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Refusal) return error.problems.map((each) => each.code);
  }
  return [];
}

describe("the rest of a definition", () => {
  it("carries secrets, roles, logs, health and shared memory", () => {
    const definition = only({
      accelerator: { instanceTypes: ["inf2.xlarge"] },
      secrets: { TOKEN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf" },
      roles: { execution: "arn:aws:iam::123456789012:role/exec", task: "arn:aws:iam::123456789012:role/task" },
      logs: { group: "/aiplat/bert" },
      health: { path: "/ping", port: 8080, startSeconds: 120 },
      sharedMemory: "8GiB",
    });
    expect(definition).toMatchObject({
      executionRoleArn: "arn:aws:iam::123456789012:role/exec",
      taskRoleArn: "arn:aws:iam::123456789012:role/task",
    });
    expect(definition.containerDefinitions[0]).toMatchObject({
      secrets: [{ name: "TOKEN", valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf" }],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/aiplat/bert",
          "awslogs-region": "us-east-1",
          "awslogs-stream-prefix": "bert",
          "awslogs-create-group": "true",
        },
      },
      healthCheck: { startPeriod: 120 },
      linuxParameters: { sharedMemorySize: 8192 },
    });
  });

  it("of a CPU workload has neither devices nor constraints", () => {
    const definition = only({ accelerator: "none", resources: { cpu: 0.5, memory: "512MiB" } });
    expect(definition.placementConstraints).toBeUndefined();
    expect(definition.containerDefinitions[0]).toMatchObject({ cpu: 512, memory: 512 });
  });
});
