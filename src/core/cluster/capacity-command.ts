import { findInstanceType } from "../catalog/instance-types/catalog.ts";
import { capacityName } from "./capacity-names.ts";
import { isFargate } from "../ecs-api/fargate.ts";
import { canLaunch } from "./capacity-providers.ts";
import { instanceTypeOf, type ClusterSnapshot } from "./snapshot.ts";

/** The words that make machines of a type for a cluster; which subnet, only its operator knows. */
export function capacityCommand(cluster: string, instanceType: string): string {
  return `aiplat capacity deploy --cluster ${cluster} --instance-type ${instanceType} --subnet SUBNET`;
}

type Providers = Pick<ClusterSnapshot, "cluster" | "capacityProviders" | "providers">;

/** Who of a cluster's providers starts instances of a type. */
export interface StartingProviders {
  readonly sure: readonly string[];
  /** Whose groups nobody has looked at. */
  readonly perhaps: readonly string[];
}

/**
 * Those of the cluster's providers that start instances of the type. What aiplat made says by its name which it starts;
 * Fargate starts none.
 */
export function providersStarting(
  { cluster, capacityProviders, providers = [] }: Providers,
  instanceType: string,
): StartingProviders {
  const made = capacityName(cluster, "");
  const wanted = capacityName(cluster, instanceType);
  const named = capacityProviders
    .filter((name) => !isFargate(name))
    .map((name) => ({ name, group: providers.find((each) => each.name === name)?.group }));
  const namesOf = (found: typeof named) => found.map(({ name }) => name);
  return {
    sure: namesOf(
      named.filter(({ name, group }) => (group === undefined ? name === wanted : canLaunch(group, [instanceType]))),
    ),
    perhaps: namesOf(named.filter(({ name, group }) => group === undefined && !name.startsWith(made))),
  };
}

/**
 * The words of capacityCommand where the cluster has nothing that is known to hold a task of the type ever: no instance
 * of it, and no capacity provider that starts one.
 */
export function missingCapacityCommand(
  snapshot: Providers & Pick<ClusterSnapshot, "instances">,
  instanceType: string,
): string | undefined {
  // Machines without an accelerator are not aiplat's to make.
  if (findInstanceType(instanceType) === undefined) return undefined;
  if (providersStarting(snapshot, instanceType).sure.length > 0) return undefined;
  return snapshot.instances.some((instance) => instanceTypeOf(instance) === instanceType)
    ? undefined
    : capacityCommand(snapshot.cluster, instanceType);
}
