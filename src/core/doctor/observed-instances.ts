import { instanceTypeOf, type ClusterSnapshot, type ContainerInstance } from "../cluster/snapshot.ts";
import { formatCount } from "../base/counted.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

/** The names of the instance types that the workload may run on; empty for a CPU workload, and where there is none. */
export function typeNamesOf(workload: ResolvedWorkload | undefined): readonly string[] {
  return [
    ...new Set(
      (workload?.shapes ?? []).flatMap(({ instanceTypes }) => instanceTypes.map(({ instanceType }) => instanceType)),
    ),
  ];
}

/**
 * The instances that ECS could choose for the workload: of its types, of its capacity providers. All where there is no
 * workload.
 */
export function candidatesFor(
  workload: ResolvedWorkload | undefined,
  providers: readonly string[] | undefined,
  { instances }: ClusterSnapshot,
): readonly ContainerInstance[] {
  const types = typeNamesOf(workload);
  return instances.filter(
    (instance) =>
      (types.length === 0 || types.includes(instanceTypeOf(instance) ?? "")) &&
      (providers === undefined || providers.includes(instance.capacityProvider ?? "")),
  );
}

/** `2 inf2.24xlarge and 1 m5.large`, the most frequent first. */
export function countTypes(instances: readonly ContainerInstance[]): string {
  const counts = new Map<string, number>();
  for (const instance of instances) {
    const type = instanceTypeOf(instance) ?? "of unknown type";
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const parts = [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([type, count]) => `${formatCount(count)} ${type}`);
  return parts.length <= 1 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)!}`;
}

/** `i-1`, or of many `3 of 5,000 instances, such as i-1,`: what a finding is about. */
export function nameInstances(some: readonly ContainerInstance[], all: readonly ContainerInstance[]): string {
  const first = some[0]!;
  const which = `${instanceTypeOf(first) ?? "instance"} ${first.ec2InstanceId}`;
  return some.length === 1
    ? which
    : `${formatCount(some.length)} of ${formatCount(all.length)} instances, such as ${which},`;
}
