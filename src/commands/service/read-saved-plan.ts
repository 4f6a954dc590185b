import type { Context } from "../../context.ts";
import { staleClusterReasons } from "../../core/plan/cluster-inputs.ts";
import { hasDeployments, judged } from "../../core/plan/judge-plan.ts";
import { liveServiceInputsOf, newestRevisions } from "../../core/plan/live-services.ts";
import { staleServiceReasons, type LiveServiceInputs, type ServicePlan } from "../../core/plan/service-plan.ts";
import { readText, stdinName } from "../../files/read.ts";
import { readLiveServices } from "../../operations/find-services.ts";
import type { EcsPort } from "../../ports.ts";
import { readClusterState } from "../shared/read-cluster-state.ts";
import { liveSource } from "../shared/plan-source.ts";
import { requireFresh } from "../shared/check-saved-plan.ts";
import { printRefusal } from "./print-refusal.ts";

/**
 * Reads a saved plan of a service, and judges its deployments anew.
 *
 * @throws AiplatError CheckFailed where the services are not what they were when the plan was made.
 */
export async function readSavedService(context: Context, path: string): Promise<ServicePlan> {
  const [text, { parseServicePlan }] = await Promise.all([
    readText(context, path),
    import("../../core/plan/read-service-plan.ts"),
  ]);
  const plan = parseServicePlan(text, path === "-" ? stdinName : path);
  const { cluster, services, clusterInputs = { name: cluster } } = plan.inputs;
  const ecs = await context.aws.ecs();
  const described = await ecs.describeCluster(cluster);
  const refuse = () => printRefusal(context, plan.inputs, plan.steps);
  await requireFresh(
    staleClusterReasons(clusterInputs, described?.status === "INACTIVE" ? undefined : described),
    refuse,
  );
  await requireFresh(staleServiceReasons(services, await inputsNow(ecs, plan)), refuse);
  const logGroups = await liveSource(context, context.aws.ecs).logGroups(plan.logGroups ?? []);
  const current = { ...plan, logGroups };
  return hasDeployments(plan) ? judged(current, await readClusterState(context, ecs, cluster)) : current;
}

/** The services of the plan, and those that have come since, as they are now. */
async function inputsNow(
  ecs: EcsPort,
  { inputs: { workload, cluster, services }, registrations }: ServicePlan,
): Promise<readonly LiveServiceInputs[]> {
  const planned = services.map(({ service }) => service);
  const live = await readLiveServices(ecs, cluster, workload, {
    services: planned,
    families: registrations.map(({ family }) => family),
  });
  const newest = newestRevisions(live);
  const familyOf = new Map(registrations.map(({ service, family }) => [service, family]));
  const names = new Set([...planned, ...live.services.map(({ serviceName }) => serviceName)]);
  return [...names].map((service) =>
    liveServiceInputsOf(
      service,
      live.services.find(({ serviceName }) => serviceName === service),
      newest.of(familyOf.get(service) ?? ""),
    ),
  );
}
