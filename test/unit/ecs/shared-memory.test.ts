import { describe, expect, it } from "vitest";
import type { Workload } from "../../../src/core/workload/schema.ts";
import { ownContainer } from "../../support/ecs-workload.ts";

const on = (instanceType: string, devicesPerReplica?: number): Partial<Workload> => ({
  accelerator: { instanceTypes: [instanceType], ...(devicesPerReplica === undefined ? {} : { devicesPerReplica }) },
});
const raw = (container: object, definition: object = {}): Workload["ecs"] => ({
  taskDefinition: { ...definition, containerDefinitions: [{ name: "bert", ...container }] },
});
const sizeOf = (change: Partial<Workload>) => ownContainer(change).linuxParameters?.sharedMemorySize;

describe("the shared memory of a workload on ECS", () => {
  it.each<readonly [string, Partial<Workload>, number | undefined]>([
    ["is a quarter of the share with several GPUs", on("g5.12xlarge"), 44_236],
    ["and with several Neuron devices", on("inf2.24xlarge", 2), 29_491],
    ["64 GiB at most", on("p4d.24xlarge"), 65_536],
    ["Docker's own with one GPU", on("g5.12xlarge", 1), undefined],
    ["and with one Neuron device", on("inf2.xlarge"), undefined],
    ["and with a part of a GPU", on("g6f.large"), undefined],
    ["and without devices", { accelerator: "none", resources: { memory: "8GiB" } }, undefined],
    [
      "and with a GPU that is shared",
      { accelerator: { instanceTypes: ["g5.12xlarge"], mps: { memory: "8GiB" } } },
      undefined,
    ],
    ["a quarter with EFA, however many devices", { accelerator: { instanceTypes: ["g5.8xlarge"], efa: true } }, 29_491],
    ["of the memory that the file says", { ...on("g5.12xlarge"), resources: { memory: "8GiB" } }, 2_048],
    ["never less than Docker's", { ...on("g5.12xlarge"), resources: { memory: "256MiB" } }, undefined],
    ["none on Managed Instances", { ...on("g5.12xlarge"), ecs: { capacity: "managed-instances" } }, undefined],
    ["what the file says", { ...on("g5.12xlarge"), sharedMemory: "1GiB" }, 1_024],
    ["Docker's where the file says 0", { ...on("g5.12xlarge"), sharedMemory: 0 }, undefined],
    ["what raw fields say", { ...on("g5.12xlarge"), ecs: raw({ linuxParameters: { sharedMemorySize: 512 } }) }, 512],
    [
      "Docker's where they delete it",
      { ...on("g5.12xlarge"), ecs: raw({ linuxParameters: { sharedMemorySize: null } }) },
      undefined,
    ],
    ["a quarter of the memory that they say", { ...on("g5.12xlarge"), ecs: raw({ memory: 4_096 }) }, 1_024],
    ["or of what they reserve", { ...on("g5.12xlarge"), ecs: raw({ memory: null, memoryReservation: 2_048 }) }, 512],
    [
      "none beside a volume of theirs",
      {
        ...on("g5.12xlarge"),
        ecs: raw({ mountPoints: [{ sourceVolume: "shm", containerPath: "/dev/shm" }] }, { volumes: [{ name: "shm" }] }),
      },
      undefined,
    ],
    [
      "nor beside a tmpfs of theirs",
      { ...on("g5.12xlarge"), ecs: raw({ linuxParameters: { tmpfs: [{ containerPath: "/dev/shm", size: 512 }] } }) },
      undefined,
    ],
    ["nor where they take the host's", { ...on("g5.12xlarge"), ecs: raw({}, { ipcMode: "host" }) }, undefined],
  ])("%s", (_, change, expected) => {
    expect(sizeOf(change)).toBe(expected);
  });

  it("is less than the container's memory", () => {
    const { memory, linuxParameters } = ownContainer(on("g5.12xlarge"));
    expect(linuxParameters!.sharedMemorySize).toBe(Math.floor(memory! / 4));
  });
});
