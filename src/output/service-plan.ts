import type { ServicePlan } from "../core/plan/service-plan.ts";
import type { RunFailure } from "../core/plan/run-result.ts";
import type { View } from "./print.ts";
import type { Style } from "./style.ts";

/** What `plan` answers for a service, and what `service deploy --plan` takes. */
export function servicePlanView(plan: ServicePlan): View {
  const { replicas, stalls, registrations, steps, placements } = plan;
  return {
    kind: "Plan",
    document: { ...plan, requested: replicas, failures: stallFailures(plan) },
    table: {
      columns: [{ title: "ACTION", mark: markAction }, { title: "WHAT" }, { title: "WHY" }],
      rows: [
        ...registrations.flatMap(({ family, action, changes, taskDefinitionArn }) =>
          action === "keep" ? [["keep", taskDefinitionArn?.replace(/.*\//, "") ?? family, "says the same"]] : changes.length === 0 ? [["register", family, "the first revision"]] : changes.map((change) => ["register", family, changeText(change)]),
        ),
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

function changeText({ path, kind, before, after }: { readonly path: string; readonly kind: string; readonly before?: unknown; readonly after?: unknown }): string {
  const values = [before, after].filter((each) => each !== undefined).map((each) => JSON.stringify(each));
  return `${path} ${kind}: ${values.join(" -> ")}`;
}

function markAction(text: string, style: Style): string {
  if (text === "keep") return style.dim(text);
  return (text === "delete" || text === "stall" ? style.red : text === "update" ? style.yellow : style.green)(text);
}
