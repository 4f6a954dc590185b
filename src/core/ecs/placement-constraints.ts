import type { Raw } from "../base/merge.ts";
import { problem, type Problem } from "../base/problem.ts";
import type { PlacementConstraint, TaskDefinition } from "../ecs-api/api.ts";
import { mostConstraints } from "../ecs-api/query/expression.ts";

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

/**
 * What is wrong where a run or a service has more constraints, with those of its definition, than ECS takes: flags and
 * machines that are left out add to what the file says.
 */
export function checkConstraintCount(
  { placementConstraints: own = [] }: Pick<TaskDefinition, "placementConstraints">,
  added: readonly PlacementConstraint[],
): readonly Problem[] {
  const count = own.length + added.length;
  return count <= mostConstraints
    ? []
    : [
        problem(
          "placement-constraint-limit",
          ["ecs", "placement", "constraints"],
          `${count} placement constraints, ${own.length} of the task definition and ${added.length} besides: ECS takes ${mostConstraints} together`,
          "Say several in one expression: attribute:stack == prod and attribute:rack == a.",
        ),
      ];
}
