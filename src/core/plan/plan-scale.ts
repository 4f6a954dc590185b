import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import { present } from "../base/present.ts";
import { growthFor } from "../deployment/growth.ts";
import type { PlacementConstraint, RegisteredTaskDefinition } from "../ecs-api/api.ts";
import {
  deploymentRequirementsOf,
  instanceStatesWithout,
  type PlannedDeployment,
} from "../deployment/simulate-deployment.ts";
import { deploymentSettingsOf, type Service } from "../ecs-api/service.ts";
import { instanceStatesOf, type InstanceState } from "../placement/instance-state.ts";
import { noProviders, providersIn, type ChosenCapacity, type ClusterCapacity } from "./choose-capacity.ts";
import { keptBy } from "./choose-service-capacity.ts";
import { distribute } from "./distribute.ts";
import { withoutExclusions } from "./exclusion.ts";
import { boundTypes } from "./identify-services.ts";
import { percentageChanges, rolloutUpdate } from "../ecs/rollout-bounds.ts";
import { judged } from "./judge-plan.ts";
import { growthOf, keptOffFor } from "./kept-off.ts";
import { liveServiceInputsOf } from "./live-services.ts";
import type { ServicePlan, ServiceStep } from "./service-plan.ts";

/** What is scaled, and to what. */
export interface ScaleInput {
  readonly workload: string;
  readonly cluster: string;
  readonly replicas: number;
}

/**
 * Plans another number of replicas over the live services of a workload, with the fewest changes.
 *
 * @param definitions The revision that each service runs, in the services' order.
 * @param capacity What the cluster's providers may start; left out, the services are on plain EC2.
 */
export function planScale(
  services: readonly Service[],
  definitions: readonly RegisteredTaskDefinition[],
  { workload, cluster, replicas }: ScaleInput,
  snapshot: ClusterSnapshot,
  capacity: ClusterCapacity = noProviders,
): ServicePlan {
  const base = lockPortBaseOf(snapshot.tags);
  const instanceStates = instanceStatesOf(snapshot);
  const chosen = services.map((service, index) => keptBy(service, capacity, boundTypes(definitions[index]!) ?? []));
  const rollouts = services.map((service, index) =>
    rolloutOf(service, definitions[index]!, chosen[index]!, { instanceStates, base }),
  );
  const growing = rollouts.map((rollout) => ({
    ...rollout,
    desired: replicas,
    requirements: deploymentRequirementsOf(rollout, base),
  }));
  const fresh = growthFor(snapshot, growing);
  const shares = growing.map(({ service, requirements }, index) => ({
    service,
    requirements,
    rank: 0,
    current: services[index]!.desiredCount,
    ...present({ fresh: fresh.get(service)?.instanceStates }),
  }));
  const names = services.map(({ serviceName }) => serviceName);
  // Where nobody knows what would be started, there is room for all.
  const open = chosen.some(({ managed }) => managed === true) || [...fresh.values()].includes(undefined);
  const counts = distribute(shares, replicas, open ? undefined : instanceStatesWithout(snapshot, names));
  const steps = services.map((service, index): ServiceStep => {
    const rollout = rollouts[index]!;
    const step = stepTo(service, counts[index]!, { cluster, replicas });
    if (step.desiredCount <= service.desiredCount) return step;
    const kept = keptAway(step, service, rollout);
    return chosen[index]!.managed === true ? kept : { ...kept, deployment: { ...rollout, desired: step.desiredCount } };
  });
  return judged(
    {
      inputs: {
        workload,
        cluster,
        replicas,
        services: services.map((service) => liveServiceInputsOf(service.serviceName, service, undefined)),
      },
      registrations: [],
      steps,
      unplaced: [],
      warnings: [],
    },
    snapshot,
  );
}

/** Where it has bounds in replicas, with the percentages that they come to then. */
function stepTo(
  service: Service,
  count: number,
  { cluster, replicas }: Pick<ScaleInput, "cluster" | "replicas">,
): ServiceStep {
  const { serviceName, desiredCount } = service;
  const rollout = rolloutUpdate(service, count);
  const common = {
    service: serviceName,
    desiredCount: count,
    replacesTasks: false,
    why: `${count} of ${replicas} replicas`,
  };
  const changes = [
    ...(count === desiredCount
      ? []
      : [{ path: "desiredCount", kind: "changed" as const, before: desiredCount, after: count }]),
    ...percentageChanges(service, rollout.deploymentConfiguration),
  ];
  if (changes.length === 0) return { ...common, action: "keep", changes };
  return {
    ...common,
    action: "update",
    changes,
    update: { cluster, service: serviceName, desiredCount: count, ...rollout },
  };
}

/** A service that grows is kept off the machines where ECS does not see who holds its devices, as a deployed one is. */
function keptAway(
  step: ServiceStep,
  { placementConstraints: before = [] }: Service,
  { placement }: PlannedDeployment,
): ServiceStep {
  const after = placement?.placementConstraints ?? [];
  if (after.length === before.length || step.update === undefined) return step;
  const change = { path: "placementConstraints", kind: "changed", before, after } as const;
  return { ...step, changes: [...step.changes, change], update: { ...step.update, placementConstraints: after } };
}

function rolloutOf(
  service: Service,
  definition: RegisteredTaskDefinition,
  capacity: ChosenCapacity,
  { instanceStates, base }: { readonly instanceStates: readonly InstanceState[]; readonly base: number },
): PlannedDeployment {
  const { serviceName, placementConstraints = [] } = service;
  const keptOff = (constraints: readonly PlacementConstraint[]) => {
    const placement = { placementConstraints: constraints, ...providersIn(capacity) };
    return keptOffFor(
      serviceName,
      deploymentRequirementsOf({ definition, service: serviceName, placement }, base),
      capacity,
      instanceStates,
    );
  };
  // Some of these it may be kept off already.
  const { held } = keptOff(withoutExclusions(placementConstraints, []));
  const constraints = [...placementConstraints, ...keptOff(placementConstraints).constraints];
  return {
    service: serviceName,
    definition,
    desired: service.desiredCount,
    settings: deploymentSettingsOf(service),
    newDeployment: false,
    ...growthOf(capacity, { constraints, held }),
  };
}
