import type { DefinitionRefusal } from "./definition-refusal.ts";
import { issue, preflight, unverified } from "./rule.ts";

/** Each field with the name that ECS's sentence has for it. */
const unsupported = [
  ["dockerSecurityOptions", "dockerSecurityOptions", "docker-security-options"],
  ["sharedMemorySize", "sharedMemorySize", "shared-memory-size"],
  ["maxSwap", "maxSwap", "max-swap"],
  ["ipcMode", "ipcMode", "ipc-mode"],
  ["placementConstraints", "constraints", "placement-constraints"],
  ["sourcePath", "sourcePath", "host-source-path"],
  ["dockerVolumeConfiguration", "dockerVolumeConfiguration", "docker-volume"],
] as const;

export const fargateRefusals: readonly DefinitionRefusal[] = [
  {
    breach: "fargate-network",
    words: "Fargate only supports network mode ‘awsvpc’.",
    source: issue("aws/amazon-ecs-cli", 1145),
  },
  {
    breach: "fargate-size",
    when: ({ definition }) => definition.cpu === undefined,
    words: "Fargate requires that 'cpu' be defined at the task level.",
    source: issue("mongodb/terraform-aws-ecs-task-definition", 38),
  },
  {
    breach: "fargate-size",
    when: ({ definition }) => definition.memory === undefined,
    words: "Fargate requires that 'memory' be defined at the task level.",
    source: issue("aws/amazon-ecs-cli", 982),
  },
  {
    breach: "fargate-size",
    words:
      "No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. " +
      "See the Amazon ECS documentation for the valid values.",
    source: issue("aws-games/cloud-game-development-toolkit", 737),
  },
  {
    breach: "fargate-accelerator",
    at: "devices",
    words: "Fargate compatible task definitions do not support devices",
    source: preflight("fargate-devices"),
  },
  {
    breach: "fargate-accelerator",
    words: "Tasks using the Fargate launch type do not support {value} resource requirements",
    source: `${preflight("fargate-gpu-resource")}; of NeuronDevice: ${unverified}`,
  },
  {
    breach: "log-driver",
    words: "{value} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]",
    source: preflight("fargate-log-driver-unsupported"),
  },
  {
    breach: "fargate-field",
    at: "privileged",
    words: "Fargate requires that the 'privileged' setting be 'false'",
    source: preflight("fargate-privileged"),
  },
  {
    breach: "fargate-field",
    at: "capabilities.add",
    words: "{value} is not allowed on Fargate.",
    source: preflight("fargate-capabilities-add"),
  },
  {
    breach: "fargate-field",
    at: "pidMode",
    words:
      "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    source: "https://github.com/getmoto/moto/blob/master/moto/ecs/models.py",
  },
  ...unsupported.map(([at, name, rule]): DefinitionRefusal => ({
    breach: "fargate-field",
    at,
    words: `Fargate compatible task definitions do not support ${name}`,
    source: preflight(`fargate-${rule}`),
  })),
  {
    breach: "fargate-field",
    words: "Fargate compatible task definitions do not support {member}",
    source: `as the others: ${unverified}`,
  },
];
