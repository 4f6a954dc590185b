import { present } from "../base/present.ts";
import { listOr, problem, Refusal } from "../base/problem.ts";
import { canLaunch, growthOf, limitOf, type CapacityProvider } from "../cluster/capacity-providers.ts";
import type { CapacityProviderStrategyItem } from "../ecs-api/api.ts";
import { namedProviders, type Capacity } from "../ecs/capacity.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

/** The capacity of a cluster, as far as it was asked for. */
export interface ClusterCapacity {
  /** The names of the providers that are associated with it. */
  readonly associated: readonly string[];
  readonly defaultStrategy: readonly CapacityProviderStrategyItem[];
  /** The providers, as far as they were described; undefined where a snapshot does not know any. */
  readonly providers: readonly CapacityProvider[] | undefined;
}

export const noProviders: ClusterCapacity = { associated: [], defaultStrategy: [], providers: [] };

/** Who starts the tasks of a run or a service. */
export interface ChosenCapacity {
  /** Left out: launch type EC2, the cluster's own machines. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  /** How many more machines the providers may start; 0 where nothing scales. */
  readonly mayGrow: number;
  /** What keeps the providers from starting more. */
  readonly limit?: string;
  /** Whether Managed Instances are among them: ECS chooses their types and keeps their devices apart. */
  readonly managed?: true;
  /** Whether it is the cluster's default strategy, which nobody named. */
  readonly byDefault?: true;
  /** What of it the user may not expect, in a sentence. */
  readonly note?: string;
}

export const plainEc2: ChosenCapacity = { mayGrow: 0 };

/** The names of the instance types that a workload may run on; none for a CPU workload. */
export function typesOf({ shapes }: Pick<ResolvedWorkload, "shapes">): readonly string[] {
  return [...new Set(shapes.flatMap(({ instanceTypes }) => instanceTypes.map(({ instanceType }) => instanceType)))];
}

/**
 * Who starts the tasks: what the file names; left out, the cluster's default strategy where all its providers are of
 * Auto Scaling groups that can launch the types, else plain EC2 with the reason.
 *
 * @throws Refusal where the cluster has no such provider: RunTask and CreateService take only those associated with it.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
 */
export function chooseCapacity(capacity: Capacity, cluster: ClusterCapacity, types: readonly string[]): ChosenCapacity {
  switch (capacity.kind) {
    case "ec2":
      return plainEc2;
    case "unsaid":
      return byDefault(cluster, types);
    case "providers":
      requireAssociated(namedProviders(capacity), cluster);
      return withStrategy(capacity.strategy, cluster, types);
    case "managed-instances": {
      requireAssociated(namedProviders(capacity), cluster);
      const provider = capacity.provider ?? onlyManagedInstances(cluster);
      return { ...withStrategy([{ capacityProvider: provider, weight: 1 }], cluster, types), managed: true };
    }
  }
}

function isManaged(providers: ClusterCapacity["providers"], name: string): boolean {
  return providers?.some((each) => each.name === name && each.type === "MANAGED_INSTANCES") === true;
}

/** Tasks through these providers, which start machines as far as each of them may. */
export function withStrategy(
  strategy: readonly CapacityProviderStrategyItem[],
  { providers }: ClusterCapacity,
  types: readonly string[],
): ChosenCapacity {
  const growth = strategy.map(({ capacityProvider, weight, base = 0 }) => {
    if (weight === 0 && base === 0) return 0;
    const known = providers?.find(({ name }) => name === capacityProvider);
    // Of a provider that a snapshot does not describe its users know that it scales: that is what they name it for.
    return known === undefined ? Number.POSITIVE_INFINITY : growthOf(known, types);
  });
  const managed = strategy.some(({ capacityProvider }) => isManaged(providers, capacityProvider));
  const mayGrow = growth.reduce((sum, each) => sum + each, 0);
  const limits = strategy.flatMap(({ capacityProvider }) => {
    const known = providers?.find(({ name }) => name === capacityProvider);
    return known === undefined ? [] : (limitOf(known, types) ?? []);
  });
  const note = divisionNote(strategy);
  return {
    capacityProviderStrategy: strategy,
    mayGrow,
    ...present({ note }),
    ...(limits.length === 0 ? {} : { limit: limits.join("; ") }),
    ...(managed ? { managed } : {}),
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html */
function divisionNote(strategy: readonly CapacityProviderStrategyItem[]): string | undefined {
  const names = strategy.flatMap(({ capacityProvider, weight = 0, base = 0 }) =>
    weight > 0 || base > 0 ? capacityProvider : [],
  );
  return names.length < 2
    ? undefined
    : `ECS divides the tasks among ${listOr(names, "and")} by base and weight, and each waits for its own provider whatever room another has: room is counted over all of them.`;
}

function byDefault(cluster: ClusterCapacity, types: readonly string[]): ChosenCapacity {
  const { defaultStrategy, providers } = cluster;
  if (defaultStrategy.length === 0) return plainEc2;
  const names = defaultStrategy.map(({ capacityProvider }) => capacityProvider);
  const unfit = names.flatMap((name) =>
    unfitFor(
      name,
      providers?.find((each) => each.name === name),
      types,
    ),
  );
  if (unfit.length === 0) return { ...withStrategy(defaultStrategy, cluster, types), byDefault: true };
  return withoutDefault(cluster, unfit.join("; "));
}

/** Plain EC2 in place of the cluster's default strategy, and why. */
export function withoutDefault(
  { defaultStrategy }: Pick<ClusterCapacity, "defaultStrategy">,
  why: string,
): ChosenCapacity {
  const names = defaultStrategy.map(({ capacityProvider }) => capacityProvider).join(", ");
  return {
    ...plainEc2,
    note: `The cluster's default strategy (${names}) is not used: ${why}. The tasks go on the machines that there are, as with ecs.capacity: ec2.`,
  };
}

/** Why tasks on these types are not left to a provider that nobody has named. */
function unfitFor(name: string, provider: CapacityProvider | undefined, types: readonly string[]): readonly string[] {
  if (provider === undefined) return [`nothing is known of ${name}`];
  const { type, group, groupUnknown } = provider;
  if (type !== "EC2_AUTOSCALING") return [`${name} is of no Auto Scaling group (${type})`];
  if (group === undefined)
    return [`the Auto Scaling group of ${name} could not be read (${groupUnknown ?? "not found"})`];
  if (canLaunch(group, types)) return [];
  return [`${name} launches ${listOr(group.instanceTypes)}, and not ${listOr(types)}`];
}

const path = ["ecs", "capacity"];

function requireAssociated(names: readonly string[], { associated }: ClusterCapacity): void {
  const missing = names.filter((name) => !associated.includes(name));
  if (missing.length === 0) return;
  const there = associated.length === 0 ? "It has none" : `It has ${listOr(associated, "and")}`;
  throw new Refusal(
    missing.map((name) =>
      problem(
        "no-such-provider",
        path,
        `the cluster has no capacity provider ${name}`,
        `${there}; aws ecs put-cluster-capacity-providers associates one with it.`,
      ),
    ),
  );
}

function onlyManagedInstances({ providers }: ClusterCapacity): string {
  if (providers === undefined)
    throw new Refusal([
      problem(
        "managed-instances-unknown",
        path,
        "a snapshot does not tell which of the cluster's capacity providers are Managed Instances",
        "Name the provider: ecs.capacity: { managedInstances: NAME }.",
      ),
    ]);
  const [first, ...others] = providers.filter(({ type }) => type === "MANAGED_INSTANCES").map(({ name }) => name);
  if (first === undefined)
    throw new Refusal([
      problem(
        "no-managed-instances",
        path,
        "the cluster has no Managed Instances capacity provider",
        "Attach one to the cluster, or name it: ecs.capacity: { managedInstances: NAME }.",
      ),
    ]);
  if (others.length > 0)
    throw new Refusal([
      problem(
        "several-managed-instances",
        path,
        `the cluster has several Managed Instances capacity providers: ${[first, ...others].join(", ")}`,
        "Name one: ecs.capacity: { managedInstances: NAME }.",
      ),
    ]);
  return first;
}

/** The providers that have to be described before capacity can be chosen. */
export function providersToDescribe(
  capacity: Capacity,
  cluster: Omit<ClusterCapacity, "providers">,
): readonly string[] {
  const { associated, defaultStrategy } = cluster;
  if (capacity.kind === "unsaid") return defaultStrategy.map(({ capacityProvider }) => capacityProvider);
  if (capacity.kind === "managed-instances" && capacity.provider === undefined) return associated;
  return namedProviders(capacity).filter((name) => associated.includes(name));
}

/** What a chosen strategy means for placement: the instances of its providers, or any. */
export function providersIn({ capacityProviderStrategy }: Pick<ChosenCapacity, "capacityProviderStrategy">): {
  readonly capacityProviders?: readonly string[];
} {
  return present({ capacityProviders: capacityProviderStrategy?.map(({ capacityProvider }) => capacityProvider) });
}
