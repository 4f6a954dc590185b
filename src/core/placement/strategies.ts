import { problem, Refusal } from "../base/problem.ts";
import { strategyFault, type PlacementStrategy } from "../ecs-api/placement-strategy.ts";
import { tasksIn, type InstanceState } from "./instance-state.ts";

/**
 * What ECS does for a service without a strategy: spread over the zones, then over the instances with the fewest of its
 * tasks. For RunTask AWS's pages differ; this is taken for both.
 */
export const defaultStrategy: readonly PlacementStrategy[] = [
  { type: "spread", field: "attribute:ecs.availability-zone" },
  { type: "spread", field: "instanceId" },
];

/** What placement strategies go by, in their order: the lower, the better, and each narrows what the ones before left. */
export interface Measures {
  /** Of each in turn whether it is the next of `own` or of `shared`. */
  readonly kinds: readonly ("own" | "shared")[];
  /** Figures of an instance itself. */
  readonly own: readonly ((instanceState: InstanceState) => number)[];
  /** Attributes: the tasks of the group count together on all instances that have the same value. */
  readonly shared: readonly string[];
  /** Of equals any one, in place of the first. */
  readonly random: boolean;
}

/**
 * Reads placement strategies.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
 *
 * @param group The tasks that `spread` counts.
 * @throws Refusal for a strategy that ECS does not have.
 */
export function measuresOf(strategies: readonly PlacementStrategy[], group: string): Measures {
  const picks = strategies.findIndex(({ type }) => type === "random");
  const measures = (picks < 0 ? strategies : strategies.slice(0, picks)).map((strategy, index) =>
    measureOf(strategy, index, group),
  );
  return {
    kinds: measures.map(({ kind }) => kind),
    own: measures.flatMap((measure) => (measure.kind === "own" ? [measure.of] : [])),
    shared: measures.flatMap((measure) => (measure.kind === "shared" ? [measure.attribute] : [])),
    random: picks >= 0,
  };
}

type Measure =
  | { readonly kind: "own"; readonly of: Measures["own"][number] }
  | { readonly kind: "shared"; readonly attribute: string };

function measureOf(strategy: PlacementStrategy, index: number, group: string): Measure {
  const fault = strategyFault(strategy);
  if (fault !== undefined)
    throw new Refusal([problem("placement-strategy", ["placementStrategy", index, fault.key], fault.message)]);
  const field = strategy.field!;
  // The least left that still fits.
  if (strategy.type === "binpack")
    return field.toLowerCase() === "memory"
      ? { kind: "own", of: ({ memoryMiB }) => memoryMiB }
      : { kind: "own", of: ({ cpu }) => cpu };
  return field.startsWith("attribute:")
    ? { kind: "shared", attribute: field.slice("attribute:".length) }
    : { kind: "own", of: (instanceState) => tasksIn(instanceState, group) };
}
