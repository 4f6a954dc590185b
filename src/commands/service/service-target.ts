import type { Context } from "../../context.ts";
import { present } from "../../core/base/present.ts";
import { listOr } from "../../core/base/problem.ts";
import type { Service } from "../../core/ecs-api/service.ts";
import type { Workload } from "../../core/workload/schema.ts";
import { AiplatError, InvalidInput } from "../../errors.ts";
import { fileExists } from "../../files/read.ts";
import { findServices } from "../../operations/find-services.ts";
import type { EcsPort } from "../../ports.ts";
import { shellWord } from "../../output/print.ts";
import type { ArgumentSpec } from "../command.ts";
import type { OptionsOf, OptionSpec } from "../shared/option.ts";
import { clusterOfEnvironment, defaultFile } from "../shared/named-cluster.ts";
import { loadWorkload } from "../shared/load-workload.ts";
import { noFileOption, setOption } from "../shared/workload-options.ts";

/** A workload's services in their cluster. */
export interface ServiceTarget {
  readonly workload: string;
  readonly cluster: string;
  /** What the file calls its ECS service: an imported one has no tag of aiplat yet. */
  readonly serviceName?: string;
}

export const serviceArgument: ArgumentSpec = {
  syntax: "[workload...]",
  description: "the workload's name, or its files, each merged over those before it (default: ./aiplat.yaml)",
};

export const serviceClusterOption = {
  flags: "--cluster <name>",
  description: "name or ARN of the cluster",
  defaultText: "that of ./aiplat.yaml, AIPLAT_CLUSTER, default",
} as const satisfies OptionSpec;

/** Of what makes a workload, that which says whose services are meant. */
export const serviceTargetOptions = [
  serviceClusterOption,
  { flags: "--name <name>", description: "the workload's name: the argument's other way to write it" },
  setOption,
  { ...noFileOption, description: "leave ./aiplat.yaml out" },
] as const satisfies readonly OptionSpec[];

export type ServiceTargetOptions = OptionsOf<typeof serviceTargetOptions>;

/**
 * The workload that the argument or --name names, that of the files that it names, or the one of ./aiplat.yaml.
 *
 * @throws AiplatError Usage where they name none, or more than one.
 */
export async function readServiceTarget(
  context: Context,
  args: readonly string[],
  options: ServiceTargetOptions,
): Promise<ServiceTarget> {
  const files = args.filter(isFile);
  const name = nameAmong(args, files, options.name);
  if (files.length > 0) {
    const { set, file } = options;
    const { workload } = await loadWorkload(context, {
      args: files,
      options: { file, ...present({ set, name: options.name }) },
    });
    return targetOf(workload, options.cluster);
  }
  if (!options.file || !fileExists(context, defaultFile)) return targetOfName(context, name, options);
  const loaded = await loadDefaultFile(context, name, options);
  if (loaded !== undefined && (name === undefined || name === loaded.name)) return targetOf(loaded, options.cluster);
  if (loaded !== undefined && options.set !== undefined)
    throw new AiplatError("Usage", `${name} is asked for, and --set is of ${loaded.name}, which ${defaultFile} has`);
  return targetOf({ name: name! }, options.cluster ?? clusterOfEnvironment(context));
}

/** No name has a dot or a slash. */
function isFile(text: string): boolean {
  return /[./]|^-$/.test(text);
}

/** The name that stands among the arguments, or after --name. */
function nameAmong(args: readonly string[], files: readonly string[], flag: string | undefined): string | undefined {
  const names = args.filter((each) => !isFile(each));
  const [name] = names;
  if (names.length > 1)
    throw new AiplatError("Usage", `one workload at a time: ${listOr(names, "and")} are ${names.length}`, {
      hint: "A file of this folder that has no dot in its name is written as ./FILE.",
    });
  if (name !== undefined && files.length > 0)
    throw new AiplatError("Usage", `${name} is a name, and stands beside the file ${files[0]}`, {
      hint: `Give the name or the files. The file ${name} of this folder is written as ./${name}.`,
    });
  if (name !== undefined && flag !== undefined)
    throw new AiplatError("Usage", `give ${name} or --name ${flag}, not both`);
  return name ?? flag;
}

/** Without a file: the name, and the cluster that the flag or the environment says. */
function targetOfName(
  context: Context,
  name: string | undefined,
  { cluster, file, set }: ServiceTargetOptions,
): ServiceTarget {
  const absent = file ? `there is no ${defaultFile} here` : `--no-file leaves out ${defaultFile}`;
  if (name === undefined)
    throw new AiplatError("Usage", `no workload named, and ${absent}`, {
      hint: "Name the workload, as in: aiplat service status bert --cluster prod",
    });
  if (set !== undefined)
    throw new AiplatError("Usage", `--set is of a workload file, and ${absent}`, {
      hint: "Name the file, or say the cluster with --cluster.",
    });
  return targetOf({ name }, cluster ?? clusterOfEnvironment(context));
}

/** Undefined for a broken file where the command line says all: it is in nobody's way. */
async function loadDefaultFile(
  context: Context,
  name: string | undefined,
  { cluster, set, file }: ServiceTargetOptions,
): Promise<Workload | undefined> {
  try {
    return (await loadWorkload(context, { args: [], options: { file, ...present({ set }) } })).workload;
  } catch (error) {
    if (name !== undefined && cluster !== undefined && set === undefined && error instanceof InvalidInput)
      return undefined;
    throw error;
  }
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
