/** What of a replica's share the workload's own container has on ECS, and what a task has together. */
import { present } from "../base/present.ts";
import { besideOf, leftOf, sumOf } from "../workload/beside-containers.ts";
import type { Amounts, ResolvedWorkload, Shape } from "../workload/resolved.ts";

/** ECS counts all containers of a task together, those that have ended too. */
export function ownShare(workload: ResolvedWorkload, shape: Shape): Amounts {
  return leftOf(workload.resources, shape, sumOf(besideOf(workload)));
}

/** What a task has where it is said at task level. */
export function taskSize(workload: ResolvedWorkload, shape: Shape): Amounts {
  const own = ownShare(workload, shape);
  const beside = sumOf(besideOf(workload));
  return present({
    vcpu: own.vcpu === undefined ? undefined : own.vcpu + beside.vcpu,
    memoryMiB: own.memoryMiB === undefined ? undefined : own.memoryMiB + beside.memoryMiB,
  });
}
