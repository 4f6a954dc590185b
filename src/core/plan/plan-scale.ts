import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { needsOf, roomWithout, type Rollout } from "../deployment/rollout.ts";
import { deploymentSettingsOf, hasProviders, type Service } from "../ecs-api/service.ts";
import { distribute } from "./distribute.ts";
import { percentageChanges, rolloutUpdate } from "../ecs/rollout-bounds.ts";
import { judged } from "./judge-plan.ts";
import { basisOf } from "./live-services.ts";
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
 */
export function planScale(
  services: readonly Service[],
  definitions: readonly RegisteredTaskDefinition[],
  { workload, cluster, replicas }: ScaleInput,
  snapshot: ClusterSnapshot,
): ServicePlan {
  const rollouts = services.map((service, index) => rolloutOf(service, definitions[index]!));
  // A capacity provider adds the machines that are short.
  const scales = services.some(hasProviders);
  const base = lockPortBaseOf(snapshot.tags);
  const shares = rollouts.map((rollout, index) => ({
    service: rollout.service,
    needs: needsOf(rollout, base),
    rank: 0,
    current: services[index]!.desiredCount,
  }));
  const names = services.map(({ serviceName }) => serviceName);
  const counts = distribute(shares, replicas, scales ? undefined : roomWithout(snapshot, names));
  const steps = services.map((service, index): ServiceStep => {
    const step = stepTo(service, counts[index]!, { cluster, replicas });
    const grows = !scales && step.desiredCount > service.desiredCount;
    return grows ? { ...step, deployment: { ...rollouts[index]!, desired: step.desiredCount } } : step;
  });
  return judged(
    {
      inputs: {
        workload,
        cluster,
        replicas,
        services: services.map((service) => basisOf(service.serviceName, service, undefined)),
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

function rolloutOf(service: Service, definition: RegisteredTaskDefinition): Rollout {
  return {
    service: service.serviceName,
    definition,
    desired: service.desiredCount,
    settings: deploymentSettingsOf(service),
    newDeployment: false,
    placement: { placementConstraints: service.placementConstraints ?? [] },
  };
}
