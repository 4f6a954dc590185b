import { present } from "../core/base/present.ts";
import type { Context } from "../context.ts";
import type { ClusterSnapshot } from "../core/cluster/snapshot.ts";
import { lockPortBaseOf } from "../core/devices/claims.ts";
import type { NetworkConfiguration } from "../core/ecs-api/api.ts";
import type { GenerateSettings } from "../core/ecs/generate.ts";
import { namesOf, planServices, type LiveServices, type ServicePlanSettings } from "../core/plan/plan-service.ts";
import { chooseProvider, networkConfigurationOf } from "../core/plan/run-request.ts";
import type { ServicePlan } from "../core/plan/service-plan.ts";
import { servicesIn } from "../core/plan/services-in.ts";
import { fileExists } from "../files/read.ts";
import { readLiveServices } from "../operations/find-services.ts";
import type { EcsPort } from "../ports.ts";
import type { Invocation, OptionSpec } from "./command.ts";
import type { EcsWorkload } from "./ecs-workload.ts";
import type { WorkloadOptions } from "./load-workload.ts";
import { liveSource, providersOf, snapshotSource, type ClusterFacts } from "./plan-source.ts";
import { flagTexts } from "./workload-options.ts";

export interface ServiceFlags {
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand?: boolean;
  readonly forceNewDeployment?: boolean;
}

export const forceNewDeploymentOption: OptionSpec = {
  flags: "--force-new-deployment",
  description: "of a service: replace the tasks even where nothing changed",
};

/** `service ...` commands imply kind: service. */
export function implyService<Options extends WorkloadOptions>(
  context: Pick<Context, "cwd">,
  invocation: Invocation<Options>,
): Invocation<Options> {
  const { args, options, passthrough } = invocation;
  const given =
    args.length > 0 ||
    passthrough !== undefined ||
    flagTexts(options).texts.size > 0 ||
    fileExists(context, "aiplat.yaml");
  return given ? { ...invocation, options: { ...options, kind: "service" } } : invocation;
}

/** Plans a service against the live cluster. */
export async function planLiveService(
  context: Context,
  ecs: EcsPort,
  workload: EcsWorkload,
  flags: ServiceFlags,
): Promise<ServicePlan> {
  const source = liveSource(context, ecs);
  const facts = await source.facts(workload.resolved.ecs.cluster ?? "default");
  const { generate, names } = namedIn(workload, facts);
  const [snapshot, live] = await Promise.all([
    source.snapshot(facts.name),
    readLiveServices(ecs, facts.name, workload.resolved.name, names),
  ]);
  return planWith(workload, facts, generate, flags, snapshot, live);
}

/** Plans a service against a snapshot, as far as that knows of services. */
export async function planOfflineService(
  workload: EcsWorkload,
  snapshot: ClusterSnapshot,
  flags: ServiceFlags,
): Promise<ServicePlan> {
  const facts = await snapshotSource(snapshot).facts(snapshot.cluster);
  const { generate, names } = namedIn(workload, facts);
  return planWith(workload, facts, generate, flags, snapshot, servicesIn(snapshot, workload.resolved.name, names));
}

function namedIn(
  { resolved, generate: given, locating }: EcsWorkload,
  { tags }: ClusterFacts,
): { readonly generate: GenerateSettings; readonly names: ReturnType<typeof namesOf> } {
  const generate: GenerateSettings = { ...given, lockPortBase: lockPortBaseOf(tags) };
  return { generate, names: locating(() => namesOf(resolved, generate)) };
}

async function planWith(
  workload: EcsWorkload,
  facts: ClusterFacts,
  generate: GenerateSettings,
  flags: ServiceFlags,
  snapshot: ClusterSnapshot,
  live: LiveServices,
): Promise<ServicePlan> {
  const { resolved, locating } = workload;
  const providers = await providersOf(resolved, facts);
  return locating(() => {
    const provider = chooseProvider(resolved, providers);
    const networkConfiguration = networkConfigurationOf(resolved, flags.networkConfiguration);
    const settings: ServicePlanSettings = {
      cluster: facts.name,
      ...present({ provider, networkConfiguration }),
      enableExecuteCommand: flags.enableExecuteCommand === true,
      force: flags.forceNewDeployment === true,
    };
    const { name, arn, tags, capacityProviders } = facts;
    return planServices(resolved, settings, generate, snapshot, {
      ...live,
      cluster: { name, ...present({ arn }), tags, capacityProviders },
    });
  });
}
