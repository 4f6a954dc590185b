/** Where ECS gets the value of a secret from, as `valueFrom` says. */
export type SecretReference =
  | {
      readonly service: "secretsmanager";
      /** The ARN or name that Secrets Manager knows it by. */
      readonly id: string;
      readonly region?: string;
      readonly account?: string;
      /** A staging label or a version, where the newest is not meant. */
      readonly stage?: string;
      readonly version?: string;
    }
  | {
      readonly service: "ssm";
      /** The names that it may have: the ARNs of `name` and `/name` are the same. */
      readonly names: readonly string[];
      readonly region?: string;
      readonly account?: string;
    };

/**
 * Reads `valueFrom`: the ARN of a secret with `:json-key:version-stage:version-id` after it, where any part may be
 * empty; the ARN of a parameter; or the name of a parameter in the task's own region.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html and
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
 */
export function parseSecretReference(valueFrom: string): SecretReference {
  const secret =
    /^(arn:[^:]+:secretsmanager:([^:]*):([^:]*):secret:[^:]+)(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?$/.exec(valueFrom);
  if (secret !== null) {
    const [, id, region, account, , stage, version] = secret;
    return {
      service: "secretsmanager",
      id: id!,
      region: region!,
      account: account!,
      ...(stage ? { stage } : {}),
      ...(version ? { version } : {}),
    };
  }
  const parameter = /^arn:[^:]+:ssm:([^:]*):([^:]*):parameter\/(.+)$/.exec(valueFrom);
  if (parameter === null) return { service: "ssm", names: [valueFrom] };
  const [, region, account, name] = parameter as unknown as readonly [string, string, string, string];
  return { service: "ssm", names: name.includes("/") ? [`/${name}`] : [name, `/${name}`], region, account };
}
