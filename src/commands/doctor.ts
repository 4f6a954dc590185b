import { present } from "../core/base/present.ts";
import type { Context } from "../context.ts";
import { hasFailed } from "../core/base/check-report.ts";
import { diagnose, type Patient } from "../core/doctor/diagnose.ts";
import { needsOf } from "../core/ecs/account-needs.ts";
import { volumeRoleOf } from "../core/ecs/volumes.ts";
import { networkConfigurationOf } from "../core/plan/run-request.ts";
import { AiplatError, allTogether, exitCodes } from "../errors.ts";
import { observeDoctor } from "../operations/observe-doctor.ts";
import { checkReportView } from "../output/check-report.ts";
import { print } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { createRegistry } from "../image-registry/registry.ts";
import { defineCommand, type Invocation } from "./command.ts";
import { lintForDoctor } from "../core/ecs/judge.ts";
import { loadEcsWorkload } from "./shared/load-ecs-workload.ts";
import { namesWorkload, workloadArgument, workloadOptions } from "./shared/load-workload.ts";
import type { OptionsOf } from "./shared/option.ts";
import { namedCluster } from "./shared/named-cluster.ts";
import { networkConfigurationOption, readAwsFlags } from "./shared/aws-flags.ts";

declare const AIPLAT_VERSION: string;

const options = [...workloadOptions, networkConfigurationOption] as const;

export const doctor = defineCommand({
  description:
    "Checks, before anything is touched, whether this machine, the account and the cluster are ready for a " +
    "workload: credentials, container instances and their agents, roles, images and the driver of their hosts, " +
    "secrets, log group, subnets and security groups, vCPU quotas. " +
    "Without a workload it checks machine, account, cluster, the machine image of every accelerated instance and the " +
    "quotas of what the cluster has. " +
    "Each finding has its fix; what may not be read is skipped, naming the permission. " +
    "Exits 3 where something fails. Changes nothing.",
  arguments: [workloadArgument],
  options,
  takesCommand: true,
  examples: [
    ["aiplat doctor --cluster prod", "./aiplat.yaml, or the cluster alone where there is none"],
    [
      "aiplat doctor bert.yaml --cluster prod -o json | jq '.groups[].items[] | select(.status == \"FAIL\")'",
      "what is wrong, for a script",
    ],
  ],
  formats: ["text", "json", "yaml", "table", "markdown"],
  run: async (context, invocation) => {
    const { aws } = context;
    const asking = regionIfAny(context);
    const [region, patient] = await allTogether([
      asking,
      namesWorkload(context, invocation) ? readPatient(context, invocation, asking) : undefined,
    ]);
    const named = patient?.ecs.workload.ecs.cluster ?? invocation.options.cluster;
    const cluster = await namedCluster(context, named);
    const needs =
      patient === undefined
        ? undefined
        : needsOf(
            patient.ecs.variants.map(({ definition }) => definition),
            region ?? "",
            volumeRoleOf(patient.ecs.workload),
          );
    const progress = await startProgress(context, `looking at cluster ${cluster}`);
    const observation = await observeDoctor(
      { aws, registry: createRegistry(context) },
      {
        cluster,
        versions: { aiplat: AIPLAT_VERSION, node: context.nodeVersion },
        ...(patient === undefined || needs === undefined ? {} : { patient, needs }),
        now: context.now(),
        report: ({ instances, tasks }) =>
          progress.update(`looking at cluster ${cluster}: ${instances} instances, ${tasks} tasks`),
      },
    ).finally(() => {
      progress.stop();
    });
    const report = diagnose(cluster, patient, needs, observation);
    const about = [
      ...(report.account === undefined ? [] : [`account ${report.account}`]),
      ...(report.region === undefined ? [] : [report.region]),
    ].join(", ");
    await print(
      context,
      checkReportView({
        kind: "Doctor",
        subject: report.workload === undefined ? `cluster ${cluster}` : `${report.workload} on cluster ${cluster}`,
        ...(about === "" ? {} : { about }),
        report,
      }),
    );
    return hasFailed(report) ? exitCodes.check : exitCodes.success;
  },
});

/** The workload with its definitions. Where no region is named that is a finding, and the definitions do without. */
async function readPatient(
  context: Context,
  invocation: Invocation<OptionsOf<typeof options>>,
  asking: Promise<string | undefined>,
): Promise<Patient> {
  const [{ resolved, forCluster }, { networkConfiguration: flag }] = await allTogether([
    loadEcsWorkload(context, invocation, () => asking, lintForDoctor),
    readAwsFlags(context, invocation.options),
  ]);
  const region = await asking;
  const ecs = forCluster();
  const named = (resolved.ecs.network?.subnets ?? []).length > 0;
  const network = flag !== undefined || named ? networkConfigurationOf(ecs, flag) : undefined;
  return { ecs, ...present({ region, network }) };
}

async function regionIfAny(context: Context): Promise<string | undefined> {
  try {
    return await context.aws.region();
  } catch (error) {
    if (error instanceof AiplatError && error.exitCode === exitCodes.credentials) return undefined;
    throw error;
  }
}
