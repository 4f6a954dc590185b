import { present } from "../base/present.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import type { EcsWorkload } from "../ecs/resolve-for-ecs.ts";
import { costOfTasks } from "../placement/task-cost.ts";
import { clusterInputsOf } from "./cluster-inputs.ts";
import { identifyServices, type IdentifiedServices } from "./identify-services.ts";
import { judged } from "./judge-plan.ts";
import { liveServiceInputsOf, newestRevisions, type LiveServices } from "./live-services.ts";
import { unknownRevisions } from "./newest-revisions.ts";
import { withDeletions } from "./replace-services.ts";
import { partsOf, type ServicePart, type ServicePlanSettings } from "./service-parts.ts";
import type { ServiceInputs, ServicePlan } from "./service-plan.ts";
import { planPart } from "./service-step.ts";

/**
 * Plans what makes the live services say what the workload says.
 *
 * @param identified Where it was worked out already which of them stands for which variant.
 * @throws Refusal on what ECS cannot run, and on changes that no update can make.
 */
export function planServices(
  ecs: EcsWorkload,
  settings: ServicePlanSettings,
  snapshot: ClusterSnapshot,
  live: LiveServices,
  identified: IdentifiedServices = identifyServices(ecs, live),
): ServicePlan {
  const parts = partsOf(ecs, settings, snapshot, identified);
  const planned = parts.map((part) => planPart(ecs, settings, part, live));
  const families = new Set(parts.map(({ definition }) => definition.family));
  return judged(
    {
      inputs: inputsOf(ecs, settings, live, parts, identified),
      registrations: planned.map(({ registration }) => registration),
      steps: withDeletions({
        leftOver: identified.leftOver,
        services: live.services,
        steps: planned.map(({ step }) => step),
        recreate: settings.recreate === true,
      }),
      unplaced: [],
      ...present({
        cost: costOfTasks(
          parts.map(({ desiredCount: count, variant: { requirements } }) => ({ count, variants: [requirements] })),
          snapshot,
        ),
      }),
      warnings: [
        ...new Set(parts.flatMap(({ capacity }) => capacity.note ?? [])),
        ...(live.unknown ?? []),
        ...unknownRevisions([...families], newestRevisions(live)),
      ],
    },
    snapshot,
  );
}

function inputsOf(
  { workload }: EcsWorkload,
  { cluster }: ServicePlanSettings,
  live: LiveServices,
  parts: readonly ServicePart[],
  { leftOver }: IdentifiedServices,
): ServiceInputs {
  const newest = newestRevisions(live);
  const locks = parts.some(({ variant }) => variant.slot !== undefined);
  const providers = [
    ...new Set(
      parts.flatMap(({ capacity: { capacityProviderStrategy = [] } }) =>
        capacityProviderStrategy.map(({ capacityProvider }) => capacityProvider),
      ),
    ),
  ];
  return {
    workload: workload.name,
    cluster,
    replicas: workload.replicas,
    services: [
      ...parts.map((part) => liveServiceInputsOf(part.service, part.live, newest.of(part.definition.family))),
      ...leftOver.map((each) => liveServiceInputsOf(each.serviceName, each, undefined)),
    ],
    ...(live.cluster === undefined ? {} : { clusterInputs: clusterInputsOf(live.cluster, { locks, providers }) }),
    ...present({ reviewOnly: live.reviewOnly }),
  };
}
