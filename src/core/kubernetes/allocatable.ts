/** What pods can have of a node's memory and CPU. */
import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { deviceCount } from "./devices.ts";

/**
 * MemTotal is less than EC2's figure; Karpenter's default of VM_MEMORY_OVERHEAD_PERCENT, in thousandths.
 * https://karpenter.sh/docs/reference/settings/
 */
const overheadPerMille = 75;
/** kubelet's evictionHard memory.available (awslabs/amazon-eks-ami @81fec2e, nodeadm/internal/kubelet/config.go). */
const evictionMiB = 100;
/** What the add-ons' own pods request: the EBS CSI driver's three containers 40Mi each, and as much for others. */
const addOnsMiB = 256;
/** Where no source gives a type's network interfaces: more than the larger types have. */
const unknownMaxPods = 250;

/**
 * Huge pages that the host sets aside where EFA is attached: two endpoints of 110 MiB a core
 * (bottlerocket-os/bottlerocket-core-kit, sources/api/corndog; the EFA installer computes the same).
 */
export function hugepagesMiB({ vcpus, efaInterfaces }: InstanceType): number {
  return efaInterfaces === null || efaInterfaces > 0 ? vcpus * 220 : 0;
}

/** MiB that pods can request on an empty node with EKS's AMI, its add-ons running. */
export function allocatableMiB(type: InstanceType): number {
  const memory = Math.floor((type.memoryMiB * (1000 - overheadPerMille)) / 1000);
  // awslabs/amazon-eks-ami @81fec2e, nodeadm/internal/kubelet/config.go: getMemoryMebibytesToReserve
  const kubelet = 255 + 11 * (type.maxPods ?? unknownMaxPods);
  return memory - kubelet - evictionMiB - addOnsMiB - hugepagesMiB(type);
}

/**
 * Thousandths of a core that pods can request on an empty node: 6 %, 1 %, 0.5 %, 0.5 %
 * and 0.25 % of the cores are kubelet's.
 */
export function allocatableMilliCpu({ vcpus }: InstanceType): number {
  const shares = [60, 10, 5, 5];
  return (
    vcpus * 1000 -
    Math.floor(shares.slice(0, vcpus).reduce((sum, share) => sum + share, 0) + Math.max(0, vcpus - shares.length) * 2.5)
  );
}

/** What the pod's part of the devices is of a node. */
function allocatableShareMiB(shape: Shape): number {
  const shares = shape.instanceTypes.map((type) =>
    Math.floor((allocatableMiB(type) * deviceCount(shape.request)) / type.accelerator.count),
  );
  return shares.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...shares);
}

/**
 * The pod's share: what the file says; else the fair share as on ECS, or its part of what the node can allocate where
 * that is less (kubelet keeps more back on a small instance than ECS's agent does).
 */
export function podShare(
  workload: ResolvedWorkload,
  shape: Shape,
): { readonly vcpu?: number; readonly memoryMiB?: number } {
  const { vcpu, memoryMiB } = shape;
  const least =
    workload.resources.memoryMiB === undefined && memoryMiB !== undefined
      ? Math.min(memoryMiB, allocatableShareMiB(shape))
      : memoryMiB;
  return { ...present({ vcpu, memoryMiB: least }) };
}
