import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { withProviders, type ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import type { NetworkConfiguration } from "../../core/ecs-api/api.ts";
import { logGroupsOf } from "../../core/ecs/log-groups.ts";
import type { EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { namesOf, type LiveServices } from "../../core/plan/live-services.ts";
import { unknownLogGroups, type LogGroupStep } from "../../core/plan/log-groups.ts";
import { providersOfServices } from "../../core/plan/choose-service-capacity.ts";
import { identifyServices } from "../../core/plan/identify-services.ts";
import { planServices } from "../../core/plan/plan-service.ts";
import { networkConfigurationOf } from "../../core/plan/run-request.ts";
import type { ServicePlanSettings } from "../../core/plan/service-parts.ts";
import type { ServicePlan } from "../../core/plan/service-plan.ts";
import { servicesIn } from "../../core/plan/services-in.ts";
import { fileExists } from "../../files/read.ts";
import { readLiveServices } from "../../operations/find-services.ts";
import type { Invocation } from "../command.ts";
import type { OptionsOf, OptionSpec } from "./option.ts";
import { networkConfigurationOption, readAwsFlags } from "./aws-flags.ts";
import type { LoadedEcsWorkload } from "./load-ecs-workload.ts";
import type { WorkloadOptions } from "./load-workload.ts";
import { describedCapacity, liveSource, snapshotSource, type ClusterFacts } from "./plan-source.ts";
import { enableExecuteCommandOption } from "./run-options.ts";
import { flagTexts } from "./workload-options.ts";

/** How a service's tasks and its siblings are replaced. */
export const replacementOptions = [
  {
    flags: "--force-new-deployment",
    description: "of a service: replace the tasks even where nothing changed",
  },
  {
    flags: "--recreate",
    description:
      "delete the services that others replace before those are made: for where there is no room for both, and nothing has to serve meanwhile",
  },
] as const satisfies readonly OptionSpec[];

/** What a service's commands take besides the workload. */
export const serviceOptions = [...replacementOptions, enableExecuteCommandOption, networkConfigurationOption] as const;

export type ServiceOptions = OptionsOf<typeof serviceOptions>;

/** What they say, read. */
export interface ServiceFlags extends Omit<ServiceOptions, "networkConfiguration"> {
  readonly networkConfiguration?: NetworkConfiguration;
}

/** @throws InvalidInput where a flag cannot be read. */
export async function readServiceFlags(context: Context, options: ServiceOptions): Promise<ServiceFlags> {
  const { networkConfiguration: text, ...others } = options;
  const { networkConfiguration } = await readAwsFlags(context, present({ networkConfiguration: text }));
  return { ...others, ...present({ networkConfiguration }) };
}

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
  if (!given) return invocation;
  const implied = options.kind === undefined ? { kindIsImplied: true as const } : {};
  return { ...invocation, options: { ...options, kind: "service", ...implied } };
}

/** Plans a service against the live cluster. */
export async function planLiveService(
  context: Context,
  workload: LoadedEcsWorkload,
  flags: ServiceFlags,
): Promise<ServicePlan> {
  const source = liveSource(context, context.aws.ecs);
  const facts = await source.facts(workload.resolved.ecs.cluster ?? "default");
  const ecs = workload.forCluster(facts);
  const [snapshot, live, logGroups] = await Promise.all([
    source.snapshot(facts.name),
    readLiveServices(await context.aws.ecs(), facts.name, workload.resolved.name, namesOf(ecs)),
    source.logGroups(logGroupsOf(ecs)),
  ]);
  return withLogGroups(await planWith(workload, ecs, facts, flags, snapshot, live), logGroups);
}

/** Plans a service against a snapshot, as far as that knows of services. */
export async function planOfflineService(
  workload: LoadedEcsWorkload,
  snapshot: ClusterSnapshot,
  flags: ServiceFlags,
): Promise<ServicePlan> {
  const source = snapshotSource(snapshot);
  const facts = await source.facts(snapshot.cluster);
  const ecs = workload.forCluster(facts);
  const live = servicesIn(snapshot, workload.resolved.name, namesOf(ecs));
  const logGroups = await source.logGroups(logGroupsOf(ecs));
  return withLogGroups(await planWith(workload, ecs, facts, flags, snapshot, live), logGroups);
}

function withLogGroups(plan: ServicePlan, logGroups: readonly LogGroupStep[]): ServicePlan {
  return logGroups.length === 0
    ? plan
    : { ...plan, logGroups, warnings: [...plan.warnings, ...unknownLogGroups(logGroups)] };
}

async function planWith(
  { locating }: LoadedEcsWorkload,
  ecs: EcsWorkload,
  facts: ClusterFacts,
  flags: ServiceFlags,
  snapshot: ClusterSnapshot,
  live: LiveServices,
): Promise<ServicePlan> {
  const identified = locating(() => identifyServices(ecs, live));
  const capacity = await describedCapacity(facts, (known) => providersOfServices(ecs, identified, known));
  return locating(() => {
    const networkConfiguration = networkConfigurationOf(ecs, flags.networkConfiguration);
    const settings: ServicePlanSettings = {
      cluster: facts.name,
      capacity,
      ...present({ networkConfiguration }),
      enableExecuteCommand: flags.enableExecuteCommand === true,
      force: flags.forceNewDeployment === true,
      recreate: flags.recreate === true,
    };
    const { name, arn, tags, capacityProviders } = facts;
    const cluster = { name, ...present({ arn }), tags, capacityProviders };
    return planServices(ecs, settings, withProviders(snapshot, capacity.providers), { ...live, cluster }, identified);
  });
}
