import { present } from "../base/present.ts";
import type { CapacityProviderStrategyItem } from "../ecs-api/api.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";

/**
 * What starts a workload's tasks, as its file says it; the cluster says which provider is meant where none is named.
 */
export type Capacity =
  | { readonly kind: "unsaid" }
  | { readonly kind: "ec2" }
  | { readonly kind: "managed-instances"; readonly provider?: string }
  | { readonly kind: "providers"; readonly strategy: readonly CapacityProviderStrategyItem[] };

export function capacityOf({ ecs: { capacity } }: Pick<ResolvedWorkload, "ecs">): Capacity {
  if (capacity === undefined) return { kind: "unsaid" };
  if (capacity === "ec2" || capacity === "managed-instances") return { kind: capacity };
  if ("managedInstances" in capacity) return { kind: "managed-instances", provider: capacity.managedInstances };
  const items: readonly { provider: string; base?: number | undefined; weight?: number | undefined }[] = Array.isArray(
    capacity,
  )
    ? capacity
    : [capacity];
  // ECS takes a weight of 0 where it is left out, and then starts nothing beyond the base: 1 is what its users mean.
  const strategy = items.map(({ provider, base, weight = 1 }) => ({
    capacityProvider: provider,
    weight,
    ...present({ base }),
  }));
  return { kind: "providers", strategy };
}

/** As capacityOf, for a service: what its raw fields say of launch type and strategy is what ECS is told. */
export function serviceCapacityOf(workload: Pick<ResolvedWorkload, "ecs">): Capacity {
  const { capacityProviderStrategy, launchType } = workload.ecs.service ?? {};
  if (Array.isArray(capacityProviderStrategy))
    return { kind: "providers", strategy: capacityProviderStrategy as readonly CapacityProviderStrategyItem[] };
  return typeof launchType === "string" ? { kind: "ec2" } : capacityOf(workload);
}

/** The strategy that a file says by naming its providers; undefined where it names none. */
export function namedStrategy(capacity: Capacity): readonly CapacityProviderStrategyItem[] | undefined {
  if (capacity.kind === "providers") return capacity.strategy;
  return capacity.kind === "managed-instances" && capacity.provider !== undefined
    ? [{ capacityProvider: capacity.provider, weight: 1 }]
    : undefined;
}

/** The providers that a file names. */
export function namedProviders(capacity: Capacity): readonly string[] {
  return (namedStrategy(capacity) ?? []).map(({ capacityProvider }) => capacityProvider);
}
