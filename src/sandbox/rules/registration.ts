/** What RegisterTaskDefinition refuses, by the rule of the linter that says so of the same definition. */
import type { DefinitionRefusal } from "./definition-refusal.ts";
import { fargateRefusals } from "./registration-fargate.ts";
import { fieldRefusals, invalidSize, otherFieldRefusals } from "./registration-fields.ts";
import { logRefusals, portRefusals } from "./registration-ports-logs.ts";
import { api, guide, issue, preflight, unverified, type SandboxRule } from "./rule.ts";

const general = `the words: ${unverified}; what is asked for: ${api}/API_RegisterTaskDefinition.html`;
const neuron = `the words: ${unverified}; ${guide}/ecs-inference.html`;
const managed = `the words: ${unverified}; ${guide}/managed-instances-tasks-services.html`;
const gpu = `the words: ${unverified}; ${api}/API_ResourceRequirement.html`;
const setting = "Invalid setting for container '{container}'.";

const taskRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "duplicate-container",
    words: "Container names must be unique within a task definition.",
    source: preflight("duplicate-container-names"),
  },
  {
    breach: "essential-missing",
    words: "Task definition doesn't have any essential container.",
    source: preflight("essential-container"),
  },
  {
    breach: "memory-not-set",
    words: `${setting} At least one of 'memory' or 'memoryReservation' must be specified.`,
    source: issue("klothoplatform/klotho", 892),
  },
  {
    breach: "memory-below-reservation",
    words: `${setting} 'memory' must be greater than or equal to 'memoryReservation'.`,
    source: preflight("container-memory-reservation"),
  },
  {
    breach: "task-size",
    at: "containerDefinitions.memory",
    words: "The 'memory' setting for container '{container}' is greater than for the task.",
    source: preflight("container-memory-over-task"),
  },
  {
    breach: "task-size",
    at: "memory",
    words: "The sum of all container 'memory' values cannot be greater than the value of the task 'memory'.",
    source: `the words: ${unverified}; ${api}/API_ContainerDefinition.html`,
  },
  {
    breach: "task-size",
    when: ({ message }) => !message.startsWith("the containers"),
    words: invalidSize("cpu"),
    source: `${guide}/task-cpu-memory-error.html`,
  },
  {
    breach: "task-size",
    words: "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    source: issue("klothoplatform/klotho", 892),
  },
  {
    breach: "secrets-without-role",
    at: "repositoryCredentials",
    words: "Private repository authentication requires that the task definition specify a value for executionRoleArn.",
    source: issue("sil-org/ecs-deploy", 188),
  },
  {
    breach: "secrets-without-role",
    words: "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    source: issue("fabfuel/ecs-deploy", 87),
  },
  {
    breach: "variable-twice",
    words:
      "The secret name must be unique and not shared with any new or existing environment variables set on the " +
      "container, such as '{value}'.",
    source: issue("dagster-io/dagster", 11622),
  },
  {
    breach: "elastic-inference",
    words: "Unsupported field 'inferenceAccelerators'",
    source: `${preflight("fargate-inference-accelerator")}; of a requirement of that type: ${unverified}`,
  },
  {
    breach: "constraint-type",
    words: "constraint.type '{value}' is not supported.",
    source: issue("aws-samples/aws-cdk-examples", 628),
  },
  {
    breach: "constraint-limit",
    words: "Too many placement constraints, or too long ones: at most 10, of 2000 characters.",
    source: general,
  },
  { breach: "constraint-syntax", words: "Invalid placement constraint expression: {value}", source: general },
  {
    breach: "definition-size",
    words: "Actual length: '{length}'. Max allowed length is '65536' bytes.",
    fill: ({ definition }) => ({ length: String(JSON.stringify(definition).length) }),
    source: `was seen in public build logs; ${guide}/service-quotas.html`,
  },
];

const referenceRefusals: readonly DefinitionRefusal[] = [
  { breach: "unknown-volume", words: "Unknown volume '{value}'.", source: issue("ansible/ansible", 35751) },
  {
    breach: "unknown-container",
    at: "dependsOn",
    words: "Cannot depend on container + '{value}' because it does not exist",
    source: "https://github.com/eagletmt/hako/pull/99",
  },
  {
    breach: "unknown-container",
    at: "sourceContainer",
    words: "Invalid 'volumesFrom' setting. Unknown container: '{value}'",
    source: preflight("volumesfrom-source-container-missing"),
  },
  {
    breach: "unknown-container",
    at: "proxyConfiguration.containerName",
    words: "Proxy container [{value}] does not exist",
    source: preflight("proxy-configuration-container-missing"),
  },
  {
    breach: "unknown-container",
    words: "Invalid 'links' setting. Unknown container: '{name}'",
    // NAME or NAME:ALIAS
    fill: ({ value }) => ({ name: String(value).split(":")[0]! }),
    source: `the words: ${unverified}; ${api}/API_ContainerDefinition.html`,
  },
  {
    breach: "dependency-circle",
    words: "Container dependencies should not have a cycle",
    source: `${unverified}, after the sentence of links: ${issue("Shippable/support", 4194)}`,
  },
  {
    breach: "dependency-condition",
    when: ({ value }) => value === "HEALTHY",
    words: "A dependency container with HEALTHY condition must have health check configured",
    source: preflight("dependson-healthy-without-healthcheck"),
  },
  {
    breach: "dependency-condition",
    words: "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    source: issue("boto/boto3", 2436),
  },
  {
    breach: "volume-kinds",
    words: "Only one type of volume configuration can be specified for a volume.",
    source: `the words: ${unverified}; ${api}/API_Volume.html`,
  },
  {
    breach: "volume-unmounted",
    words: "Volumes [{value}] are not referenced by any of the containers",
    source: preflight("volume-not-referenced"),
  },
  {
    breach: "efs-access-point",
    at: "rootDirectory",
    words: 'When using an EFS access point, the root directory must either be set to "/" or be omitted',
    source: preflight("efs-access-point-with-root-directory"),
  },
  {
    breach: "efs-access-point",
    words: "EFS IAM authorization requires TransitEncryption to be enabled",
    source: `${preflight("efs-iam-without-transit-encryption")}; of an access point the words are ${unverified}`,
  },
];

const acceleratorRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "neuron-device-capacity",
    words: "NeuronDevice is only supported with requiresCompatibilities MANAGED_INSTANCES.",
    source: neuron,
  },
  { breach: "neuron-device-value", words: "The only supported value of NeuronDevice is ALL.", source: neuron },
  {
    breach: "neuron-device-containers",
    words: "Only one container of a task definition can require NeuronDevice.",
    source: neuron,
  },
  { breach: "neuron-device-mixed", words: "NeuronDevice cannot be combined with devices.", source: neuron },
  {
    breach: "managed-instances-network",
    words: "MANAGED_INSTANCES only supports network mode 'awsvpc' or 'host'.",
    source: managed,
  },
  {
    breach: "managed-instances-size",
    words: "MANAGED_INSTANCES requires that 'cpu' and 'memory' be defined at the task level.",
    source: managed,
  },
  { breach: "gpu-value", words: "Invalid GPU requirement: '{value}'.", source: gpu },
  {
    breach: "gpu-options-differ",
    words: "All GPU requirements of a task definition must use the same option.",
    source: gpu,
  },
];

/** The first of them that a definition calls for is what it is refused with; in which order ECS looks is not known. */
export const definitionRefusals: readonly DefinitionRefusal[] = [
  ...fieldRefusals,
  ...fargateRefusals,
  ...taskRefusals,
  ...referenceRefusals,
  ...logRefusals,
  ...portRefusals,
  ...acceleratorRefusals,
  ...otherFieldRefusals,
];

/** As docs/sandbox.md has them. */
export const registrationRules: readonly SandboxRule[] = definitionRefusals.map(({ breach, at, words, source }) => ({
  rule: `\`${breach}\`${at === undefined ? "" : ` (${at})`}: ${words}`,
  source,
}));
