import { namedStrategy } from "../../../src/core/ecs/capacity.ts";
import { describe, expect, it } from "vitest";
import { generateService } from "../../../src/core/ecs/service.ts";
import { ecsRules } from "../../../src/core/ecs/rules.ts";
import { importWorkload } from "../../../src/core/import/import-workload.ts";
import type { ImportedPart, ImportSource } from "../../../src/core/import/source.ts";
import { Refusal } from "../../../src/core/base/problem.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { anInstance, aSnapshot } from "../../support/cluster.ts";
import { ecsOf } from "../../support/ecs.ts";
import { asRegistered, asService, importUnchanged, planOf, readBack } from "../../support/imports.ts";
import { problemsOf } from "../../support/workload.ts";

/** What is live after aiplat has deployed a workload. */
function deployed(workload: Omit<Workload, "name" | "image">, counts: readonly number[] = [2]): ImportSource {
  const ecs = ecsOf({ name: "bert", image: "bert:1", kind: "service", ...workload }, { region: "us-east-1" });
  const parts = ecs.variants.map((variant, index): ImportedPart => {
    const definition = asRegistered(variant.definition);
    const { network } = ecs.workload.ecs;
    const capacityProviderStrategy = namedStrategy(ecs.capacity);
    const networkConfiguration =
      network === undefined
        ? {}
        : { networkConfiguration: { awsvpcConfiguration: { subnets: network.subnets ?? [] } } };
    const input = generateService(ecs, variant, {
      cluster: "prod",
      taskDefinition: definition.family,
      desiredCount: counts[index] ?? 1,
      enableExecuteCommand: false,
      placementConstraints: [],
      ...(capacityProviderStrategy === undefined ? {} : { capacityProviderStrategy }),
      ...networkConfiguration,
    });
    return { definition, service: asService(definition, { ...input, taskDefinition: definition.taskDefinitionArn }) };
  });
  return { parts: parts as unknown as ImportSource["parts"], cluster: "prod" };
}

const slots = (counts: readonly number[]) =>
  deployed(
    { accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 }, environment: { A: "1" } },
    counts,
  );

function refusalOf(source: ImportSource): readonly (readonly [string, string])[] {
  try {
    importWorkload(source);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map(({ code, message }) => [code, message]);
  }
}

describe("what aiplat has deployed itself", () => {
  it.each<[string, Omit<Workload, "name" | "image">, unknown]>([
    [
      "a whole Neuron instance",
      { accelerator: { instanceTypes: ["inf2.24xlarge"] } },
      { instanceTypes: ["inf2.24xlarge"] },
    ],
    [
      "types with the same devices",
      { accelerator: { instanceTypes: ["trn2.48xlarge", "trn2u.48xlarge"] } },
      { instanceTypes: ["trn2.48xlarge", "trn2u.48xlarge"] },
    ],
    [
      "more than the fair share of one, and less",
      { accelerator: { instanceTypes: ["inf2.xlarge"] }, resources: { cpu: 2, memory: "5GiB" } },
      { instanceTypes: ["inf2.xlarge"] },
    ],
    [
      "EFA",
      { accelerator: { instanceTypes: ["trn1.32xlarge"], efa: true } },
      { instanceTypes: ["trn1.32xlarge"], efa: true },
    ],
    [
      "awsvpc",
      {
        accelerator: { instanceTypes: ["inf2.xlarge"] },
        ecs: { networkMode: "awsvpc", network: { subnets: ["subnet-1"] } },
      },
      { instanceTypes: ["inf2.xlarge"] },
    ],
    [
      "Managed Instances",
      {
        accelerator: { instanceTypes: ["inf2.24xlarge"] },
        ecs: { capacity: { managedInstances: "mi" }, network: { subnets: ["subnet-1"] } },
      },
      { instanceTypes: ["inf2.24xlarge"] },
    ],
    [
      "some GPUs",
      { accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 2 } },
      { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 2 },
    ],
    ["all GPUs", { accelerator: { instanceTypes: ["g5.12xlarge"] } }, { instanceTypes: ["g5.12xlarge"] }],
    [
      "all GPUs of Managed Instances",
      {
        accelerator: { instanceTypes: ["g5g.16xlarge"] },
        ecs: { capacity: { managedInstances: "mi" }, network: { subnets: ["subnet-1"] } },
      },
      { instanceTypes: ["g5g.16xlarge"] },
    ],
    [
      "a number of GPUs on Managed Instances, though it is all there are",
      {
        accelerator: { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 4 },
        ecs: { capacity: { managedInstances: "mi" }, network: { subnets: ["subnet-1"] } },
      },
      { instanceTypes: ["g5.12xlarge"], devicesPerReplica: 4 },
    ],
    [
      "a shared GPU",
      { accelerator: { instanceTypes: ["g6.xlarge"], mps: { memory: "4GiB", maxComputePercent: 25 } } },
      { instanceTypes: ["g6.xlarge"], mps: { memory: "4GiB", maxComputePercent: 25 } },
    ],
    ["a part of a GPU", { accelerator: { instanceTypes: ["g6f.xlarge"] } }, { instanceTypes: ["g6f.xlarge"] }],
    [
      "with ports, logs, health and its own fields",
      {
        accelerator: { instanceTypes: ["inf2.24xlarge"] },
        ports: [
          { container: 8080, name: "http" },
          { container: 53, protocol: "udp" },
        ],
        logs: { group: "/bert" },
        health: { path: "/ping", port: 8080 },
        sharedMemory: "1GiB",
        ecs: { taskDefinition: { pidMode: "task", containerDefinitions: [{ name: "side", image: "s:1", memory: 9 }] } },
      },
      { instanceTypes: ["inf2.24xlarge"] },
    ],
  ])("is imported with its accelerator: %s", (_, workload, accelerator) => {
    const { document, warnings } = importUnchanged(deployed(workload));
    expect(document["accelerator"]).toEqual(accelerator);
    expect(warnings).toEqual([]);
  });

  it("is one workload of all its slots, wherever one begins, with their replicas summed", () => {
    const source = slots([3, 1, 2]);
    const [first, ...rest] = source.parts;
    const asked: ImportSource = { ...source, parts: [rest[1]!, first, rest[0]!] };
    const { document } = importUnchanged(
      asked,
      aSnapshot([anInstance("i1", "inf2.24xlarge"), anInstance("i2", "inf2.24xlarge")]),
    );
    expect(document).toMatchObject({
      name: "bert",
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      replicas: 6,
    });
    expect(document["resources"]).toBeUndefined();
  });

  it("is refused where its slots do not say the same, with the reason", () => {
    const { parts, ...rest } = slots([1, 1, 1]);
    const [one, two, three] = parts as unknown as readonly ImportedPart[];
    const other: ImportedPart = {
      service: two!.service!,
      definition: {
        ...two!.definition,
        containerDefinitions: two!.definition.containerDefinitions.map((each) => ({ ...each, image: "bert:2" })),
      },
    };
    expect(refusalOf({ ...rest, parts: [one!, other, three!] })).toEqual([
      ["import-differs", expect.stringContaining("differ in more than the slot")],
    ]);
    expect(refusalOf({ ...rest, parts: [one!, two!] })).toEqual([
      ["import-differs", expect.stringContaining("3 services: bert-inf2-24xlarge-n0-1")],
    ]);
  });

  it("is refused where the other slots are gone, which its tags say there are", () => {
    const { parts } = slots([1, 1, 1]);
    expect(refusalOf({ parts: [parts[1]!], cluster: "prod" })).toEqual([
      [
        "import-slot",
        expect.stringContaining(
          "the services of the others are not there: bert-inf2-24xlarge-n0-1 and bert-inf2-24xlarge-n4-5",
        ),
      ],
    ]);
    expect(refusalOf({ parts: [{ definition: parts[1]!.definition }] })).toEqual([
      ["import-slot", expect.stringContaining("the task definitions of the others are not there")],
    ]);
  });

  it("keeps the locks of a slot without tags, which is nobody's", () => {
    const { definition } = slots([1, 1, 1]).parts[1]!;
    const untagged = asRegistered({ ...definition, tags: [] });
    const { document, warnings } = importUnchanged({
      parts: [{ definition: untagged, service: asService(untagged, {}) }],
      cluster: "prod",
    });
    expect(document["accelerator"]).toBe("none");
    expect(warnings).toEqual([]);
  });

  it("is one workload from its task definitions, too", () => {
    const { parts } = slots([1, 1, 1]);
    const alone = parts.map(({ definition }) => ({ definition })) as unknown as ImportSource["parts"];
    expect(importUnchanged({ parts: alone }).document).toMatchObject({
      accelerator: { devicesPerReplica: 2 },
      replicas: 1,
    });
  });
});

/** As people write it after the developer guide: no locks. */
const byHand = (changes: object = {}, linux: object = {}) =>
  asRegistered({
    family: "neuron",
    requiresCompatibilities: ["EC2"],
    networkMode: "bridge",
    placementConstraints: [
      { type: "memberOf", expression: "attribute:ecs.os-type == linux" },
      { type: "memberOf", expression: "attribute:ecs.instance-type == inf2.24xlarge" },
    ],
    containerDefinitions: [
      {
        name: "model",
        image: "model:1",
        memoryReservation: 4000,
        cpu: 0,
        essential: true,
        portMappings: [{ containerPort: 8500, hostPort: 8500, protocol: "tcp" }],
        linuxParameters: {
          devices: [1, 0].map((each) => ({
            hostPath: `/dev/neuron${each}`,
            containerPath: `/dev/neuron${each}`,
            permissions: ["read", "write"],
          })),
          capabilities: { add: ["IPC_LOCK"] },
          ...linux,
        },
      },
    ],
    ...changes,
  });

describe("Neuron devices that somebody listed by hand", () => {
  it.each([
    ["two of six", byHand()],
    [
      "all of a type",
      byHand(
        { placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type =~ trn1.2xlarge" }] },
        { devices: [{ hostPath: "/dev/neuron0" }] },
      ),
    ],
    [
      "a set that aiplat would not choose",
      byHand(
        {},
        { devices: [{ hostPath: "/dev/neuron0" }, { hostPath: "/dev/neuron2", containerPath: "/dev/neuron1" }] },
      ),
    ],
    ["no constraint", byHand({ placementConstraints: [] })],
    ["awsvpc", byHand({ networkMode: "awsvpc" })],
    [
      "in two containers",
      byHand({
        containerDefinitions: ["a", "b"].map((name, index) => ({
          name,
          image: "x",
          memory: 9,
          linuxParameters: { devices: [{ hostPath: `/dev/neuron${index}` }] },
        })),
      }),
    ],
  ])("stay as they are, with a word on the risk: %s", (_, definition) => {
    const awsvpc =
      definition.networkMode === "awsvpc"
        ? { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } }
        : {};
    const { document, warnings } = importUnchanged({
      parts: [{ definition, service: asService(definition, { launchType: "EC2", desiredCount: 2, ...awsvpc }) }],
      cluster: "prod",
    });
    expect(document["accelerator"]).toBe("none");
    expect(warnings[0]).toMatchObject({
      message: expect.stringContaining("without lock ports") as string,
      hint: expect.stringContaining("accelerator: { instanceTypes: ") as string,
    });
  });

  it("name the type and the number in the way out, which then is one", () => {
    const definition = byHand();
    const { document, warnings } = importWorkload({ parts: [{ definition }] });
    expect(warnings[0]!.hint).toContain("accelerator: { instanceTypes: [inf2.24xlarge], devicesPerReplica: 2 }");
    const { containerDefinitions, ...taskDefinition } = (
      document["ecs"] as { taskDefinition: { containerDefinitions: readonly { linuxParameters: object }[] } }
    ).taskDefinition;
    const moved = {
      ...document,
      accelerator: { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      ecs: {
        taskDefinition: {
          ...taskDefinition,
          family: undefined,
          containerDefinitions: containerDefinitions.map((each) => ({ ...each, linuxParameters: undefined })),
        },
      },
    };
    const { registrations } = planOf(readBack(JSON.parse(JSON.stringify(moved))), {
      parts: [] as unknown as ImportSource["parts"],
    });
    expect(registrations.map(({ family }) => family)).toEqual([
      "model-inf2-24xlarge-n0-1",
      "model-inf2-24xlarge-n2-3",
      "model-inf2-24xlarge-n4-5",
    ]);
  });

  it("carry no warning where locks are there, by hand as well", () => {
    const definition = byHand({
      containerDefinitions: [
        {
          name: "model",
          image: "m",
          memory: 9,
          linuxParameters: { capabilities: { add: ["IPC_LOCK"] }, devices: [{ hostPath: "/dev/neuron1" }] },
          portMappings: [{ containerPort: 28701, hostPort: 28701, protocol: "udp" }],
        },
      ],
    });
    const { document, warnings } = importUnchanged({ parts: [{ definition, service: asService(definition, {}) }] });
    expect(warnings).toEqual([]);
    expect(problemsOf(document, ecsRules)).toEqual([]);
  });

  it("are warned of by every command that takes the file", () => {
    const { document } = importWorkload({ parts: [{ definition: byHand() }] });
    expect(problemsOf(document, ecsRules)).toMatchObject([
      {
        severity: "warning",
        code: "raw-neuron-devices",
        message: expect.stringContaining("2 Neuron devices by hand, without lock ports") as string,
      },
    ]);
  });

  it("are still no way around a slot", () => {
    const raw = {
      taskDefinition: {
        containerDefinitions: [{ name: "bert", linuxParameters: { devices: [{ hostPath: "/dev/neuron5" }] } }],
      },
    };
    for (const accelerator of [
      { instanceTypes: ["inf2.24xlarge"], devicesPerReplica: 2 },
      { instanceTypes: ["g5.xlarge"] },
    ]) {
      expect(() => ecsOf({ name: "bert", image: "b", accelerator, ecs: raw })).toThrow(
        /neuron5 of container bert is not one of the slot's/,
      );
    }
  });
});

describe("NeuronDevice and GPUs that somebody asked for by hand", () => {
  it.each([
    [
      "NeuronDevice without a type",
      asRegistered({
        family: "mi",
        requiresCompatibilities: ["MANAGED_INSTANCES"],
        networkMode: "host",
        cpu: "4 vCPU",
        memory: "8 GB",
        containerDefinitions: [
          { name: "model", image: "m", resourceRequirements: [{ type: "NeuronDevice", value: "ALL" }] },
          { name: "side", image: "s" },
        ],
      }),
      { capacityProviderStrategy: [{ capacityProvider: "mi", weight: 1, base: 0 }] },
    ],
    [
      "ALL GPUs",
      asRegistered({
        family: "gpu",
        containerDefinitions: [
          { name: "model", image: "m", memory: 9, resourceRequirements: [{ type: "GPU", value: "ALL" }] },
        ],
      }),
      {},
    ],
    [
      "GPUs in two containers",
      asRegistered({
        family: "gpu",
        placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.instance-type == g5.12xlarge" }],
        containerDefinitions: ["a", "b"].map((name) => ({
          name,
          image: "m",
          memory: 9,
          resourceRequirements: [{ type: "GPU", value: "1" }],
        })),
      }),
      { placementStrategy: [{ type: "binpack", field: "memory" }] },
    ],
    [
      "a device that a Managed Instance lists",
      asRegistered({
        family: "mi",
        requiresCompatibilities: ["MANAGED_INSTANCES"],
        networkMode: "awsvpc",
        cpu: "4096",
        memory: "8192",
        containerDefinitions: [
          { name: "model", image: "m", linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] } },
        ],
      }),
      {
        capacityProviderStrategy: [{ capacityProvider: "mi", weight: 1, base: 0 }],
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], assignPublicIp: "DISABLED" } },
      },
    ],
  ])("plan to no change: %s", (_, definition, input) => {
    expect(
      importUnchanged({ parts: [{ definition, service: asService(definition, input) }], cluster: "prod" }).document[
        "kind"
      ],
    ).toBe("service");
  });
});

describe("a task definition that no service runs", () => {
  it("is a service's file, on which plan creates only the service", () => {
    const definition = asRegistered({
      family: "Legacy",
      containerDefinitions: [{ name: "app", image: "app:1", memory: 128, user: "1000" }],
    });
    const source: ImportSource = { parts: [{ definition }], serviceName: "new-one", cluster: "prod" };
    const { document, warnings } = importUnchanged(source);
    expect(document).toMatchObject({
      name: "app",
      kind: "service",
      replicas: 1,
      ecs: { cluster: "prod", taskDefinition: { family: "Legacy" }, service: { serviceName: "new-one" } },
    });
    expect(warnings).toEqual([]);
    expect(planOf(readBack(document), source).steps).toMatchObject([
      { service: "new-one", action: "create", create: { taskDefinition: definition.taskDefinitionArn } },
    ]);
  });

  it("says that subnets are its user's to name", () => {
    const definition = asRegistered({
      family: "a",
      networkMode: "awsvpc",
      containerDefinitions: [{ name: "app", image: "app:1", memory: 128 }],
    });
    expect(importWorkload({ parts: [{ definition }] }).warnings).toMatchObject([
      { message: expect.stringContaining("no subnets") as string },
    ]);
  });
});
