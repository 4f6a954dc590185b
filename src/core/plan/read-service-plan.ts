import * as z from "zod/mini";
import { text } from "../ecs-api/field.ts";
import type { Mismatch } from "../base/document-issues.ts";
import { present } from "../base/present.ts";
import type { Problem } from "../base/problem.ts";
import { unplacedBy } from "./judge-plan.ts";
import { checkShape, differ, planRefusal, readPlan, refuseAll } from "./plan-file.ts";
import {
  clusterInputs,
  cost,
  count,
  logGroups,
  registration,
  plannedDeployment,
  liveServiceInputs,
  serviceStep,
} from "./plan-shapes.ts";
import type { ServicePlan } from "./service-plan.ts";

const ofService = z.looseObject({ service: text });

const servicePlan = z.looseObject({
  workload: text.check(z.minLength(1)),
  cluster: text.check(z.minLength(1)),
  replicas: count,
  registrations: z.array(z.extend(registration, { service: text })),
  steps: z.array(serviceStep),
  logGroups: z.optional(logGroups),
  placements: z.optional(z.array(z.extend(ofService, { count, why: text }))),
  deployments: z.array(plannedDeployment),
  rollouts: z.optional(z.array(ofService)),
  stalls: z.array(z.looseObject({ message: text })),
  basis: z.array(liveServiceInputs),
  clusterBasis: z.optional(clusterInputs),
  cost: z.optional(cost),
  unknown: z.optional(z.array(text)),
});

type ServicePlanDocument = z.infer<typeof servicePlan>;

/**
 * Reads what `aiplat plan -o json` printed for a service.
 *
 * @throws Refusal where it is something else, with everything that is wrong.
 */
export function parseServicePlan(json: string, name: string): ServicePlan {
  const document = readPlan(json, name);
  if (document["workload"] === undefined && document["run"] !== undefined)
    throw planRefusal(
      name,
      "is the plan of a run",
      "Carry it out with: aiplat run-task --plan FILE. For a service, plan a workload of kind: service without --count.",
    );
  const { reviewOnly } = document;
  if (typeof reviewOnly === "string")
    throw planRefusal(
      name,
      `cannot be carried out: ${reviewOnly}`,
      "Plan again from the cluster, or from a snapshot that aiplat cluster snapshot has made without --redact.",
    );
  const plan = checkShape(servicePlan, document, name);
  const read = planOf(plan);
  refuseAll(name, [...mismatchesIn(read), ...withoutStep(plan)]);
  return read;
}

/** What the document says beside the steps is said of them. */
function planOf({
  workload,
  cluster,
  replicas,
  basis: services,
  clusterBasis: described,
  cost: paid,
  registrations,
  steps,
  logGroups: groups,
  placements = [],
  deployments,
  rollouts = [],
  stalls,
  unknown = [],
}: ServicePlanDocument): ServicePlan {
  const inputs = { workload, cluster, replicas, services, ...present({ clusterInputs: described }) };
  const own = <Part extends { readonly service: string }>(parts: readonly Part[], { service }: { service: string }) =>
    parts.find((part) => part.service === service);
  const plan = {
    inputs,
    registrations,
    steps: steps.map((step) => {
      const placed = own(placements, step);
      return {
        ...step,
        ...present({
          deployment: own(deployments, step),
          verdict: own(rollouts, step),
          placement: placed === undefined ? undefined : { count: placed.count, why: placed.why },
        }),
      };
    }),
    ...present({ logGroups: groups, cost: paid }),
    unplaced: stalls.map((stall) => unplacedBy(stall as unknown as Problem)),
    warnings: unknown,
  };
  // What the shapes leave open was checked where it counts.
  return plan as unknown as ServicePlan;
}

function withoutStep({ steps, deployments }: ServicePlanDocument): readonly Mismatch[] {
  const known = new Set(steps.map(({ service }) => service));
  return deployments.flatMap(({ service }, index) =>
    known.has(service)
      ? []
      : [{ path: ["deployments", index, "service"], message: `${JSON.stringify(service)} has no step in the plan` }],
  );
}

/**
 * What the parts of a service's plan say of each other: each step does what it says, to a service that was looked at.
 */
function mismatchesIn({ inputs: { cluster, services }, steps }: ServicePlan): readonly Mismatch[] {
  const known = new Set(services.map(({ service }) => service));
  return steps.flatMap(({ service, action, create, update, definition }, index) => {
    const at = (...path: readonly string[]) => ["steps", index, ...path];
    return [
      ...(known.has(service)
        ? []
        : [{ path: at("service"), message: `${JSON.stringify(service)} is not in the plan's basis` }]),
      ...(action === "create" && create === undefined ? [{ path: at("create"), message: "is missing" }] : []),
      ...(action !== "create" && create !== undefined
        ? [{ path: at("action"), message: `${JSON.stringify(action)} does not create, and there is what to create` }]
        : []),
      ...(action === "update" || update === undefined
        ? []
        : [{ path: at("action"), message: `${JSON.stringify(action)} does not update, and there is what to update` }]),
      ...(create === undefined
        ? []
        : [
            ...differ(at("create", "cluster"), create.cluster, cluster, "cluster"),
            ...differ(at("create", "serviceName"), create.serviceName, service, "service"),
          ]),
      ...(update === undefined
        ? []
        : [
            ...differ(at("update", "cluster"), update.cluster, cluster, "cluster"),
            ...differ(at("update", "service"), update.service, service, "service"),
          ]),
      ...(definition === undefined || create === undefined
        ? []
        : differ(at("create", "taskDefinition"), create.taskDefinition, definition.family, "family")),
    ];
  });
}
