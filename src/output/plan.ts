import type { PlannedRun } from "../core/plan/planned-run.ts";
import { changeRows, markAction } from "./plan-rows.ts";
import type { View } from "./print.ts";

/** What `plan` answers for a run, and what `run-task --plan` takes. */
export function planView(plan: PlannedRun): View {
  const { registrations, steps } = plan;
  return {
    kind: "Plan",
    // Beside the steps, in short.
    document: { ...plan, placements: steps.map(({ request, count, why }) => ({ taskDefinition: request.taskDefinition, count, why })) },
    table: {
      columns: [{ title: "ACTION", mark: markAction }, { title: "WHAT" }, { title: "WHY" }],
      rows: [
        ...registrations.flatMap(({ family, ...rest }) => changeRows(family, rest)),
        ...steps.map(({ request, count, why }) => ["place", `${count} x ${request.taskDefinition.replace(/.*\//, "")}`, why]),
      ],
    },
  };
}
