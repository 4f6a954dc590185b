import type { DefinitionRefusal } from "./definition-refusal.ts";
import { api, guide, issue, preflight, unverified } from "./rule.ts";

const general = `the words: ${unverified}; what is asked for: ${api}/API_RegisterTaskDefinition.html`;
const moto = "https://github.com/getmoto/moto/blob/master/moto/ecs/exceptions.py";
const setting = "Invalid setting for container '{container}'.";

/** The fields that the API must have, and their bounds. */
export const fieldRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "missing-field",
    at: "family",
    words: "Family can not be blank.",
    source: issue("aws-actions/amazon-ecs-deploy-task-definition", 630),
  },
  {
    breach: "out-of-bounds",
    at: "family",
    words: "Family contains invalid characters.",
    source: issue("aws/amazon-ecs-cli", 37),
  },
  {
    breach: "missing-field",
    at: "containerDefinitions",
    words: "Container list cannot be empty.",
    source: preflight("container-definitions-empty"),
  },
  {
    breach: "out-of-bounds",
    at: "containerDefinitions",
    when: ({ definition }) => definition.containerDefinitions.length > 0,
    words: "Too many containers.",
    source: issue("aws/amazon-ecs-cli", 184),
  },
  {
    breach: "out-of-bounds",
    at: "containerDefinitions",
    words: "Container list cannot be empty.",
    source: preflight("container-definitions-empty"),
  },
  {
    breach: "missing-field",
    at: "containerDefinitions.name",
    words: "Container.name should not be null or empty.",
    source: moto,
  },
  {
    breach: "out-of-bounds",
    at: "containerDefinitions.name",
    words: "Container.name contains invalid characters.",
    source: issue("hashicorp/terraform-provider-aws", 5950),
  },
  {
    breach: "missing-field",
    at: "containerDefinitions.image",
    words: "Container.image should not be null or empty.",
    source: moto,
  },
  {
    breach: "out-of-bounds",
    at: "volumes.name",
    words: "volume.name contains invalid characters.",
    source: issue("aws/amazon-ecs-cli", 277),
  },
  {
    breach: "missing-field",
    at: "environment.name",
    words: "Environment variable name cannot be null or blank.",
    source: issue("thnery/terraform-aws-template", 2),
  },
  {
    breach: "out-of-bounds",
    at: "cpu",
    when: ({ path }) => path.length === 1,
    words: invalidSize("cpu"),
    source: `${guide}/task-cpu-memory-error.html`,
  },
  {
    breach: "out-of-bounds",
    at: "memory",
    when: ({ path }) => path.length === 1,
    words: invalidSize("memory"),
    source: `as that of cpu: ${guide}/task-cpu-memory-error.html`,
  },
  {
    breach: "out-of-bounds",
    at: "restartAttemptPeriod",
    words: "the 'restartAttemptPeriod' setting for container '{container}' must be between 60 and 1800",
    source: preflight("restart-policy-attempt-period-range"),
  },
  {
    breach: "out-of-bounds",
    at: "environmentFiles",
    words: "The maximum number of environment files was exceeded. Specify ten or less and try again",
    source: preflight("environment-files-max"),
  },
  {
    breach: "out-of-bounds",
    at: "sizeInGiB",
    words: "EphemeralStorage size should be {bounds}",
    source: preflight("ephemeral-storage-range"),
  },
  ...["interval", "timeout", "retries", "startPeriod"].map((member): DefinitionRefusal => ({
    breach: "out-of-bounds",
    at: `healthCheck.${member}`,
    words: `${setting} '${member}' of the health check must be {bounds}.`,
    source: `the words: ${unverified}; the bounds: ${api}/API_HealthCheck.html`,
  })),
];

/** For the fields of which no report has ECS's sentence. */
export const otherFieldRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "out-of-bounds",
    when: ({ container }) => container !== undefined,
    words: `${setting} '{member}' must be {bounds}.`,
    source: general,
  },
  { breach: "out-of-bounds", words: "'{member}' must be {bounds}.", source: general },
  {
    breach: "unknown-word",
    at: "logDriver",
    words: "{value} is not a valid log driver. Must be one of [{known}]",
    source: `as that of Fargate: ${preflight("fargate-log-driver-unsupported")}`,
  },
  { breach: "unknown-word", words: "Invalid {member}: '{value}'. Must be one of [{known}]", source: general },
  {
    breach: "missing-field",
    when: ({ container }) => container !== undefined,
    words: `${setting} '{member}' should not be null or empty.`,
    source: general,
  },
  { breach: "missing-field", words: "'{member}' should not be null or empty.", source: general },
];

export function invalidSize(which: "cpu" | "memory"): string {
  return (
    `Invalid '${which}' setting for task. For more information, see the Troubleshooting section of the Amazon ECS ` +
    "Developer Guide."
  );
}
