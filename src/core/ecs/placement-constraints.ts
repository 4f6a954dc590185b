import type { Raw } from "../base/merge.ts";
import type { PlacementConstraint } from "../ecs-api/api.ts";

/**
 * What raw fields say of placement is added to what aiplat says, and never takes its place: the constraints of the
 * instance type and of the devices are what keeps a task off machines and devices that are not its own.
 *
 * @param merged What came of the merge, where a list replaces another.
 * @param ours What aiplat has set before it.
 */
export function addConstraints<Merged extends { readonly placementConstraints?: readonly PlacementConstraint[] }>(
  merged: Merged,
  ours: readonly PlacementConstraint[],
  raw: Raw,
): Merged {
  if (ours.length === 0) return merged;
  const given = raw["placementConstraints"];
  const all = [...ours, ...(Array.isArray(given) ? (given as readonly PlacementConstraint[]) : [])];
  return { ...merged, placementConstraints: withoutRepeats(all) };
}

/** Each constraint once, in the order in which they came. */
export function withoutRepeats(constraints: readonly PlacementConstraint[]): readonly PlacementConstraint[] {
  return [...new Map(constraints.map((each) => [`${each.type} ${each.expression ?? ""}`, each])).values()];
}
