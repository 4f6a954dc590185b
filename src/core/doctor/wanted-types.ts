import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot } from "../cluster/snapshot.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import type { WantedType } from "./check-quotas.ts";
import type { MachineShortage } from "./machine-shortage.ts";
import { typeNamesOf } from "./observed-instances.ts";

/** The types whose quotas matter: the workload's, else those that the cluster has. */
export function wantedTypes(
  workload: ResolvedWorkload | undefined,
  snapshot: ClusterSnapshot | undefined,
  lacking: MachineShortage | undefined,
): readonly WantedType[] {
  if (workload === undefined) return typesIn(snapshot);
  return typeNamesOf(workload).map((instanceType) => ({
    instanceType,
    vcpus: findInstanceType(instanceType)!.vcpus,
    // Where the cluster is not known, one is needed for a start.
    more: lacking === undefined ? 1 : lacking.instancesOf(instanceType),
  }));
}

/** The smallest type of each family that is there: the least that could be added. */
function typesIn(snapshot: ClusterSnapshot | undefined): readonly WantedType[] {
  const smallest = new Map<string, WantedType>();
  for (const instance of snapshot?.instances ?? []) {
    const instanceType = instanceTypeOf(instance);
    if (instanceType === undefined) continue;
    const family = instanceType.slice(0, instanceType.indexOf("."));
    const type = {
      instanceType,
      vcpus: findInstanceType(instanceType)?.vcpus ?? Math.round(instance.registered.cpu / 1024),
      more: 0,
    };
    if (type.vcpus < (smallest.get(family)?.vcpus ?? Number.POSITIVE_INFINITY)) smallest.set(family, type);
  }
  return [...smallest.values()];
}
