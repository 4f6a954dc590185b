export const acceleratorKinds = ["neuron", "nvidia", "amd", "habana", "qualcomm", "media", "fpga"] as const;

/** What kind of accelerator an instance type carries. */
export type AcceleratorKind = (typeof acceleratorKinds)[number];

export const architectures = ["x86_64", "arm64"] as const;

export type Architecture = (typeof architectures)[number];

export const instanceTypeStatuses = ["current", "retired", "unverified"] as const;

/** Whether EC2 still launches a type; `unverified` where no current source says so. */
export type InstanceTypeStatus = (typeof instanceTypeStatuses)[number];

export interface Accelerator {
  readonly kind: AcceleratorKind;
  /** The chip's name as EC2 gives it: `Inferentia2`, `H100`. */
  readonly name: string;
  readonly manufacturer: string;
  /** Devices as the host numbers them. 1 on fractional-GPU types. */
  readonly count: number;
  /** Physical NeuronCores of one device. Neuron only. */
  readonly coresPerDevice?: number;
  /** Memory of one device, in MiB; on fractional-GPU types, of the partition. */
  readonly memoryMiBPerDevice: number;
  /** The part of one GPU that a fractional type (g6f, gr6f) carries, e.g. 0.125. */
  readonly fraction?: number;
}

/**
 * How the Neuron devices of an instance type are wired, and so which sets of them one workload may hold.
 *
 * - `single`: one device.
 * - `run`: any ascending contiguous run, never wrapping from the last device to the first. "It will never allocate
 *   non-contiguous devices to the same container" (aws-neuron-sdk, deploy/infrastructure/scheduler.rst, Inf1 and Inf2).
 * - `rows`: one of `sizes` devices in aligned rows. "The scheduler enforces that containers request 1, 4, 8, or all 16
 *   devices" (scheduler.rst; for Trn2, deploy/eks/dra.rst).
 */
export interface Topology {
  readonly slots: "single" | "run" | "rows";
  /** How many devices one replica may hold, ascending. Of `rows` only. */
  readonly sizes?: readonly number[];
  readonly wiring: string;
  readonly note?: string;
  readonly source: string;
}

/** One EC2 instance type with an accelerator. */
export interface InstanceType {
  readonly instanceType: string;
  readonly family: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly accelerator: Accelerator;
  /** Of Neuron types with several devices. */
  readonly topology?: Topology;
  /** EFA interfaces that one instance can have; null where no source says. */
  readonly efaInterfaces: number | null;
  readonly networkCards: number;
  /**
   * Network interfaces that an instance can have over all its network cards, the primary one included; absent where no
   * source says. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInfo.html
   */
  readonly maxNetworkInterfaces?: number;
  /**
   * The most pods that a node of the type runs, as kubelet is told on EKS's AMIs; absent where no source gives its
   * network interfaces.
   */
  readonly maxPods?: number;
  /** NVMe disks of the instance itself, together; absent where it has none. */
  readonly localNvmeGB?: number;
  readonly status: InstanceTypeStatus;
  /** The day EC2 retired the type, where known (YYYY-MM-DD). */
  readonly retiredOn?: string;
  /** A trap that a reader of the row must know. */
  readonly note?: string;
  /** Where the row comes from. */
  readonly source: string;
}
