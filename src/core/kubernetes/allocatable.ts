/** What pods can have of a node's memory and CPU. */
import { present } from "../base/present.ts";
import type { InstanceType } from "../catalog/instance-types/instance-type.ts";
import type { Problem } from "../base/problem.ts";
import { initOf, largestOf, leftOf, shareProblems, sumOf } from "../workload/beside-containers.ts";
import type { ResolvedWorkload, Shape } from "../workload/resolved.ts";
import { hugepagesMiB } from "./devices.ts";
import { partOfDevices } from "./node-resources.ts";

/**
 * MemTotal is less than EC2's figure; Karpenter's default of VM_MEMORY_OVERHEAD_PERCENT, in thousandths.
 * https://karpenter.sh/docs/reference/settings/
 */
const overheadPerMille = 75;
/** kubelet's evictionHard memory.available (awslabs/amazon-eks-ami @81fec2e, nodeadm/internal/kubelet/config.go). */
const evictionMiB = 100;
/**
 * What the pods of EKS's add-ons request on every accelerated node; what has no requests (kube-proxy's memory, the device
 * plugins) is not listed. Add-ons beyond these are what `resources.reserve` is for.
 */
const addOns: readonly { readonly name: string; readonly milliCpu: number; readonly mib: number }[] = [
  // aws/amazon-vpc-cni-k8s charts/aws-vpc-cni/values.yaml: aws-node and its network policy agent, 25m each
  { name: "vpc-cni", milliCpu: 50, mib: 0 },
  { name: "kube-proxy", milliCpu: 100, mib: 0 },
  // kubernetes-sigs/aws-ebs-csi-driver charts/aws-ebs-csi-driver/values.yaml: three containers
  { name: "aws-ebs-csi-driver", milliCpu: 30, mib: 120 },
  // aws-observability/helm-charts @71a298f, charts/amazon-cloudwatch-observability/values.yaml
  { name: "cloudwatch-agent", milliCpu: 250, mib: 128 },
  { name: "fluent-bit", milliCpu: 50, mib: 25 },
  // The same file: dcgm-exporter has 250m, neuron-monitor 256m.
  { name: "device-exporter", milliCpu: 256, mib: 128 },
  // aws/eks-charts stable/aws-efa-k8s-device-plugin/values.yaml
  { name: "aws-efa-k8s-device-plugin", milliCpu: 10, mib: 20 },
];
/** About three quarters of a core. */
export const addOnsMilliCpu = addOns.reduce((sum, { milliCpu }) => sum + milliCpu, 0);
export const addOnsMiB = addOns.reduce((sum, { mib }) => sum + mib, 0);
/** Where no source gives a type's network interfaces: more than the larger types have. */
const unknownMaxPods = 250;

/** MiB that pods can request on an empty node with EKS's AMI, its add-ons running. */
export function allocatableMiB(type: InstanceType): number {
  const memory = Math.floor((type.memoryMiB * (1000 - overheadPerMille)) / 1000);
  // awslabs/amazon-eks-ami @81fec2e, nodeadm/internal/kubelet/config.go: getMemoryMebibytesToReserve
  const kubelet = 255 + 11 * (type.maxPods ?? unknownMaxPods);
  return memory - kubelet - evictionMiB - addOnsMiB - hugepagesMiB(type);
}

/** Thousandths of a core that pods can request on an empty node with EKS's AMI, its add-ons running. */
export function allocatableMilliCpu({ vcpus }: InstanceType): number {
  // awslabs/amazon-eks-ami @81fec2e, getCPUMillicoresToReserve: 6 %, 1 %, 0.5 %, 0.5 % and 0.25 % of the cores
  const shares = [60, 10, 5, 5];
  const kubelet = Math.floor(
    shares.slice(0, vcpus).reduce((sum, share) => sum + share, 0) + Math.max(0, vcpus - shares.length) * 2.5,
  );
  return vcpus * 1000 - kubelet - addOnsMilliCpu;
}

/** The least, over the shape's types, of its devices' part of what `tenthsOf` says of a node; undefined where nothing
 * says what part that is. */
function partOfNode(
  workload: ResolvedWorkload,
  { instanceTypes, request }: Shape,
  tenthsOf: (type: InstanceType) => number,
): number | undefined {
  const parts = instanceTypes.map((type) => {
    const [part, whole] = partOfDevices(type, request, workload) ?? [Number.NaN, 1];
    return (tenthsOf(type) * part) / (whole * 10);
  });
  const least = Math.min(...parts);
  return Number.isNaN(least) ? undefined : Math.floor(least);
}

interface PodShare {
  readonly milliCpu?: number;
  readonly memoryMiB?: number;
}

/**
 * What of it the workload's own container has: what the file says, else the share less what the sidecars have together
 * and the largest container of `init`.
 */
export function ownShare(workload: ResolvedWorkload, shape: Shape): PodShare {
  const { milliCpu, memoryMiB } = podShare(workload, shape);
  const [sidecars, init] = [sumOf(workload.sidecars), largestOf(initOf(workload))];
  const share = present({ vcpu: milliCpu === undefined ? undefined : milliCpu / 1000, memoryMiB });
  const left = leftOf(workload.resources, share, {
    vcpu: sidecars.vcpu + init.vcpu,
    memoryMiB: sidecars.memoryMiB + init.memoryMiB,
  });
  return present({ milliCpu: left.vcpu === undefined ? undefined : milliOf(left.vcpu), memoryMiB: left.memoryMiB });
}

/** That nothing is left of the share for it. */
export function ownShareProblems(workload: ResolvedWorkload, shape: Shape): readonly Problem[] {
  const amounts = ({ milliCpu, memoryMiB }: PodShare) =>
    present({ vcpu: milliCpu === undefined ? undefined : milliCpu / 1000, memoryMiB });
  return shareProblems(workload, shape, amounts(podShare(workload, shape)), amounts(ownShare(workload, shape)));
}

/**
 * The pod's share: what the file says; else, of d of n devices, d/n of the lesser of 90 % of the catalogue's figure and
 * what the node can allocate, less what the file reserves for others. On a small instance kubelet and the add-ons keep
 * more back than ECS's agent does.
 */
export function podShare(workload: ResolvedWorkload, shape: Shape): PodShare {
  const { vcpu, memoryMiB, reserve = {} } = workload.resources;
  if (shape.instanceTypes.length === 0)
    return present({
      milliCpu: shape.vcpu === undefined ? undefined : milliOf(shape.vcpu),
      memoryMiB: shape.memoryMiB,
    });
  const { vcpu: keptVcpu = 0, memoryMiB: keptMiB = 0 } = reserve;
  return present({
    milliCpu:
      vcpu === undefined
        ? partOfNode(
            workload,
            shape,
            (type) => Math.min(type.vcpus * 900, allocatableMilliCpu(type)) * 10 - milliOf(keptVcpu) * 10,
          )
        : milliOf(vcpu),
    memoryMiB:
      memoryMiB ??
      partOfNode(workload, shape, (type) => Math.min(type.memoryMiB * 9, allocatableMiB(type) * 10) - keptMiB * 10),
  });
}

/** 1.001 vCPU are 1001, which a float of its product is just below. */
export function milliOf(vcpu: number): number {
  return Math.floor(Math.round(vcpu * 1e6) / 1000);
}
