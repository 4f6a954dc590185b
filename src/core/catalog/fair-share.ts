import type { InstanceType } from "./instance-types/instance-type.ts";

/** Parts of an instance's CPU and memory. */
export interface InstanceShare {
  readonly vcpu: number;
  readonly memoryMiB: number;
}

/**
 * A slot of d of n devices gets d/n of the instance's vCPU and memory less 10 %: the kernel, the agent and
 * ECS_RESERVED_MEMORY keep 2.5 to 7 % of the memory back in the samples found; and less what is kept for others.
 */
export function fairShare(
  type: InstanceType,
  [part, whole]: readonly [number, number],
  { vcpu = 0, memoryMiB = 0 }: Partial<InstanceShare> = {},
): InstanceShare {
  const share = (amount: number, kept: number) => Math.floor(((amount * 9 - kept * 10) * part) / (whole * 10));
  return {
    vcpu: share(type.vcpus * 1024, vcpu * 1024) / 1024,
    memoryMiB: share(type.memoryMiB, memoryMiB),
  };
}
