/** What of a replica's share the workload's own container has on ECS, and what a task has together. */
import { present } from "../base/present.ts";
import { besideOf, leftOf, sumOf } from "../workload/beside-containers.ts";
import type { Amounts, ResolvedWorkload, Shape } from "../workload/resolved.ts";

/** ECS counts all containers of a task together, those that have ended too. */
export function ownShare(workload: ResolvedWorkload, shape: Shape): Amounts {
  return leftOf(workload.resources, shape, sumOf(besideOf(workload)));
}

/** What a task has where it is said at task level: the share, or what the file says of each container. */
export function taskSize({ resources, ...workload }: ResolvedWorkload, shape: Shape): Amounts {
  const beside = sumOf(besideOf(workload));
  return present({
    vcpu: resources.vcpu === undefined ? shape.vcpu : resources.vcpu + beside.vcpu,
    memoryMiB: resources.memoryMiB === undefined ? shape.memoryMiB : resources.memoryMiB + beside.memoryMiB,
  });
}
