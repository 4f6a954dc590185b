import type { RunPlan } from "../core/plan/run-plan.ts";
import { changeRows, costRows, logGroupRows, planTables, planText } from "./plan-rows.ts";
import type { View } from "./print.ts";

/** What `plan` answers for a run, and what `run-task --plan` takes. */
export function runPlanView({ inputs, registrations, steps, logGroups = [], unplaced, cost, warnings }: RunPlan): View {
  const { settings, plannedAt, cluster, families, devices, ...given } = inputs;
  const { run, count } = settings;
  const rows = [
    ...logGroups.flatMap(logGroupRows),
    ...registrations.flatMap(changeRows),
    ...steps.map(({ request, count: tasks, why }) => [
      "place",
      `${tasks} x ${request.taskDefinition.replace(/.*\//, "")}`,
      why,
    ]),
  ];
  const asked = count === 1 ? "1 task" : `${count} tasks`;
  const placed = steps.reduce((sum, step) => sum + step.count, 0);
  return {
    kind: "Plan",
    document: {
      run,
      ...given,
      cluster: settings.cluster,
      requested: count,
      plannedAt,
      settings,
      registrations,
      steps,
      ...(logGroups.length === 0 ? {} : { logGroups }),
      failures: unplaced,
      ...(cost === undefined ? {} : { cost }),
      basis: { cluster, families, devices },
      unknown: warnings,
      // The steps in short.
      placements: steps.map(({ request, count: tasks, why }) => ({
        taskDefinition: request.taskDefinition,
        count: tasks,
        why,
      })),
    },
    text: (style, columns) =>
      planText(
        `run ${run} on cluster ${settings.cluster}: ` +
          `${placed === count ? asked : `${placed} of ${asked}, the rest has no place`}`,
        [...rows, ...costRows(cost)],
        style,
        columns,
      ),
    ...planTables(rows, cost),
  };
}
