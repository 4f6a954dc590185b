import type { Context } from "../../context.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import type { Workload } from "../../core/workload/schema.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { fileExists } from "../../files/read.ts";
import { findServices } from "../../operations/find-services.ts";
import type { EcsPort } from "../../ports.ts";
import { shellWord } from "../../output/print.ts";
import type { ArgumentSpec } from "../command.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { clusterOfEnvironment } from "../shared/named-cluster.ts";
import { loadWorkload, noWorkloadOptions } from "../shared/load-workload.ts";

/** A workload's services in their cluster. */
export interface ServiceTarget {
  readonly workload: string;
  readonly cluster: string;
  /** What the file calls its ECS service: an imported one has no tag of aiplat yet. */
  readonly serviceName?: string;
}

export const serviceArgument: ArgumentSpec = {
  syntax: "[workload]",
  description: "the workload's name, or its file (default: ./aiplat.yaml)",
};

export const serviceClusterOption = {
  flags: "--cluster <name>",
  description: "name or ARN of the cluster",
  defaultText: "that of ./aiplat.yaml, AIPLAT_CLUSTER, default",
} as const satisfies OptionSpec;

export type ServiceTargetOptions = OptionsOf<[typeof serviceClusterOption]>;

/** The workload that the argument names, that of the file that it names, or the one of ./aiplat.yaml. */
export async function readServiceTarget(
  context: Context,
  [given]: readonly string[],
  { cluster }: ServiceTargetOptions,
): Promise<ServiceTarget> {
  // No name has a dot or a slash.
  if (given !== undefined && /[./]|^-$/.test(given))
    return targetOf((await loadWorkload(context, { args: [given], options: noWorkloadOptions })).workload, cluster);
  if (!fileExists(context, "aiplat.yaml")) {
    if (given === undefined)
      throw new AiplatError("Usage", "no workload named, and there is no aiplat.yaml here", {
        hint: "Name the workload, as in: aiplat service status bert --cluster prod",
      });
    return targetOf({ name: given }, cluster ?? clusterOfEnvironment(context));
  }
  const said = given !== undefined && cluster !== undefined;
  const loaded = await loadWorkload(context, { args: [], options: noWorkloadOptions }).catch((error: unknown) => {
    // Where the command line says all, a broken file is in nobody's way.
    if (said && error instanceof InvalidInput) return undefined;
    throw error;
  });
  const own = given === undefined || given === loaded?.workload.name ? loaded?.workload : undefined;
  return targetOf(own ?? { name: given! }, cluster ?? (own === undefined ? clusterOfEnvironment(context) : undefined));
}

function targetOf({ name, ecs }: Pick<Workload, "name" | "ecs">, cluster: string | undefined): ServiceTarget {
  const serviceName = ecs?.service?.["serviceName"];
  return {
    workload: name,
    cluster: cluster ?? ecs?.cluster ?? "default",
    ...(typeof serviceName === "string" ? { serviceName } : {}),
  };
}

/** @throws AiplatError NotFound where the workload has no service in the cluster. */
export async function requireServices(
  ecs: EcsPort,
  { workload, cluster, serviceName = workload }: ServiceTarget,
): Promise<readonly Service[]> {
  const services = await findServices(ecs, cluster, workload, [serviceName]);
  if (services.length === 0) {
    throw new AiplatError("NotFound", `workload ${workload} has no service in cluster ${cluster}`, {
      hint:
        "Check --cluster and --region. Services are found by their tag aiplat:workload, or by this name; " +
        "aws ecs list-services lists them all.",
      details: { workload, cluster },
    });
  }
  return services;
}

/** A command line that does `words` with the same services, in the same place. */
export function serviceCommand(context: Pick<Context, "options">, words: string, target: ServiceTarget): string {
  return placedCommand(context, [...words.split(" "), target.workload], target);
}

/** A command line that does `words` in the same place. */
export function placedCommand(
  context: Pick<Context, "options">,
  words: readonly string[],
  { cluster }: Pick<ServiceTarget, "cluster">,
): string {
  const { regions, profile, endpointUrl } = context.options;
  const rest = [
    ...words,
    "--cluster",
    cluster,
    ...regions.flatMap((region) => ["--region", region]),
    ...(profile === undefined ? [] : ["--profile", profile]),
    ...(endpointUrl === undefined ? [] : ["--endpoint-url", endpointUrl]),
  ];
  return `aiplat ${rest.map(shellWord).join(" ")}`;
}
