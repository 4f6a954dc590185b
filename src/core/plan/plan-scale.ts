import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { lockPortBaseOf } from "../cluster/lock-port-base.ts";
import type { RegisteredTaskDefinition } from "../ecs-api/api.ts";
import { judgeRollouts, needsOf, roomWithout, type Rollout } from "../deployment/rollout.ts";
import { rolloutProblem } from "../deployment/rollout-text.ts";
import { deploymentSettingsOf, type Service } from "../ecs-api/service.ts";
import { distribute } from "./distribute.ts";
import type { ServicePlan, ServiceStep } from "./service-plan.ts";

/**
 * Plans another number of replicas over the live services of a workload, with the fewest changes.
 *
 * @param definitions The revision that each service runs, in the services' order.
 */
export function planScale(
  services: readonly Service[],
  definitions: readonly RegisteredTaskDefinition[],
  replicas: number,
  snapshot: ClusterSnapshot,
  cluster: string,
): Pick<ServicePlan, "steps" | "stalls"> {
  const base = lockPortBaseOf(snapshot.tags);
  const rollouts = services.map((service, index): Rollout => ({
    service: service.serviceName,
    definition: definitions[index]!,
    desired: service.desiredCount,
    settings: deploymentSettingsOf(service),
    newDeployment: false,
    placement: { placementConstraints: service.placementConstraints ?? [] },
  }));
  // A capacity provider adds the machines that are short.
  const scales = services.some(
    (service) => Array.isArray(service["capacityProviderStrategy"]) && service["capacityProviderStrategy"].length > 0,
  );
  const shares = rollouts.map((rollout, index) => ({
    service: rollout.service,
    needs: needsOf(rollout, base),
    rank: 0,
    current: services[index]!.desiredCount,
  }));
  const counts = distribute(
    shares,
    replicas,
    scales
      ? undefined
      : roomWithout(
          snapshot,
          services.map(({ serviceName }) => serviceName),
        ),
  );
  const steps = services.map(({ serviceName, desiredCount }, index): ServiceStep => {
    const count = counts[index]!;
    const common = {
      service: serviceName,
      desiredCount: count,
      replacesTasks: false,
      why: `${count} of ${replicas} replicas`,
    };
    if (count === desiredCount) return { ...common, action: "keep", changes: [] };
    return {
      ...common,
      action: "update",
      changes: [{ path: "desiredCount", kind: "changed", before: desiredCount, after: count }],
      update: { cluster, service: serviceName, desiredCount: count },
    };
  });
  const growing = rollouts
    .map((rollout, index) => ({ ...rollout, desired: counts[index]! }))
    .filter(({ desired }, index) => desired > services[index]!.desiredCount);
  const verdicts = scales ? [] : judgeRollouts(snapshot, growing);
  return {
    steps,
    stalls: verdicts.flatMap((verdict, index) => (verdict.finishes ? [] : [rolloutProblem(verdict, growing[index]!)])),
  };
}
