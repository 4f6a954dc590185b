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
  const region = async () => {
    const { home, profile } = await getShared();
    if (home === undefined) throw noRegion(profile);
    return checkRegion(home);
  };
  const configFor = async (name: string): Promise<AwsConfig> => ({ ...(await getShared()).config, region: checkRegion(name) });
  return {
    region,
    ecs: once(async () => {
      const config = await configFor(await region());
      return (await import("./ecs.ts")).createEcs(config, signal);
    }),
    ssm: async (name) => {
      const config = await configFor(name);
      return (await import("./ssm.ts")).createSsm(config, signal);
    },
    logs: once(async () => {
      const config = await configFor(await region());
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
  };
}

/** One adapter a command: its pace holds for all of the command's calls together. */
function once<Port>(make: () => Promise<Port>): () => Promise<Port> {
  let made: Promise<Port> | undefined;
  return () => (made ??= make());
}

type Shared = Awaited<ReturnType<typeof share>>;

/** What holds for every region. */
async function share(options: GlobalOptions, env: Context["env"], log: ((line: string) => void) | undefined) {
  const profile = await readProfile(options, env);
  const home = chooseRegion(options, env, profile);
  const config: Omit<AwsConfig, "region"> = {
    credentials: chooseCredentials(options, env, profile, home ?? fallbackRegion),
    endpoints: chooseEndpoints(options, env, profile),
    ...(profile.name === undefined ? {} : { profile: profile.name }),
    ...(log === undefined ? {} : { log }),
  };
  return { profile, home, config };
}
