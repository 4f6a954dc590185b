import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { StsPort } from "../ports.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** STS over the SDK. */
export function createSts(config: AwsConfig, signal: AbortSignal): StsPort {
  const client = new STSClient(clientSettings(config, "sts"));
  const call = createCall(config, "sts", signal);
  return {
    callerIdentity: async () => {
      const { Account, Arn } = await call("GetCallerIdentity", (options) =>
        client.send(new GetCallerIdentityCommand({}), options),
      );
      return { account: Account ?? "", arn: Arn ?? "" };
    },
  };
}
