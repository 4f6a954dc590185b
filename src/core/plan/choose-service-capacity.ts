import { listOr, problem, Refusal } from "../base/problem.ts";
import type { CapacityProviderStrategyItem } from "../ecs-api/api.ts";
import { hasProviders, type Service } from "../ecs-api/service.ts";
import { serviceCapacityOf, type Capacity } from "../ecs/capacity.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import {
  chooseCapacity,
  plainEc2,
  providersToDescribe,
  typesOf,
  withoutDefault,
  withStrategy,
  type ChosenCapacity,
  type ClusterCapacity,
} from "./choose-capacity.ts";
import type { IdentifiedService, IdentifiedServices } from "./identify-services.ts";

/**
 * Who starts the tasks of each service, in the order of the parts. What the file names is for all of them; left out, a
 * live service keeps what it has, a new one goes with those that live on its instance types, and without such takes the
 * cluster's default strategy as a run does.
 *
 * @throws Refusal where the cluster has no such provider, or where several services are to divide their tasks over
 * several providers.
 */
export function chooseServiceCapacity(
  ecs: EcsWorkload,
  { parts }: Pick<IdentifiedServices, "parts">,
  cluster: ClusterCapacity,
): readonly ChosenCapacity[] {
  const types = typesOf(ecs.workload);
  const said = serviceCapacityOf(ecs.workload);
  if (said.kind !== "unsaid") {
    const chosen = chooseCapacity(said, cluster, types);
    requireOneDivision(chosen, parts);
    return parts.map(() => chosen);
  }
  const whenNew = parts.some((part) => model(part, parts) === undefined) ? defaultFor(parts, cluster, types) : plainEc2;
  return parts.map((part) => {
    const kept = model(part, parts);
    return kept === undefined ? whenNew : keptBy(kept, cluster, types);
  });
}

/** The providers that have to be described before the services' capacity can be chosen. */
export function providersOfServices(
  ecs: EcsWorkload,
  { parts }: Pick<IdentifiedServices, "parts">,
  cluster: Omit<ClusterCapacity, "providers">,
): readonly string[] {
  const said = serviceCapacityOf(ecs.workload);
  if (said.kind !== "unsaid") return providersToDescribe(said, cluster);
  const models = parts.map((part) => model(part, parts));
  const kept = models.flatMap((service) => (service === undefined ? [] : strategyOf(service)));
  return [
    ...new Set([
      ...kept.map(({ capacityProvider }) => capacityProvider),
      ...(models.includes(undefined) ? providersToDescribe(said, cluster) : []),
    ]),
  ];
}

/** The live service whose capacity a service has where the file leaves it out: its own, else its siblings'. */
function model({ live, variant }: IdentifiedService, parts: readonly IdentifiedService[]): Service | undefined {
  return live ?? parts.find((each) => each.live !== undefined && each.variant.shape === variant.shape)?.live;
}

/** What a live service has, in the words of a file. */
export function capacityOfLive(live: Service): Capacity {
  return hasProviders(live) ? { kind: "providers", strategy: strategyOf(live) } : { kind: "ec2" };
}

/** Who starts the tasks of a live service. */
export function keptBy(live: Service, cluster: ClusterCapacity, types: readonly string[]): ChosenCapacity {
  return hasProviders(live) ? withStrategy(strategyOf(live), cluster, types) : plainEc2;
}

export function strategyOf({ capacityProviderStrategy = [] }: Service): readonly CapacityProviderStrategyItem[] {
  return capacityProviderStrategy as readonly CapacityProviderStrategyItem[];
}

function defaultFor(
  parts: readonly IdentifiedService[],
  cluster: ClusterCapacity,
  types: readonly string[],
): ChosenCapacity {
  return parts.length > 1 && divides(cluster.defaultStrategy)
    ? withoutDefault(cluster, `the workload is ${parts.length} services, and ${eachByItself}`)
    : chooseCapacity({ kind: "unsaid" }, cluster, types);
}

const eachByItself = "each of them would divide its own tasks by base and weight, not the workload's";

/** Whether a strategy says more than who starts the tasks. */
function divides(strategy: readonly CapacityProviderStrategyItem[]): boolean {
  return strategy.length > 1 || strategy.some(({ base = 0 }) => base > 0);
}

function requireOneDivision(
  { capacityProviderStrategy = [] }: ChosenCapacity,
  parts: readonly IdentifiedService[],
): void {
  if (parts.length === 1 || !divides(capacityProviderStrategy)) return;
  if (parts.every(({ live }) => live !== undefined && sameStrategy(strategyOf(live), capacityProviderStrategy))) return;
  const [first] = capacityProviderStrategy;
  throw new Refusal([
    problem(
      "providers-several-services",
      ["ecs", "capacity"],
      `several capacity providers, or a base, are not possible here: the workload is ${parts.length} services (${listOr(
        parts.map(({ service }) => service),
        "and",
      )}), and ${eachByItself}`,
      `Name one: ecs.capacity: { provider: ${first!.capacityProvider} }. A replica on every device of its instance, of one instance type, is one service.`,
    ),
  ]);
}

function sameStrategy(
  one: readonly CapacityProviderStrategyItem[],
  other: readonly CapacityProviderStrategyItem[],
): boolean {
  const texts = [one, other].map((strategy) =>
    strategy
      .map(({ capacityProvider, base = 0, weight = 0 }) => `${capacityProvider} ${base} ${weight}`)
      .toSorted()
      .join(),
  );
  return texts[0] === texts[1];
}
