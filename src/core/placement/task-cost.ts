import { costOf, type Cost } from "../catalog/instance-types/cost.ts";
import { regionOf, type ClusterSnapshot } from "../cluster/snapshot.ts";
import { machineShares } from "../ecs/machine-share.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { instanceTypesFor } from "./empty-instance.ts";

/** Tasks that cost their shares of machines. */
export interface PaidTasks {
  readonly count: number;
  /** Of several any will do. */
  readonly variants: readonly Requirements[];
}

/**
 * What tasks cost an hour: the shares of machines that their devices are, of the types that their constraints name,
 * else of those that the cluster has. Undefined where they take no device, or nobody knows of which type.
 */
export function costOfTasks(
  tasks: readonly PaidTasks[],
  cluster: Pick<ClusterSnapshot, "instances" | "region" | "clusterArn">,
): Cost | undefined {
  const wanted = tasks.map(({ count, variants }) => ({
    count,
    choices: unique(variants.flatMap((each) => machineShares(each, instanceTypesFor(cluster, [each])))),
  }));
  const managedInstances = tasks.some(({ variants }) =>
    variants.some(({ compatibilities }) => isManaged(compatibilities)),
  );
  return costOf(wanted, { region: regionOf(cluster), managedInstances });
}

function isManaged(compatibilities: readonly string[]): boolean {
  return compatibilities.includes("MANAGED_INSTANCES") && !compatibilities.includes("EC2");
}

function unique<Choice extends object>(choices: readonly Choice[]): readonly Choice[] {
  return [...new Map(choices.map((choice) => [JSON.stringify(choice), choice])).values()];
}
