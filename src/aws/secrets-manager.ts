import { present } from "../core/base/present.ts";
import { DescribeSecretCommand, GetResourcePolicyCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { AiplatError } from "../errors.ts";
import type { SecretsPort } from "../ports.ts";
import { absentAs } from "./failure.ts";
import { createCall } from "./call.ts";
import { clientSettings, type AwsConfig } from "./config.ts";

/** What Secrets Manager says of secrets in one region, never their values. */
export function createSecrets(config: AwsConfig, signal: AbortSignal): SecretsPort {
  const client = new SecretsManagerClient(clientSettings(config, "secretsmanager"));
  const call = createCall(config, "secretsmanager", signal);

  /** Undefined where it may not be read: then nobody knows. */
  const hasPolicy = async (SecretId: string): Promise<boolean | undefined> => {
    try {
      const { ResourcePolicy } = await call("GetResourcePolicy", (options) =>
        client.send(new GetResourcePolicyCommand({ SecretId }), options),
      );
      return ResourcePolicy !== undefined;
    } catch (error) {
      if (!(error instanceof AiplatError) || error.code === "Interrupted") throw error;
      return undefined;
    }
  };

  return {
    describeSecret: async (SecretId) => {
      const answer = await absentAs(
        /^ResourceNotFoundException$/,
        call("DescribeSecret", (options) => client.send(new DescribeSecretCommand({ SecretId }), options)),
      );
      if (answer === undefined) return undefined;
      const deleted = answer.DeletedDate !== undefined;
      // "You can't perform this operation on the secret because it was marked for deletion": none of the others either.
      const policy = deleted ? undefined : await hasPolicy(SecretId);
      return {
        ...present({ arn: answer.ARN }),
        deleted,
        ...present({ hasPolicy: policy }),
        versions: answer.VersionIdsToStages ?? {},
      };
    },
  };
}
