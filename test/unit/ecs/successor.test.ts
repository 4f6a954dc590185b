import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { instanceTypes } from "../../../src/core/catalog/instance-types/catalog.ts";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { runs } from "../../support/depth.ts";
import { ecsWorkload, refusals } from "../../support/ecs-workload.ts";

const service: Partial<Workload> = { kind: "service", accelerator: { instanceTypes: ["inf2.8xlarge"] } };
const awsvpc = { networkMode: "awsvpc" } as const;
const refused = (change: Partial<Workload>) => refusals(() => ecsWorkload({ ...service, ecs: awsvpc, ...change }));

describe("a service in awsvpc mode of which two tasks fit on one instance", () => {
  // inf2.8xlarge: 128 GiB, 32 vCPU.
  it.each<[what: string, change: Partial<Workload>, path: string]>([
    ["small in both", { resources: { cpu: 4, memory: "16GiB" } }, "resources.memory"],
    ["half of both, exactly", { resources: { cpu: 16, memory: "64GiB" } }, "resources.memory"],
    [
      "small since much is kept for others",
      { resources: { reserve: { cpu: 20, memory: "80GiB" } } },
      "ecs.networkMode",
    ],
    [
      "small by its raw fields",
      { ecs: { ...awsvpc, taskDefinition: { containerDefinitions: [{ name: "bert", memory: 4096, cpu: 1024 }] } } },
      "ecs.networkMode",
    ],
    [
      "in awsvpc mode by its raw fields",
      { resources: { cpu: 1, memory: "1GiB" }, ecs: { taskDefinition: awsvpc } },
      "resources.memory",
    ],
    [
      "with a small reservation, which is what ECS counts",
      {
        resources: { cpu: 1 },
        ecs: {
          ...awsvpc,
          taskDefinition: { containerDefinitions: [{ name: "bert", memory: 100_000, memoryReservation: 1024 }] },
        },
      },
      "resources.cpu",
    ],
    [
      "on the larger one of its types",
      { resources: { cpu: 1, memory: "15GiB" }, accelerator: { instanceTypes: ["inf2.xlarge", "inf2.8xlarge"] } },
      "resources.memory",
    ],
    [
      "as a daemon",
      { resources: { cpu: 1, memory: "1GiB" }, ecs: { ...awsvpc, service: { schedulingStrategy: "DAEMON" } } },
      "resources.memory",
    ],
  ])("is refused: %s", (_, change, path) => {
    expect(refused(change)).toEqual([`early-successor ${path}`]);
  });

  it.each<[what: string, change: Partial<Workload>]>([
    ["its fair share", {}],
    ["more than half of the memory", { resources: { cpu: 1, memory: "64.5GiB" } }],
    ["more than half of the vCPU", { resources: { cpu: 16.5, memory: "1GiB" } }],
    ["bridge mode, where lock ports keep it off", { resources: { cpu: 1, memory: "1GiB" }, ecs: {} }],
    ["a job, which waits for STOPPED", { kind: "job", resources: { cpu: 1, memory: "1GiB" } }],
    [
      "GPUs, which the agent counts",
      { resources: { cpu: 1, memory: "1GiB" }, accelerator: { instanceTypes: ["g5.12xlarge"] } },
    ],
    ["no accelerator", { resources: { cpu: 1, memory: "1GiB" }, accelerator: "none" }],
    [
      "Managed Instances, which run one Neuron task each",
      { resources: { cpu: 1, memory: "1GiB" }, ecs: { ...awsvpc, capacity: "managed-instances" } },
    ],
    [
      "a sidecar that makes it more than half",
      {
        resources: { cpu: 1, memory: "1GiB" },
        ecs: {
          ...awsvpc,
          taskDefinition: { containerDefinitions: [{ name: "cache", image: "cache:1", memory: 65_000 }] },
        },
      },
    ],
  ])("is not: %s", (_, change) => {
    expect(refused(change)).toEqual([]);
  });

  it("says what to write instead", () => {
    expect(() => ecsWorkload({ ...service, ecs: awsvpc, resources: { cpu: 4, memory: "16GiB" } })).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message:
              "two tasks of the service fit on one inf2.8xlarge at once (each has 16GiB of 128GiB and 4 of 32 vCPU): " +
              "in awsvpc mode nothing else keeps the next one from starting on devices that the last one still holds",
            hint: "Write more than 64GiB of memory or more than 16 vCPU, or ecs.networkMode: bridge or host.",
          }),
        ],
      }),
    );
  });

  test("exactly those, whatever the type and the size", () => {
    const types = instanceTypes.filter(
      ({ accelerator, status }) => accelerator.kind === "neuron" && status === "current",
    );
    const sized = fc.constantFrom(...types).chain((type) =>
      fc.record({
        type: fc.constant(type),
        memoryMiB: fc.integer({ min: 6, max: type.memoryMiB }),
        units: fc.integer({ min: 1, max: type.vcpus * 1024 }),
      }),
    );
    fc.assert(
      fc.property(sized, ({ type, memoryMiB, units }) => {
        const found = refused({
          accelerator: { instanceTypes: [type.instanceType] },
          resources: { cpu: units / 1024, memory: `${memoryMiB}MiB` },
        });
        // Two tasks on an instance that registers all that the type has.
        const room = { memoryMiB: type.memoryMiB - 2 * memoryMiB, units: type.vcpus * 1024 - 2 * units };
        expect(found.length > 0).toBe(room.memoryMiB >= 0 && room.units >= 0);
      }),
      { numRuns: runs(500) },
    );
  });
});
