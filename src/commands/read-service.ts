import type { Context } from "../context.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { lockPortBaseOf } from "../core/devices/claims.ts";
import type { NetworkConfiguration } from "../core/ecs/api.ts";
import type { GenerateSettings } from "../core/ecs/generate.ts";
import type { Service } from "../core/ecs/service-api.ts";
import { namesOf, planServices, type LiveServices, type ServicePlanSettings } from "../core/plan/plan-service.ts";
import { chooseProvider, networkConfigurationOf } from "../core/plan/run-request.ts";
import type { ServicePlan } from "../core/plan/service-plan.ts";
import { isOfService } from "../core/plan/service-tasks.ts";
import type { ResolvedWorkload } from "../core/workload/resolved.ts";
import { fileExists } from "../files/read.ts";
import { readLiveServices } from "../operations/find-services.ts";
import type { EcsPort } from "../operations/ports.ts";
import type { Invocation } from "./command.ts";
import type { EcsWorkload } from "./ecs-workload.ts";
import type { WorkloadOptions } from "./load-workload.ts";
import { readClusterState } from "./read-cluster.ts";
import { describeFacts, providersOf, type ClusterFacts } from "./read-run.ts";
import { flagTexts } from "./workload-options.ts";

export interface ServiceFlags {
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand?: boolean;
  readonly forceNewDeployment?: boolean;
}

/** `service ...` commands imply kind: service. */
export function implyService<Options extends WorkloadOptions>(context: Pick<Context, "cwd">, invocation: Invocation<Options>): Invocation<Options> {
  const { args, options, passthrough } = invocation;
  const given = args.length > 0 || passthrough !== undefined || flagTexts(options).texts.size > 0 || fileExists(context, "aiplat.yaml");
  return given ? { ...invocation, options: { ...options, kind: "service" } } : invocation;
}

/** Plans a service against the live cluster. */
export async function planLiveService(context: Context, ecs: EcsPort, workload: EcsWorkload, flags: ServiceFlags): Promise<ServicePlan> {
  const facts = await describeFacts(ecs, workload.resolved.ecs.cluster ?? "default");
  const generate: GenerateSettings = { ...workload.generate, lockPortBase: lockPortBaseOf(facts.tags) };
  const names = workload.locating(() => namesOf(workload.resolved, generate));
  const [snapshot, live] = await Promise.all([readClusterState(context, ecs, facts.name), readLiveServices(ecs, facts.name, workload.resolved.name, names)]);
  return planWith(workload, facts, generate, flags, snapshot, live);
}

/** Plans a service against a snapshot, which knows of services what their tasks tell. */
export async function planOfflineService(workload: EcsWorkload, snapshot: ClusterSnapshot, facts: ClusterFacts, flags: ServiceFlags): Promise<ServicePlan> {
  const generate: GenerateSettings = { ...workload.generate, lockPortBase: lockPortBaseOf(facts.tags) };
  return planWith(workload, facts, generate, flags, snapshot, servicesIn(snapshot, workload.resolved));
}

async function planWith(workload: EcsWorkload, facts: ClusterFacts, generate: GenerateSettings, flags: ServiceFlags, snapshot: ClusterSnapshot, live: LiveServices): Promise<ServicePlan> {
  const { resolved, locating } = workload;
  const providers = await providersOf(resolved, facts);
  return locating(() => {
    const provider = chooseProvider(resolved, providers);
    const networkConfiguration = networkConfigurationOf(resolved, flags.networkConfiguration);
    const settings: ServicePlanSettings = {
      cluster: facts.name,
      ...(provider === undefined ? {} : { provider }),
      ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
      enableExecuteCommand: flags.enableExecuteCommand === true,
      force: flags.forceNewDeployment === true,
    };
    return planServices(resolved, settings, generate, snapshot, live);
  });
}

/** The workload's services as far as their running tasks show them: revision and number. */
function servicesIn(snapshot: ClusterSnapshot, workload: ResolvedWorkload): LiveServices {
  const services = new Map<string, Service>();
  for (const task of snapshot.tasks) {
    const { group = "", desiredStatus, taskDefinitionArn } = task;
    if (!isOfService(task, workload.name) || desiredStatus === "STOPPED") continue;
    const serviceName = group.slice("service:".length);
    const before = services.get(serviceName);
    const desiredCount = (before?.desiredCount ?? 0) + 1;
    services.set(serviceName, { serviceArn: serviceName, serviceName, status: "ACTIVE", desiredCount, runningCount: desiredCount, pendingCount: 0, taskDefinition: taskDefinitionArn, deployments: [], events: [] });
  }
  return { services: [...services.values()], definitions: Object.values(snapshot.taskDefinitions), knownFields: ["taskDefinition", "desiredCount"] };
}
