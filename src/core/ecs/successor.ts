import { formatMiB } from "../workload/fields.ts";
import { givenNetworkMode } from "../workload/network-mode.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { problem, type Path, type Problem } from "../base/problem.ts";
import type { EcsVariant } from "./resolve-for-ecs.ts";

/**
 * Services whose next task the agent would start on Neuron devices that the last one still holds. ECS takes the CPU and
 * the memory of a stopping task for free and places its successor on the same instance; the agent starts it once both
 * are. In bridge and host mode it waits for the lock ports too, in awsvpc mode for nothing else: so only a task that
 * has no room beside the one before it waits for that one to have stopped.
 * https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md (1.74.1: tasks are started when the instance's CPU,
 * memory, ports and GPUs suffice)
 */
export function earlySuccessors(workload: ResolvedWorkload, variants: readonly EcsVariant[]): readonly Problem[] {
  if (workload.kind !== "service") return [];
  return variants.flatMap(({ shape, requirements: { networkMode, cpu, memoryMiB, compatibilities } }) => {
    const { request, instanceTypes } = shape;
    const managed = compatibilities.includes("MANAGED_INSTANCES");
    if (networkMode !== "awsvpc" || managed || request.kind !== "neuron" || !request.whole) return [];
    return instanceTypes
      .filter((type) => 2 * memoryMiB <= type.memoryMiB && 2 * cpu <= type.vcpus * 1024)
      .map((type) =>
        problem(
          "early-successor",
          placeOf(workload),
          `two tasks of the service fit on one ${type.instanceType} at once ` +
            `(each has ${formatMiB(memoryMiB)} of ${formatMiB(type.memoryMiB)} and ${cpu / 1024} of ${type.vcpus} vCPU): ` +
            "in awsvpc mode nothing else keeps the next one from starting on devices that the last one still holds",
          `Write more than ${formatMiB(Math.floor(type.memoryMiB / 2))} of memory or more than ${type.vcpus / 2} vCPU, ` +
            "or ecs.networkMode: bridge or host.",
        ),
      );
  });
}

/** What the file says of it, the size before the network mode. */
function placeOf({ resources, ecs }: ResolvedWorkload): Path {
  if (resources.memoryMiB !== undefined) return ["resources", "memory"];
  if (resources.vcpu !== undefined) return ["resources", "cpu"];
  return givenNetworkMode({ ecs })?.path ?? ["ecs", "networkMode"];
}
