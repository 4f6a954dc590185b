import type { ServicePlan } from "../core/plan/service-plan.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import { changeRows, changeText, markAction } from "./plan-rows.ts";
import type { View } from "./print.ts";

/** What `plan` answers for a service, and what `service deploy --plan` takes. */
export function servicePlanView(plan: ServicePlan): View {
  const { replicas, stalls, registrations, steps, placements } = plan;
  return {
    kind: "Plan",
    document: { ...plan, requested: replicas, failures: stallFailures(plan) },
    table: {
      columns: [{ title: "ACTION", mark: markAction }, { title: "WHAT" }, { title: "WHY" }],
      rows: [
        ...registrations.flatMap(({ family, ...rest }) => changeRows(family, rest)),
        ...steps.flatMap(({ action, service, changes, why }) => (changes.length === 0 ? [[action, service, why]] : changes.map((change) => [action, service, changeText(change)]))),
        ...placements.map(({ service, count, why }) => ["place", `${count} x ${service}`, why]),
        ...stalls.map(({ message }) => ["stall", message.split(" ", 1)[0]!, message]),
      ],
    },
  };
}

/** Deployments that would stall, as every plan words what has no place. */
export function stallFailures({ stalls }: Pick<ServicePlan, "stalls">): readonly RunFailure[] {
  return stalls.map(({ message, hint = "" }) => ({ reason: "STALL", detail: message, hint }));
}
