import { counted } from "../base/counted.ts";
import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ContainerInstance } from "../cluster/snapshot.ts";

/** GPUs that the instance's type has and its agent did not register: ECS places no GPU task on them. */
export interface MissingGpus {
  readonly count: number;
  /** What is wrong and what to do, in one sentence without its full stop. */
  readonly message: string;
}

/** Undefined where every GPU that the catalogue knows of is registered. */
export function missingGpusOf(instance: ContainerInstance): MissingGpus | undefined {
  const type = findInstanceType(instanceTypeOf(instance) ?? "");
  if (type?.accelerator.kind !== "nvidia") return undefined;
  const { count, name } = type.accelerator;
  const registered = instance.registered.gpus.length;
  if (registered >= count) return undefined;
  const has = `${type.instanceType} has ${count} ${name}, and its agent registered`;
  return {
    count: count - registered,
    message:
      registered === 0
        ? `${has} none: not the GPU-optimised AMI, or ECS_ENABLE_GPU_SUPPORT is off, or the agent came up before the driver: restart ecs`
        : `${has} ${registered}: nvidia-smi on it tells which ${counted(count - registered, "GPU")} the driver lost: restart ecs once it has them again, or replace the instance`,
  };
}
