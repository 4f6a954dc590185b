/** The catalogue as EC2's DescribeInstanceTypes answers it, in EC2's own words on the wire. */
import { regionsOfType } from "../core/catalog/regions.ts";
import { instanceTypes } from "../core/catalog/instance-types/catalog.ts";
import type { Accelerator, InstanceType } from "../core/catalog/instance-types/instance-type.ts";

/** The types that the region has; those of which no source says where they are, everywhere. */
export function typesIn(region: string): readonly InstanceType[] {
  return instanceTypes.filter(
    ({ instanceType, status }) =>
      status !== "retired" &&
      (regionsOfType[instanceType] === undefined || regionsOfType[instanceType].includes(region)),
  );
}

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html, as far as the catalogue knows the
 * type.
 */
export function describedType(type: InstanceType): object {
  const { instanceType, architecture, vcpus, memoryMiB, efaInterfaces, networkCards, localNvmeGB } = type;
  const interfaces = type.maxNetworkInterfaces;
  return {
    instanceType,
    currentGeneration: true,
    bareMetal: instanceType.includes(".metal"),
    processorInfo: { supportedArchitectures: [architecture] },
    vCpuInfo: { defaultVCpus: vcpus },
    memoryInfo: { sizeInMiB: memoryMiB },
    networkInfo: {
      maximumNetworkCards: networkCards,
      maximumNetworkInterfaces: interfaces,
      efaSupported: efaInterfaces !== 0,
      efaInfo: efaInterfaces === null || efaInterfaces === 0 ? undefined : { maximumEfaInterfaces: efaInterfaces },
    },
    instanceStorageInfo: localNvmeGB === undefined ? undefined : { totalSizeInGB: localNvmeGB },
    ...deviceInfo(type.accelerator),
  };
}

/** Where EC2 says an accelerator, by its kind. */
function deviceInfo(accelerator: Accelerator): object {
  const { kind, name, manufacturer, count, coresPerDevice, memoryMiBPerDevice, fraction } = accelerator;
  const device = { name, manufacturer, count, memoryInfo: { sizeInMiB: memoryMiBPerDevice } };
  switch (kind) {
    case "neuron":
      return {
        neuronInfo: {
          neuronDevices: [{ count, name, coreInfo: { count: coresPerDevice }, memoryInfo: device.memoryInfo }],
        },
      };
    case "nvidia":
    case "amd":
    case "habana": {
      // A part of a GPU: EC2 counts 0 of them, and the host has one.
      const part = fraction === undefined ? {} : { count: 0, logicalGpuCount: count, gpuPartitionSize: fraction };
      return { gpuInfo: { gpus: [{ ...device, ...part }] } };
    }
    case "qualcomm":
      return { inferenceAcceleratorInfo: { accelerators: [device] } };
    case "media":
      return { mediaAcceleratorInfo: { accelerators: [device] } };
    case "fpga":
      return { fpgaInfo: { fpgas: [device] } };
  }
}
