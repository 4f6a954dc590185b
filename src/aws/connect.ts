import { within } from "../clock.ts";
import { present } from "../core/base/present.ts";
import type { Aws, Context, GlobalOptions } from "../context.ts";
import type { AwsConfig } from "./config.ts";
import { chooseCredentials, keysOfEnvironment } from "./credentials.ts";
import { checkRegion, chooseEndpoints, chooseRegion, noRegion, readProfile, sourceOf } from "./profile.ts";

type CreatePort<Port> = (config: AwsConfig, signal: AbortSignal) => Port;

/** Role credentials work in every region of the partition; this one is always enabled. */
const fallbackRegion = "us-east-1";

/**
 * AWS as flags, environment and profile describe it. Nothing is read before the first use, and each service's adapter,
 * with its part of the SDK, is loaded at its first call.
 *
 * @param settings `log` writes a line about each AWS call (--debug); `clock` is what requests are paced and cut off by.
 */
export function connectAws(
  options: GlobalOptions,
  env: Context["env"],
  signal: AbortSignal,
  settings: Pick<AwsConfig, "log" | "clock"> = {},
): Aws {
  let shared: Promise<Shared> | undefined;
  const getShared = () => (shared ??= share(options, env, settings));
  const home = async () => {
    const { region: named, profile } = await getShared();
    if (named === undefined) throw noRegion(profile);
    return named;
  };
  const region = async () => checkRegion((await home()).name);
  const configFor = async (name: string): Promise<AwsConfig> => {
    const { config, region: named } = await getShared();
    const regionSource = sourceOf(name, options, named);
    return { ...config, region: checkRegion(name), ...present({ regionSource }) };
  };
  // One adapter a command and region: its pace holds for all of the command's calls together.
  const inEach = <Port>(load: () => Promise<CreatePort<Port>>) => {
    const made = new Map<string, Promise<Port>>();
    return async (name?: string): Promise<Port> => {
      const config = await configFor(name ?? (await region()));
      const port = made.get(config.region) ?? load().then((create) => create(config, signal));
      made.set(config.region, port);
      return port;
    };
  };
  const here = <Port>(load: () => Promise<CreatePort<Port>>) => {
    const port = inEach(load);
    return () => port();
  };
  return {
    region,
    regionSource: async () => (await home()).source,
    ecs: here(async () => (await import("./ecs.ts")).createEcs),
    ecsWithin: async (milliseconds) => {
      const [{ createEcs }, config] = await Promise.all([import("./ecs.ts"), region().then(configFor)]);
      return createEcs(config, within(signal, milliseconds, config.clock));
    },
    ecsAfterwards: here(async () => (await import("./ecs.ts")).createEcsAfterwards),
    ssm: inEach(async () => (await import("./ssm.ts")).createSsm),
    logs: inEach(async () => (await import("./logs.ts")).createLogs),
    eks: here(async () => (await import("./eks.ts")).createEks),
    ec2: here(async () => (await import("./ec2.ts")).createEc2),
    ec2Read: here(async () => (await import("./ec2-read.ts")).createEc2Read),
    autoScaling: here(async () => (await import("./auto-scaling.ts")).createAutoScaling),
    cloudFormation: here(async () => (await import("./cloudformation.ts")).createCloudFormation),
    machineImages: here(async () => (await import("./machine-images.ts")).createMachineImages),
    loadBalancing: here(async () => (await import("./load-balancing.ts")).createLoadBalancing),
    sts: here(async () => (await import("./sts.ts")).createSts),
    iam: here(async () => (await import("./iam.ts")).createIam),
    ecr: inEach(async () => (await import("./ecr.ts")).createEcr),
    secrets: inEach(async () => (await import("./secrets-manager.ts")).createSecrets),
    quotas: here(async () => (await import("./service-quotas.ts")).createQuotas),
    sandboxEndpoint: here(async () => (await import("./sandbox-endpoint.ts")).createSandboxEndpoint),
  };
}

type Shared = Awaited<ReturnType<typeof share>>;

/** What holds for every region. */
async function share(options: GlobalOptions, env: Context["env"], settings: Pick<AwsConfig, "log" | "clock">) {
  const profile = await readProfile(options, env);
  const region = chooseRegion(options, env, profile);
  const config: Omit<AwsConfig, "region"> = {
    credentials: chooseCredentials(options, env, profile, region?.name ?? fallbackRegion),
    endpoints: chooseEndpoints(options, env, profile),
    ...(keysOfEnvironment(options, env) === undefined ? present({ profile: profile.name }) : {}),
    answering: new Set(),
    ...settings,
  };
  return { profile, region, config };
}
