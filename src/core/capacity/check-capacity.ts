import { fail, ok, type CheckGroup, type CheckReport } from "../base/check-report.ts";
import { checkDrift } from "./check-drift.ts";
import { checkGroup } from "./check-group.ts";
import { checkLaunchTemplate } from "./check-launch-template.ts";
import { checkNeeds, type CapacityNeeds } from "./check-needs.ts";
import { checkProvider } from "./check-provider.ts";
import type { ObservedCapacity } from "./observed-capacity.ts";

/** The capacities of a cluster, each provider that its list has. */
export interface ObservedCapacities {
  readonly cluster: string;
  readonly capacities: readonly ObservedCapacity[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What is wrong with the machines of a cluster, or has become so.
 *
 * @param needs What a workload needs of them: none where none was named.
 */
export function checkCapacity(observed: ObservedCapacities, needs: readonly CapacityNeeds[]): CheckReport {
  const { cluster, capacities } = observed;
  const ofProviders = capacities.map((capacity): CheckGroup => {
    const { name, provider, group } = capacity;
    const items = [...checkProvider(capacity), ...checkDrift(capacity)];
    if (provider === undefined || provider.groupName === undefined) return { subject: name, items };
    if (group === undefined)
      return {
        subject: name,
        items: [
          ...items,
          fail(
            "group",
            `its Auto Scaling group ${provider.groupName} is not there: it starts no machine`,
            `Delete the provider and make it anew: aiplat capacity delete --cluster ${cluster}, then aiplat capacity deploy.`,
          ),
        ],
      };
    return {
      subject: name,
      items: [
        ...items,
        ...checkGroup({ ...capacity, provider, group }, observed),
        ...checkLaunchTemplate({ ...capacity, group }, observed),
      ],
    };
  });
  const workload = needs.map((each): CheckGroup => ({
    subject: `${each.workload ?? "machines"} on ${each.instanceType}`,
    items: checkNeeds(each, observed),
  }));
  return { groups: [checkList(cluster, capacities), ...ofProviders, ...workload] };
}

function checkList(cluster: string, capacities: readonly ObservedCapacity[]): CheckGroup {
  return {
    subject: "capacity providers",
    items: [
      capacities.length === 0
        ? fail(
            "providers",
            "the cluster has no capacity provider: nothing starts machines for its tasks",
            `aiplat capacity deploy --cluster ${cluster} --instance-type TYPE --subnet SUBNET makes one.`,
          )
        : ok("providers", `the cluster has ${capacities.map(({ name }) => name).join(", ")}`),
    ],
  };
}
