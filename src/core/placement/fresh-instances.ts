import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { emptyInstance, instanceTypesFor } from "./empty-instance.ts";
import { emptyInstanceState, type InstanceState } from "./instance-state.ts";
import { evaluateFit } from "./evaluate-fit.ts";

/** Machines that a capacity provider may start. */
export interface FreshInstances {
  readonly instanceType: string;
  readonly instanceStates: readonly InstanceState[];
}

/**
 * So many new machines of the first type that takes such a task; none where no type does, and undefined where nobody
 * knows what would be started.
 */
export function freshInstances(
  snapshot: ClusterSnapshot,
  requirements: Requirements,
  count: number,
): FreshInstances | undefined {
  const known = instanceTypesFor(snapshot, [requirements]).flatMap((instanceType) => {
    const empty = emptyInstance(snapshot, instanceType, [requirements])?.instance;
    return empty === undefined ? [] : [{ instanceType, empty }];
  });
  const fitting = known.find(({ empty }) => evaluateFit(requirements, emptyInstanceState(empty)).fits);
  if (fitting === undefined)
    return known.length === 0 ? undefined : { instanceType: known[0]!.instanceType, instanceStates: [] };
  const { instanceType, empty } = fitting;
  return {
    instanceType,
    instanceStates: Array.from({ length: count }, (_, index) =>
      emptyInstanceState({ ...empty, arn: `new-${instanceType}-${index}` }),
    ),
  };
}
