/** An instance type as EC2's DescribeInstanceTypes answers it, and the row of facts/ that it makes. */
import { present } from "../../base/present.ts";
import type { AcceleratorFact, InstanceTypeFact } from "./instance-type-fact.ts";

type Maybe<T> = T | undefined;

interface DescribedDevice {
  readonly Name?: Maybe<string>;
  readonly Manufacturer?: Maybe<string>;
  readonly Count?: Maybe<number>;
  readonly MemoryInfo?: Maybe<{ readonly SizeInMiB?: Maybe<number> }>;
}

interface DescribedGpu extends DescribedDevice {
  readonly LogicalGpuCount?: Maybe<number>;
  readonly GpuPartitionSize?: Maybe<number>;
  readonly Workloads?: Maybe<readonly string[]>;
}

interface DescribedNeuronDevice extends DescribedDevice {
  readonly CoreInfo?: Maybe<{ readonly Count?: Maybe<number>; readonly Version?: Maybe<number> }>;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html, as far as rows have it. */
export interface DescribedType {
  readonly InstanceType?: Maybe<string>;
  readonly CurrentGeneration?: Maybe<boolean>;
  readonly BareMetal?: Maybe<boolean>;
  readonly SupportedUsageClasses?: Maybe<readonly string[]>;
  readonly ProcessorInfo?: Maybe<{
    readonly SupportedArchitectures?: Maybe<readonly string[]>;
    readonly Manufacturer?: Maybe<string>;
  }>;
  readonly VCpuInfo?: Maybe<{ readonly DefaultVCpus?: Maybe<number>; readonly DefaultCores?: Maybe<number> }>;
  readonly MemoryInfo?: Maybe<{ readonly SizeInMiB?: Maybe<number> }>;
  readonly NetworkInfo?: Maybe<{
    readonly NetworkPerformance?: Maybe<string>;
    readonly MaximumNetworkCards?: Maybe<number>;
    readonly MaximumNetworkInterfaces?: Maybe<number>;
    readonly Ipv4AddressesPerInterface?: Maybe<number>;
    readonly EfaSupported?: Maybe<boolean>;
    readonly EfaInfo?: Maybe<{ readonly MaximumEfaInterfaces?: Maybe<number> }>;
    readonly NetworkCards?: Maybe<
      readonly { readonly MaximumNetworkInterfaces?: Maybe<number>; readonly BaselineBandwidthInGbps?: Maybe<number> }[]
    >;
  }>;
  readonly InstanceStorageInfo?: Maybe<{
    readonly TotalSizeInGB?: Maybe<number>;
    readonly Disks?: Maybe<
      readonly { readonly Count?: Maybe<number>; readonly SizeInGB?: Maybe<number>; readonly Type?: Maybe<string> }[]
    >;
  }>;
  readonly PlacementGroupInfo?: Maybe<{ readonly SupportedStrategies?: Maybe<readonly string[]> }>;
  readonly GpuInfo?: Maybe<{ readonly Gpus?: Maybe<readonly DescribedGpu[]> }>;
  readonly NeuronInfo?: Maybe<{ readonly NeuronDevices?: Maybe<readonly DescribedNeuronDevice[]> }>;
  readonly InferenceAcceleratorInfo?: Maybe<{ readonly Accelerators?: Maybe<readonly DescribedDevice[]> }>;
  readonly MediaAcceleratorInfo?: Maybe<{ readonly Accelerators?: Maybe<readonly DescribedDevice[]> }>;
  readonly FpgaInfo?: Maybe<{ readonly Fpgas?: Maybe<readonly DescribedDevice[]> }>;
}

/** A row of facts/ with all that DescribeInstanceTypes says of it. */
export type DescribedRow = InstanceTypeFact & Readonly<Record<string, unknown>>;

/** The row of a type, in the order of the fields of facts/; undefined for a type without an accelerator. */
export function rowOf(described: DescribedType, source: string): DescribedRow | undefined {
  const accelerator = acceleratorOf(described);
  if (accelerator === undefined) return undefined;
  const { InstanceType: instanceType = "", ProcessorInfo, VCpuInfo, NetworkInfo = {}, InstanceStorageInfo } = described;
  const cards = NetworkInfo.NetworkCards ?? [];
  return {
    family: instanceType.slice(0, instanceType.indexOf(".")),
    instanceType,
    architecture: ProcessorInfo?.SupportedArchitectures?.includes("arm64") === true ? "arm64" : "x86_64",
    cpuManufacturer: ProcessorInfo?.Manufacturer,
    vcpus: VCpuInfo?.DefaultVCpus ?? 0,
    physicalCores: VCpuInfo?.DefaultCores,
    memoryMiB: described.MemoryInfo?.SizeInMiB ?? 0,
    accelerator,
    efaSupported: NetworkInfo.EfaSupported ?? false,
    efaInterfaces: NetworkInfo.EfaSupported === true ? (NetworkInfo.EfaInfo?.MaximumEfaInterfaces ?? null) : 0,
    networkCards: NetworkInfo.MaximumNetworkCards ?? 1,
    ...present({ maxENI: NetworkInfo.MaximumNetworkInterfaces }),
    eniPerNetworkCard: cards.flatMap(({ MaximumNetworkInterfaces }) => MaximumNetworkInterfaces ?? []),
    ...present({ ipv4PerENI: NetworkInfo.Ipv4AddressesPerInterface }),
    networkPerformance: NetworkInfo.NetworkPerformance,
    networkBaselineGbpsTotal: sum(cards.map(({ BaselineBandwidthInGbps }) => BaselineBandwidthInGbps ?? 0)),
    localNvme: disksOf(described),
    localNvmeTotalGB: InstanceStorageInfo?.TotalSizeInGB ?? null,
    bareMetal: described.BareMetal,
    currentGeneration: described.CurrentGeneration,
    usageClasses: sorted(described.SupportedUsageClasses),
    placementStrategies: sorted(described.PlacementGroupInfo?.SupportedStrategies),
    source,
  };
}

function acceleratorOf(described: DescribedType): AcceleratorFact | undefined {
  const [neuron] = described.NeuronInfo?.NeuronDevices ?? [];
  if (neuron !== undefined) {
    const { CoreInfo } = neuron;
    const cores = { coresPerDevice: CoreInfo?.Count ?? 0, coreVersion: CoreInfo?.Version };
    return device("neuron", { ...neuron, Manufacturer: neuron.Manufacturer ?? "AWS" }, cores);
  }
  const [gpu] = described.GpuInfo?.Gpus ?? [];
  if (gpu !== undefined) {
    const kind = gpu.Manufacturer === "Habana" ? "habana" : "gpu";
    return device(kind, gpu, {
      logicalCount: gpu.LogicalGpuCount ?? gpu.Count ?? 0,
      partitionSize: gpu.GpuPartitionSize ?? 1,
      workloads: sorted(gpu.Workloads),
    });
  }
  const [inference] = described.InferenceAcceleratorInfo?.Accelerators ?? [];
  if (inference !== undefined) return device((inference.Manufacturer ?? "").toLowerCase(), inference);
  const [media] = described.MediaAcceleratorInfo?.Accelerators ?? [];
  if (media !== undefined) return device("xilinx-media", media);
  const [fpga] = described.FpgaInfo?.Fpgas ?? [];
  return fpga === undefined ? undefined : device("fpga", fpga);
}

function device(
  kind: string,
  { Name = "", Manufacturer = "", Count = 0, MemoryInfo }: DescribedDevice,
  rest: Readonly<Record<string, unknown>> = {},
): AcceleratorFact {
  const memoryMiBPerDevice = MemoryInfo?.SizeInMiB ?? 0;
  const devices = Math.max(Count, kind === "gpu" ? Number(rest["logicalCount"]) : Count);
  const fact = { kind, name: Name, manufacturer: Manufacturer, count: Count };
  return { ...fact, ...rest, memoryMiBPerDevice, totalMemoryMiB: memoryMiBPerDevice * devices } as AcceleratorFact;
}

function disksOf({ InstanceStorageInfo }: DescribedType) {
  const disks = InstanceStorageInfo?.Disks ?? [];
  if (disks.length === 0) return null;
  return disks.map(({ Count, SizeInGB, Type }) => ({ count: Count, sizeGB: SizeInGB, type: Type }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function sorted(words: Maybe<readonly string[]>): readonly string[] {
  return [...(words ?? [])].sort();
}
