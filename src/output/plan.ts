import type { PlannedRun } from "../core/plan/planned-run.ts";
import { changeRows, markAction, planText } from "./plan-rows.ts";
import type { View } from "./print.ts";

/** What `plan` answers for a run, and what `run-task --plan` takes. */
export function planView(plan: PlannedRun): View {
  const { registrations, steps, requested, cluster, run } = plan;
  const rows = [
    ...registrations.flatMap(({ family, ...rest }) => changeRows(family, rest)),
    ...steps.map(({ request, count, why }) => [
      "place",
      `${count} x ${request.taskDefinition.replace(/.*\//, "")}`,
      why,
    ]),
  ];
  const tasks = requested === 1 ? "1 task" : `${requested} tasks`;
  const placed = steps.reduce((sum, { count }) => sum + count, 0);
  return {
    kind: "Plan",
    // Beside the steps, in short.
    document: {
      ...plan,
      placements: steps.map(({ request, count, why }) => ({ taskDefinition: request.taskDefinition, count, why })),
    },
    text: (style, columns) =>
      planText(
        `run ${run} on cluster ${cluster}: ` +
          `${placed === requested ? tasks : `${placed} of ${tasks}, the rest has no place`}`,
        rows,
        style,
        columns,
      ),
    table: { columns: [{ title: "ACTION", mark: markAction }, { title: "WHAT" }, { title: "WHY" }], rows },
  };
}
