import { describe, expect, test } from "vitest";
import { rowOf, type DescribedType } from "../../../../src/core/catalog/instance-types/described-type.ts";
import { readInstanceTypes } from "../../../../src/core/catalog/instance-types/instance-type-file.ts";

const base: DescribedType = {
  InstanceType: "x9.2xlarge",
  ProcessorInfo: { SupportedArchitectures: ["i386", "x86_64"], Manufacturer: "Intel" },
  VCpuInfo: { DefaultVCpus: 8, DefaultCores: 4 },
  MemoryInfo: { SizeInMiB: 32_768 },
  NetworkInfo: {
    EfaSupported: true,
    EfaInfo: { MaximumEfaInterfaces: 2 },
    MaximumNetworkCards: 2,
    Ipv4AddressesPerInterface: 15,
    NetworkCards: [
      { MaximumNetworkInterfaces: 4, BaselineBandwidthInGbps: 12.5 },
      { MaximumNetworkInterfaces: 2, BaselineBandwidthInGbps: 12.5 },
    ],
  },
  SupportedUsageClasses: ["spot", "on-demand"],
};
const device = { Name: "X9", Manufacturer: "NVIDIA", Count: 2, MemoryInfo: { SizeInMiB: 49_152 } };

describe("the row of a described type", () => {
  test.each<[string, DescribedType, object]>([
    [
      "GPUs",
      { GpuInfo: { Gpus: [{ ...device, LogicalGpuCount: 2, GpuPartitionSize: 1, Workloads: ["ml-ai", "graphics"] }] } },
      {
        kind: "gpu",
        name: "X9",
        count: 2,
        logicalCount: 2,
        partitionSize: 1,
        totalMemoryMiB: 98_304,
        workloads: ["graphics", "ml-ai"],
      },
    ],
    [
      "a part of a GPU, of which the API counts none",
      { GpuInfo: { Gpus: [{ ...device, Count: 0, LogicalGpuCount: 1, GpuPartitionSize: 0.25 }] } },
      { kind: "gpu", count: 0, logicalCount: 1, partitionSize: 0.25, totalMemoryMiB: 49_152 },
    ],
    [
      "Neuron devices, which the API lists as inference accelerators too",
      {
        NeuronInfo: { NeuronDevices: [{ ...device, Manufacturer: undefined, CoreInfo: { Count: 8, Version: 4 } }] },
        InferenceAcceleratorInfo: { Accelerators: [device] },
      },
      { kind: "neuron", count: 2, coresPerDevice: 8, coreVersion: 4, totalMemoryMiB: 98_304 },
    ],
    [
      "others",
      { InferenceAcceleratorInfo: { Accelerators: [{ ...device, Manufacturer: "Qualcomm" }] } },
      { kind: "qualcomm", manufacturer: "Qualcomm" },
    ],
    ["media accelerators", { MediaAcceleratorInfo: { Accelerators: [device] } }, { kind: "xilinx-media" }],
    ["FPGAs", { FpgaInfo: { Fpgas: [device] } }, { kind: "fpga" }],
  ])("has %s", (_, described, accelerator) => {
    const row = rowOf({ ...base, ...described }, "a test")!;
    expect(row).toMatchObject({
      family: "x9",
      instanceType: "x9.2xlarge",
      architecture: "x86_64",
      vcpus: 8,
      efaInterfaces: 2,
      networkCards: 2,
      eniPerNetworkCard: [4, 2],
      networkBaselineGbpsTotal: 25,
      usageClasses: ["on-demand", "spot"],
      accelerator,
      source: "a test",
    });
    expect(readInstanceTypes([JSON.parse(JSON.stringify(row))], "types.json")).toMatchObject({
      problems: [],
      types: [{ instanceType: "x9.2xlarge", maxPods: 58 }],
    });
  });

  test("is none of a type without an accelerator", () => {
    expect(rowOf(base, "a test")).toBeUndefined();
  });

  test("of what the API leaves out is refused by the file's reader, not guessed", () => {
    const row = rowOf({ ...base, GpuInfo: { Gpus: [{ ...device, MemoryInfo: undefined }] } }, "a test");
    expect(readInstanceTypes([row], "types.json").problems).toMatchObject([
      { path: [0, "accelerator", "memoryMiBPerDevice"], message: expect.stringContaining("is less than 1") as string },
    ]);
  });
});
