import type { Aws, Context, GlobalOptions } from "../context.ts";
import type { AwsConfig } from "./config.ts";
import { chooseCredentials } from "./credentials.ts";
import { checkRegion, chooseEndpoints, chooseRegion, noRegion, readProfile } from "./profile.ts";

/** Role credentials work in every region of the partition; this one is always enabled. */
const fallbackRegion = "us-east-1";

/**
 * AWS as flags, environment and profile describe it. Nothing is read before the first use, and each service's adapter,
 * with its part of the SDK, is loaded at its first call.
 *
 * @param log Writes a line about each AWS call; undefined without --debug.
 */
export function connectAws(options: GlobalOptions, env: Context["env"], signal: AbortSignal, log?: (line: string) => void): Aws {
  let shared: Promise<Shared> | undefined;
  const getShared = () => (shared ??= share(options, env, log));
  const home = async () => {
    const { region: named, profile } = await getShared();
    if (named === undefined) throw noRegion(profile);
    return named;
  };
  const region = async () => checkRegion((await home()).name);
  const configFor = async (name: string): Promise<AwsConfig> => ({ ...(await getShared()).config, region: checkRegion(name) });
  return {
    region,
    regionSource: async () => (await home()).source,
    ecs: once(async () => {
      const config = await configFor(await region());
      return (await import("./ecs.ts")).createEcs(config, signal);
    }),
    ssm: async (name) => {
      const config = await configFor(name);
      return (await import("./ssm.ts")).createSsm(config, signal);
    },
    logs: onceEach(async (name) => {
      const config = await configFor(name ?? (await region()));
      return (await import("./logs.ts")).createLogs(config, signal);
    }),
    eks: once(async () => {
      const config = await configFor(await region());
      return (await import("./eks.ts")).createEks(config, signal);
    }),
    ec2: once(async () => {
      const config = await configFor(await region());
      return (await import("./ec2.ts")).createEc2(config, signal);
    }),
    ec2Read: once(async () => {
      const config = await configFor(await region());
      return (await import("./ec2-read.ts")).createEc2Read(config, signal);
    }),
    sts: once(async () => {
      const config = await configFor(await region());
      return (await import("./sts.ts")).createSts(config, signal);
    }),
    iam: once(async () => {
      const config = await configFor(await region());
      return (await import("./iam.ts")).createIam(config, signal);
    }),
    ecr: onceEach(async (name: string) => {
      const config = await configFor(name);
      return (await import("./ecr.ts")).createEcr(config, signal);
    }),
    secrets: onceEach(async (name: string) => {
      const config = await configFor(name);
      return (await import("./secrets-manager.ts")).createSecrets(config, signal);
    }),
    quotas: once(async () => {
      const config = await configFor(await region());
      return (await import("./service-quotas.ts")).createQuotas(config, signal);
    }),
  };
}

/** One adapter a command: its pace holds for all of the command's calls together. */
function once<Port>(make: () => Promise<Port>): () => Promise<Port> {
  let made: Promise<Port> | undefined;
  return () => (made ??= make());
}

/** As `once`, for each region. */
function onceEach<Region extends string | undefined, Port>(make: (region: Region) => Promise<Port>): (region: Region) => Promise<Port> {
  const made = new Map<Region, Promise<Port>>();
  return (region) => {
    const port = made.get(region) ?? make(region);
    made.set(region, port);
    return port;
  };
}

type Shared = Awaited<ReturnType<typeof share>>;

/** What holds for every region. */
async function share(options: GlobalOptions, env: Context["env"], log: ((line: string) => void) | undefined) {
  const profile = await readProfile(options, env);
  const region = chooseRegion(options, env, profile);
  const config: Omit<AwsConfig, "region"> = {
    credentials: chooseCredentials(options, env, profile, region?.name ?? fallbackRegion),
    endpoints: chooseEndpoints(options, env, profile),
    ...(profile.name === undefined ? {} : { profile: profile.name }),
    ...(log === undefined ? {} : { log }),
  };
  return { profile, region, config };
}
