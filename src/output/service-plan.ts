import type { ServicePlan, ServiceStep } from "../core/plan/service-plan.ts";
import { changeRows, changeText, costRows, logGroupRows, planTables, planText } from "./plan-rows.ts";
import type { View } from "./print.ts";

/** What `plan` answers for a service, and what `service deploy --plan` takes. */
export function servicePlanView(plan: ServicePlan): View {
  const { inputs, registrations, steps, logGroups = [], unplaced, cost } = plan;
  const { workload, cluster, replicas } = inputs;
  const rows = [
    ...logGroups.flatMap(logGroupRows),
    ...registrations.flatMap(changeRows),
    ...steps.flatMap(({ action, service, changes, why }) =>
      changes.length === 0 ? [[action, service, why]] : changes.map((change) => [action, service, changeText(change)]),
    ),
    ...placementsOf(steps).map(({ service, count, why }) => ["place", `${count} x ${service}`, why]),
  ];
  const stalled = unplaced.map(({ detail = "" }) => ["stall", detail.split(" ", 1)[0]!, detail]);
  const wanted = `${replicas} ${replicas === 1 ? "replica" : "replicas"}`;
  const changes = logGroups.some(({ action }) => action === "create") || steps.some(({ action }) => action !== "keep");
  const unchanged = changes ? "" : ", nothing to change";
  return {
    kind: "Plan",
    document: documentOf(plan),
    // What stalls is said beside it, with what to do.
    text: (style, columns) =>
      planText(
        `service ${workload} on cluster ${cluster}: ${wanted}${unchanged}`,
        [...rows, ...costRows(cost)],
        style,
        columns,
      ),
    ...planTables([...rows, ...stalled], cost),
  };
}

/** The document's own fields for what a plan says of its steps, and of what it was made from. */
function documentOf({
  inputs,
  registrations,
  steps,
  logGroups = [],
  unplaced,
  cost,
  warnings,
}: ServicePlan): View["document"] {
  const { services, clusterInputs, reviewOnly, ...made } = inputs;
  return {
    ...made,
    registrations,
    steps: steps.map(withoutDeployment),
    ...(logGroups.length === 0 ? {} : { logGroups }),
    placements: placementsOf(steps),
    deployments: steps.flatMap(({ deployment }) => deployment ?? []),
    rollouts: steps.flatMap(({ verdict }) => verdict ?? []),
    stalls: unplaced.flatMap(({ problem }) => problem ?? []),
    basis: services,
    ...(clusterInputs === undefined ? {} : { clusterBasis: clusterInputs }),
    unknown: warnings,
    ...(reviewOnly === undefined ? {} : { reviewOnly }),
    ...(cost === undefined ? {} : { cost }),
    requested: inputs.replicas,
    failures: unplaced.map(({ reason, detail, hint }) => ({ reason, detail, hint })),
  };
}

/** How its deployment goes stands beside the steps. */
function withoutDeployment(step: ServiceStep): object {
  const beside: ReadonlySet<string> = new Set(["deployment", "verdict", "placement"] satisfies (keyof ServiceStep)[]);
  return Object.fromEntries(Object.entries(step).filter(([name]) => !beside.has(name)));
}

function placementsOf(steps: readonly ServiceStep[]) {
  return steps.flatMap(({ service, placement }) => (placement === undefined ? [] : [{ service, ...placement }]));
}
