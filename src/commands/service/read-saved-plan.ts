import type { Context } from "../../context.ts";
import { clusterMoved } from "../../core/plan/cluster-basis.ts";
import { judgePlan } from "../../core/plan/judge-plan.ts";
import { basisOf, newestRevisions } from "../../core/plan/live-services.ts";
import { movedSince, type ServicePlan } from "../../core/plan/service-plan.ts";
import { readText, stdinName } from "../../files/read.ts";
import { readLiveServices } from "../../operations/find-services.ts";
import type { EcsPort } from "../../ports.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";
import { requireUnmoved } from "../shared/check-saved-plan.ts";

/**
 * Reads a saved plan of a service, and judges its deployments anew.
 *
 * @throws AiplatError CheckFailed where the services are not what they were when the plan was made.
 */
export async function readSavedService(context: Context, ecs: EcsPort, path: string): Promise<ServicePlan> {
  const [text, { parseServicePlan }] = await Promise.all([
    readText(context, path),
    import("../../core/plan/plan-file.ts"),
  ]);
  const plan = parseServicePlan(text, path === "-" ? stdinName : path);
  const described = await ecs.describeCluster(plan.cluster);
  requireUnmoved(
    clusterMoved(plan.clusterBasis ?? { name: plan.cluster }, described?.status === "INACTIVE" ? undefined : described),
  );
  const services = plan.basis.map(({ service }) => service);
  const live = await readLiveServices(ecs, plan.cluster, plan.workload, {
    services,
    families: plan.registrations.map(({ family }) => family),
  });
  const newest = newestRevisions(live);
  const familyOf = new Map(plan.registrations.map(({ service, family }) => [service, family]));
  const names = new Set([...services, ...live.services.map(({ serviceName }) => serviceName)]);
  const now = [...names].map((service) =>
    basisOf(
      service,
      live.services.find(({ serviceName }) => serviceName === service),
      newest.of(familyOf.get(service) ?? ""),
    ),
  );
  requireUnmoved(movedSince(plan, now));
  if (plan.deployments.length === 0) return plan;
  const { stalls } = judgePlan(await readClusterState(context, ecs, plan.cluster), plan.deployments, plan.steps);
  return { ...plan, stalls };
}
