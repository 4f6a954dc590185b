import type { CapacityProviderStrategyItem } from "../ecs-api/api.ts";

/** The capacity providers of a cluster: PutClusterCapacityProviders sets both lists whole. */
export interface ProviderList {
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
}

/**
 * The list with the provider; all others and the default strategy stay. Undefined where it is so already.
 *
 * @param asDefault Has it start every task that says nothing else: one provider alone, since ECS spreads tasks over the
 * providers of a strategy by weight, whatever their machines can hold.
 */
export function withProvider(
  { capacityProviders, defaultCapacityProviderStrategy }: ProviderList,
  provider: string,
  asDefault: boolean,
): ProviderList | undefined {
  const isThere = capacityProviders.includes(provider);
  const [first, ...others] = defaultCapacityProviderStrategy;
  const isDefault = first?.capacityProvider === provider && others.length === 0;
  if (isThere && (isDefault || !asDefault)) return undefined;
  return {
    capacityProviders: isThere ? capacityProviders : [...capacityProviders, provider],
    defaultCapacityProviderStrategy: asDefault
      ? [{ capacityProvider: provider, weight: 1 }]
      : defaultCapacityProviderStrategy,
  };
}

/** The default strategy as it was and as it is to be. */
export interface DefaultStrategyChange {
  readonly from: readonly CapacityProviderStrategyItem[];
  readonly to: readonly CapacityProviderStrategyItem[];
}

/** What the provider replaces as the default strategy; undefined where it is that already. */
export function defaultStrategyChange(list: ProviderList, provider: string): DefaultStrategyChange | undefined {
  const to = withProvider(list, provider, true)?.defaultCapacityProviderStrategy;
  return to === undefined ? undefined : { from: list.defaultCapacityProviderStrategy, to };
}

/** The lists without the provider; undefined where neither has it. */
export function withoutProvider(
  { capacityProviders, defaultCapacityProviderStrategy }: ProviderList,
  provider: string,
): ProviderList | undefined {
  const inStrategy = defaultCapacityProviderStrategy.some(({ capacityProvider }) => capacityProvider === provider);
  if (!capacityProviders.includes(provider) && !inStrategy) return undefined;
  return {
    capacityProviders: capacityProviders.filter((each) => each !== provider),
    defaultCapacityProviderStrategy: defaultCapacityProviderStrategy.filter(
      ({ capacityProvider }) => capacityProvider !== provider,
    ),
  };
}
