import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { instanceTypeOf, type ClusterSnapshot } from "./snapshot.ts";

/** The words that make machines of a type for a cluster; which subnet, only its operator knows. */
export function capacityCommand(cluster: string, instanceType: string): string {
  return `aiplat capacity deploy --cluster ${cluster} --instance-type ${instanceType} --subnet SUBNET`;
}

/**
 * The same where the cluster has nothing that could ever hold a task of the type: no instance of it, and no capacity
 * provider that might start one.
 */
export function missingCapacityCommand(
  { cluster, instances, capacityProviders }: Pick<ClusterSnapshot, "cluster" | "instances" | "capacityProviders">,
  instanceType: string,
): string | undefined {
  // Machines without an accelerator are not aiplat's to make.
  if (capacityProviders.length > 0 || findInstanceType(instanceType) === undefined) return undefined;
  return instances.some((instance) => instanceTypeOf(instance) === instanceType)
    ? undefined
    : capacityCommand(cluster, instanceType);
}
