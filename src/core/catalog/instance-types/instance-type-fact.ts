import { present } from "../../base/present.ts";
import type { Accelerator, AcceleratorKind, Architecture, InstanceType, Topology } from "./instance-type.ts";

/** A row of facts/, as far as the catalogue reads it: the figures of EC2's DescribeInstanceTypes, and their source. */
export interface InstanceTypeFact {
  readonly instanceType: string;
  readonly family: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly accelerator: AcceleratorFact;
  /** Null where no source says. */
  readonly efaInterfaces: number | null;
  readonly networkCards: number;
  /** Elastic network interfaces over all network cards, and of each. */
  readonly maxENI?: number | null;
  readonly eniPerNetworkCard?: readonly number[];
  readonly ipv4PerENI?: number;
  /** Null where the type has no instance store. */
  readonly localNvmeTotalGB?: number | null;
  /** Of Neuron types with several devices. */
  readonly topology?: Topology;
  /** Absent in rows of EC2's API: what it answers can be launched. */
  readonly status?: string;
  readonly source: string;
}

export interface AcceleratorFact {
  readonly kind: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly count: number;
  /** GPUs as the host numbers them, where the API counts 0 of a part of one. */
  readonly logicalCount?: number;
  /** The part of one GPU that the type has; 1 where it has whole ones. */
  readonly partitionSize?: number;
  readonly coresPerDevice?: number;
  readonly memoryMiBPerDevice: number;
}

/** What the words of a row's status mean. */
const statuses = [
  [/^retired/, "retired"],
  [/^current/, "current"],
  [/^previous generation, still listed/, "current"],
  [/^(?:unverified|previous generation \/ not in)/, "unverified"],
] as const;

export const statusWords = statuses.map(([pattern]) => pattern);

/**
 * The catalogue's row of a fact.
 *
 * @throws Error where it has a status that is not known.
 */
export function toInstanceType(fact: InstanceTypeFact): InstanceType {
  const { instanceType, family, architecture, vcpus, memoryMiB, efaInterfaces, networkCards, topology } = fact;
  return {
    instanceType,
    family,
    architecture,
    vcpus,
    memoryMiB,
    accelerator: toAccelerator(fact.accelerator),
    ...present({ topology }),
    efaInterfaces,
    networkCards,
    ...present({
      maxNetworkInterfaces: fact.maxENI,
      maxPods: maxPodsOf(fact),
      localNvmeGB: fact.localNvmeTotalGB,
    }),
    status: statusOf(fact),
    source: fact.source,
  };
}

/**
 * As nodeadm computes it: the interfaces of the first network card, their addresses without the interfaces' own, and
 * two pods of the host's network (awslabs/amazon-eks-ami @81fec2e, nodeadm/internal/kubelet/eni_max_pods.go).
 */
function maxPodsOf({ eniPerNetworkCard: [interfaces] = [], ipv4PerENI }: InstanceTypeFact): number | undefined {
  return interfaces === undefined || ipv4PerENI === undefined ? undefined : interfaces * (ipv4PerENI - 1) + 2;
}

function toAccelerator(fact: AcceleratorFact): Accelerator {
  const { name, manufacturer, count, logicalCount, partitionSize = 1, coresPerDevice, memoryMiBPerDevice } = fact;
  // g6f and gr6f carry a part of one GPU: the API counts 0, the logical count is 1.
  const fraction = partitionSize === 1 ? undefined : partitionSize;
  return {
    kind: kindOf(fact),
    name,
    manufacturer,
    count: fraction === undefined ? count : (logicalCount ?? 1),
    ...present({ coresPerDevice }),
    memoryMiBPerDevice,
    ...present({ fraction }),
  };
}

/** The catalogue's word for the kind; any other word where the fact has none of its own. */
export function kindOf({ kind, manufacturer }: Pick<AcceleratorFact, "kind" | "manufacturer">): AcceleratorKind {
  if (kind === "gpu") return manufacturer.toLowerCase() as AcceleratorKind;
  return (kind === "xilinx-media" ? "media" : kind) as AcceleratorKind;
}

function statusOf({ instanceType, status }: InstanceTypeFact): InstanceType["status"] {
  if (status === undefined) return "current";
  const match = statuses.find(([pattern]) => pattern.test(status));
  if (match === undefined) throw new Error(`${instanceType}: unknown status "${status}"`);
  return match[1];
}
