import type { ServicePlan } from "../core/plan/service-plan.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import { changeRows, changeText, markAction, planText } from "./plan-rows.ts";
import type { View } from "./print.ts";

/** What `plan` answers for a service, and what `service deploy --plan` takes. */
export function servicePlanView(plan: ServicePlan): View {
  const { workload, cluster, replicas, stalls, registrations, steps, placements } = plan;
  const rows = [
    ...registrations.flatMap(({ family, ...rest }) => changeRows(family, rest)),
    ...steps.flatMap(({ action, service, changes, why }) =>
      changes.length === 0 ? [[action, service, why]] : changes.map((change) => [action, service, changeText(change)]),
    ),
    ...placements.map(({ service, count, why }) => ["place", `${count} x ${service}`, why]),
  ];
  const stalled = stalls.map(({ message }) => ["stall", message.split(" ", 1)[0]!, message]);
  const wanted = `${replicas} ${replicas === 1 ? "replica" : "replicas"}`;
  const unchanged = steps.every(({ action }) => action === "keep") ? ", nothing to change" : "";
  return {
    kind: "Plan",
    document: { ...plan, requested: replicas, failures: stallFailures(plan) },
    // What stalls is said beside it, with what to do.
    text: (style, columns) =>
      planText(`service ${workload} on cluster ${cluster}: ${wanted}${unchanged}`, rows, style, columns),
    table: {
      columns: [{ title: "ACTION", mark: markAction }, { title: "WHAT" }, { title: "WHY" }],
      rows: [...rows, ...stalled],
    },
  };
}

/** Deployments that would stall, as every plan words what has no place. */
export function stallFailures({ stalls }: Pick<ServicePlan, "stalls">): readonly RunFailure[] {
  return stalls.map(({ message, hint = "" }) => ({ reason: "STALL", detail: message, hint }));
}
