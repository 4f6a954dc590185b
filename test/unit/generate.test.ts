import { describe, expect, it } from "vitest";
import { instanceTypes } from "../../src/core/catalog/instance-types/catalog.ts";
import { Refusal } from "../../src/core/base/problem.ts";
import { everyVariantOf, variantsOf } from "../../src/core/ecs/variants.ts";
import { resolveWorkload } from "../../src/core/workload/resolve.ts";
import type { Workload } from "../../src/core/workload/schema.ts";
import { ecsOf } from "../support/ecs.ts";

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
