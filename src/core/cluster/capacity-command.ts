import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { capacityName } from "./capacity-names.ts";
import { canLaunch } from "./capacity-providers.ts";
import { instanceTypeOf, type ClusterSnapshot } from "./snapshot.ts";

/** The words that make machines of a type for a cluster; which subnet, only its operator knows. */
export function capacityCommand(cluster: string, instanceType: string): string {
  return `aiplat capacity deploy --cluster ${cluster} --instance-type ${instanceType} --subnet SUBNET`;
}

type Providers = Pick<ClusterSnapshot, "cluster" | "capacityProviders" | "providers">;

/**
 * Those of the cluster's providers that might start an instance of the type: of what is not known, any might. What
 * aiplat made says by its name which one it starts.
 */
export function providersStarting({ cluster, capacityProviders, providers = [] }: Providers, instanceType: string) {
  const made = capacityName(cluster, "");
  const wanted = capacityName(cluster, instanceType);
  return capacityProviders.filter((name) => {
    const group = providers.find((each) => each.name === name)?.group;
    return group === undefined ? name === wanted || !name.startsWith(made) : canLaunch(group, [instanceType]);
  });
}

/**
 * The same where the cluster has nothing that could ever hold a task of the type: no instance of it, and no capacity
 * provider that might start one.
 */
export function missingCapacityCommand(
  snapshot: Providers & Pick<ClusterSnapshot, "instances">,
  instanceType: string,
): string | undefined {
  // Machines without an accelerator are not aiplat's to make.
  if (findInstanceType(instanceType) === undefined) return undefined;
  if (providersStarting(snapshot, instanceType).length > 0) return undefined;
  return snapshot.instances.some((instance) => instanceTypeOf(instance) === instanceType)
    ? undefined
    : capacityCommand(snapshot.cluster, instanceType);
}
