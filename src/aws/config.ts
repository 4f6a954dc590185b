/**
 * What every AWS adapter is made with: src/aws/connect.ts builds it, once a
 * region, from flags, environment and profile.
 */
import type { Clock } from "../clock.ts";
import { present } from "../core/base/present.ts";
import { wholeAnswers } from "./answers.ts";
import type { SSMClientConfig } from "@aws-sdk/client-ssm";

/** The services aiplat calls, by the name that the AWS CLI and IAM actions use. */
export type AwsService =
  | "ecs"
  | "ssm"
  | "logs"
  | "eks"
  | "ec2"
  | "sts"
  | "autoscaling"
  | "cloudformation"
  | "elasticloadbalancing"
  | "iam"
  | "ecr"
  | "secretsmanager"
  | "servicequotas";

export interface AwsConfig {
  readonly region: string;
  /** What names the region, e.g. `AWS_REGION`, where the user did. Errors name it. */
  readonly regionSource?: string;
  /** The regions that have answered: they exist, whatever comes later. */
  readonly answering?: Set<string>;
  /** One provider for all clients: thirty regions assume a role once. */
  readonly credentials: NonNullable<SSMClientConfig["credentials"]>;
  /** Endpoints that a flag, the environment or the profile sets; AWS's own where there is none. */
  readonly endpoints: Readonly<Partial<Record<AwsService, string>>>;
  /** The profile that the credentials are of, where one was named. Errors name it. */
  readonly profile?: string;
  /** Writes one line about an AWS call (--debug). */
  readonly log?: (line: string) => void;
  /** What requests are paced by, and what cuts them off; the machine's unless given. */
  readonly clock?: Clock;
}

/** The settings that all SDK clients share. */
export type ClientSettings = Pick<
  SSMClientConfig,
  | "region"
  | "credentials"
  | "endpoint"
  | "ignoreConfiguredEndpointUrls"
  | "maxAttempts"
  | "retryMode"
  | "requestHandler"
  | "logger"
> & {
  readonly extensions: Extension[];
};

/** What is done to a client's way to send, whichever service it is of. */
export interface Extension {
  configure(configuration: Pick<SdkConfiguration, "httpHandler" | "setHttpHandler">): void;
}

type SdkConfiguration = Parameters<NonNullable<SSMClientConfig["extensions"]>[number]["configure"]>[0];

/**
 * The settings of a service's SDK client.
 *
 * Five attempts in adaptive mode, where the client also paces itself after the first throttling answer: the last
 * attempt comes within 8 seconds. A connection gets 5 seconds, an answer 30 and its body 30 more, where the SDK would
 * wait for ever.
 */
export function clientSettings(config: AwsConfig, service: AwsService): ClientSettings {
  const endpoint = config.endpoints[service];
  return {
    region: config.region,
    credentials: config.credentials,
    ...present({ endpoint }),
    // config.endpoints is the whole answer: the SDK looks only at AWS_PROFILE's endpoint_url, not at --profile's.
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: 5,
    retryMode: "adaptive",
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
    extensions: [wholeAnswers],
    logger: quietLogger,
  };
}

/**
 * The SDK warns on the console, e.g. of two sources of credentials, unless it has a logger. For `info` and `error`, which
 * it calls only where they are there, it would copy every request and answer.
 */
export const quietLogger = { trace: ignore, debug: ignore, warn: ignore } as NonNullable<SSMClientConfig["logger"]>;

function ignore(): void {}
