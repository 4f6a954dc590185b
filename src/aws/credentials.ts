import { present } from "../core/base/present.ts";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { Context, GlobalOptions } from "../context.ts";
import { quietLogger, type AwsConfig } from "./config.ts";
import type { Profile } from "./profile.ts";

/**
 * The credentials of every client: the SDK's default chain (environment, SSO, roles, processes, web identity, container
 * and instance metadata), with one difference that the AWS CLI makes too: keys in the environment win over AWS_PROFILE,
 * and lose only to --profile. https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
 *
 * @param region Where roles are assumed. Asking many regions must not assume them in one that is not enabled.
 */
export function chooseCredentials(
  options: Pick<GlobalOptions, "profile">,
  env: Context["env"],
  profile: Profile,
  region: string,
): AwsConfig["credentials"] {
  return (
    keysOfEnvironment(options, env) ??
    defaultProvider({
      ...present({ profile: profile.name }),
      logger: quietLogger,
      parentClientConfig: { region: async () => region },
    })
  );
}

/** The keys of the environment, where they are what proves who calls. */
export function keysOfEnvironment(options: Pick<GlobalOptions, "profile">, env: Context["env"]) {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = env["AWS_SESSION_TOKEN"];
  if (options.profile || !accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
