import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { Requirements } from "../ecs/requirements.ts";
import { freshInstances, type FreshInstances } from "../placement/fresh-instances.ts";

/** A service whose tasks capacity providers may start machines for. */
export interface Growing {
  readonly service: string;
  readonly requirements: Requirements;
  readonly desired: number;
  /** How many machines they may start; as many as it takes where left out. None for launch type EC2. */
  readonly mayGrow?: number;
  /** Why they start none: a constraint names a machine. */
  readonly barred?: string;
}

/**
 * The machines that may be started for each service: services of the same providers share them. Undefined for one where
 * nobody knows what would be started.
 */
export function growthFor(
  snapshot: ClusterSnapshot,
  services: readonly Growing[],
): ReadonlyMap<string, FreshInstances | undefined> {
  const pools = new Map<string, FreshInstances | undefined>();
  return new Map(
    services.map((growing) => {
      const key = keyOf(growing);
      if (key === undefined) return [growing.service, { instanceType: "", instanceStates: [] }];
      if (!pools.has(key)) {
        const sharing = services.filter((each) => keyOf(each) === key);
        pools.set(
          key,
          freshInstances(snapshot, growing.requirements, Math.min(growing.mayGrow ?? Infinity, mostOf(sharing))),
        );
      }
      return [growing.service, pools.get(key)];
    }),
  );
}

/** What services have to share to use the same new machines; undefined for one that uses none. */
function keyOf({ requirements, mayGrow, barred }: Growing): string | undefined {
  if (requirements.capacityProviders === undefined || mayGrow === 0 || barred !== undefined) return undefined;
  const names = requirements.constraints
    .filter(({ text }) => text.includes("ecs.instance-type"))
    .map(({ text }) => text);
  return [...requirements.capacityProviders, ...names].join(" ");
}

/** As many machines as the services could use in the middle of a deployment: one for each old and each new task. */
function mostOf(services: readonly Growing[]): number {
  return services.reduce((sum, { desired }) => sum + 2 * desired, 0);
}
