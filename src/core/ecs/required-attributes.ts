import { parseImageReference } from "../catalog/container-images/image-reference.ts";
import type { ContainerDefinition, TaskDefinition } from "../ecs-api/api.ts";
import { networkModeOfDefinition } from "../ecs-api/host-ports.ts";
import { parseTaskCpu } from "./task-size.ts";

/** What ECS asks of an agent because a definition says something. */
export interface AgentRequirement {
  readonly attribute: string;
  /** What in the definition asks for it, as a sentence goes on after "for". */
  readonly reason: string;
  /** Whether AWS's pages or public answers of DescribeTaskDefinition say so; else only the agent's list has the name. */
  readonly known: boolean;
  readonly asks: (definition: TaskDefinition) => boolean;
}

const older = "com.amazonaws.ecs.capability.";
const newer = "ecs.capability.";

/** What a container asks for. */
function ofContainers(
  attribute: string,
  reason: string,
  asks: (container: ContainerDefinition, definition: TaskDefinition) => unknown,
): AgentRequirement {
  return {
    attribute,
    reason,
    known: true,
    asks: (definition) => definition.containerDefinitions.some((each) => Boolean(asks(each, definition))),
  };
}

const guessed = (requirement: AgentRequirement): AgentRequirement => ({ ...requirement, known: false });

const isEcr = ({ image }: ContainerDefinition) => parseImageReference(image).ecr !== undefined;
const isAwslogs = ({ logConfiguration }: ContainerDefinition) => logConfiguration?.logDriver === "awslogs";
const isOfSecretsManager = (valueFrom: string) => /^arn:[^:]+:secretsmanager:/.test(valueFrom);

const logDrivers = ["awslogs", "awsfirelens", "fluentd", "gelf", "journald", "json-file", "splunk", "syslog"];

/**
 * What a definition asks of the agent: the names are those of the agent's list, and which field asks for one was read
 * off answers of DescribeTaskDefinition that people have published.
 * https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability.go
 */
export const agentRequirements: readonly AgentRequirement[] = [
  ofContainers(`${older}ecr-auth`, "an image of ECR", isEcr),
  ofContainers(
    `${newer}execution-role-ecr-pull`,
    "an image of ECR with an execution role",
    (container, { executionRoleArn }) => executionRoleArn && isEcr(container),
  ),
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html: the agent "must register the
  // logging drivers available on that instance".
  ...logDrivers.map((driver) =>
    ofContainers(
      `${older}logging-driver.${driver}`,
      `the log driver ${driver}`,
      ({ logConfiguration }) => logConfiguration?.logDriver === driver,
    ),
  ),
  ofContainers(
    `${newer}execution-role-awslogs`,
    "the log driver awslogs with an execution role",
    (container, { executionRoleArn }) => executionRoleArn && isAwslogs(container),
  ),
  {
    attribute: `${older}task-iam-role`,
    reason: "a task role",
    known: true,
    asks: ({ taskRoleArn }) => Boolean(taskRoleArn),
  },
  {
    attribute: `${older}task-iam-role-network-host`,
    reason: "a task role in host mode",
    known: true,
    asks: (definition) => Boolean(definition.taskRoleArn) && networkModeOfDefinition(definition) === "host",
  },
  {
    attribute: `${newer}task-eni`,
    reason: "awsvpc mode",
    known: true,
    asks: (definition) => networkModeOfDefinition(definition) === "awsvpc",
  },
  ofContainers(`${newer}secrets.asm.environment-variables`, "secrets of Secrets Manager", ({ secrets }) =>
    secrets?.some(({ valueFrom }) => isOfSecretsManager(valueFrom)),
  ),
  ofContainers(`${newer}secrets.ssm.environment-variables`, "secrets of Parameter Store", ({ secrets }) =>
    secrets?.some(({ valueFrom }) => !isOfSecretsManager(valueFrom)),
  ),
  ofContainers(
    `${newer}container-ordering`,
    "dependsOn, startTimeout or stopTimeout",
    ({ dependsOn, startTimeout, stopTimeout }) =>
      dependsOn?.length || startTimeout !== undefined || stopTimeout !== undefined,
  ),
  ofContainers(`${newer}container-health-check`, "a health check", ({ healthCheck }) => healthCheck),
  ofContainers(`${newer}env-files.s3`, "environmentFiles", ({ environmentFiles }) => environmentFiles?.length),
  ofContainers(`${newer}firelens.fluentbit`, "a FireLens router of type fluentbit", isRouter("fluentbit")),
  guessed(ofContainers(`${newer}firelens.fluentd`, "a FireLens router of type fluentd", isRouter("fluentd"))),
  {
    attribute: `${newer}pid-ipc-namespace-sharing`,
    reason: "pidMode or ipcMode",
    known: true,
    asks: ({ pidMode, ipcMode }) => Boolean(pidMode) || Boolean(ipcMode),
  },
  {
    attribute: `${newer}aws-appmesh`,
    reason: "a proxy of App Mesh",
    known: true,
    asks: ({ proxyConfiguration }) => proxyConfiguration !== undefined,
  },
  {
    attribute: `${newer}efs`,
    reason: "a volume of EFS",
    known: true,
    asks: ({ volumes }) => Boolean(volumes?.some(({ efsVolumeConfiguration }) => efsVolumeConfiguration)),
  },
  {
    attribute: `${newer}efsAuth`,
    reason: "a volume of EFS with encryption in transit or authorization",
    known: true,
    asks: ({ volumes }) =>
      Boolean(
        volumes?.some(
          ({ efsVolumeConfiguration: efs }) => efs?.authorizationConfig || efs?.transitEncryption === "ENABLED",
        ),
      ),
  },
  {
    attribute: `${newer}docker-plugin.local`,
    reason: "a Docker volume of the driver local",
    known: true,
    asks: ({ volumes }) =>
      Boolean(
        volumes?.some(({ dockerVolumeConfiguration: docker }) => docker && (docker.driver ?? "local") === "local"),
      ),
  },
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html: the agent "must register with
  // ECS_SELINUX_CAPABLE=true or ECS_APPARMOR_CAPABLE=true".
  ofContainers(`${older}selinux`, "a label of SELinux in dockerSecurityOptions", ({ dockerSecurityOptions }) =>
    dockerSecurityOptions?.some((option) => option.startsWith("label:")),
  ),
  ofContainers(`${older}apparmor`, "a profile of AppArmor in dockerSecurityOptions", ({ dockerSecurityOptions }) =>
    dockerSecurityOptions?.some((option) => option.startsWith("apparmor:")),
  ),
  guessed(ofContainers(`${older}privileged-container`, "a privileged container", ({ privileged }) => privileged)),
  guessed(
    ofContainers(
      `${newer}private-registry-authentication.secretsmanager`,
      "repositoryCredentials",
      ({ repositoryCredentials }) => repositoryCredentials,
    ),
  ),
  guessed(
    ofContainers(`${newer}container-restart-policy`, "a restart policy", ({ restartPolicy }) => restartPolicy?.enabled),
  ),
  guessed(
    ofContainers(`${newer}network.container-port-range`, "a range of ports", ({ portMappings }) =>
      portMappings?.some(({ containerPortRange }) => containerPortRange !== undefined),
    ),
  ),
  {
    attribute: `${newer}storage.ebs-task-volume-attach`,
    reason: "a volume of EBS",
    known: false,
    asks: ({ volumes }) => Boolean(volumes?.some(({ configuredAtLaunch }) => configuredAtLaunch)),
  },
  {
    attribute: `${newer}storage.s3-files`,
    reason: "a volume of S3 Files",
    known: false,
    asks: ({ volumes }) => Boolean(volumes?.some(({ s3filesVolumeConfiguration }) => s3filesVolumeConfiguration)),
  },
  {
    // Agents before 1.61.1 stop at 10 vCPU: https://github.com/aws/amazon-ecs-agent/pull/3197
    attribute: `${newer}increased-task-cpu-limit`,
    reason: "a task of more than 10 vCPU",
    known: true,
    asks: ({ cpu }) => Number(parseTaskCpu(cpu ?? "")) > 10 * 1024,
  },
  {
    attribute: `${newer}fault-injection`,
    reason: "enableFaultInjection",
    known: false,
    asks: ({ enableFaultInjection }) => enableFaultInjection === true,
  },
  // The versions of Docker's API that a field needs: every agent of today has these.
  ofContainers(`${older}docker-remote-api.1.17`, "workingDirectory or user", ({ workingDirectory, user }) =>
    Boolean(workingDirectory ?? user),
  ),
  {
    attribute: `${older}docker-remote-api.1.18`,
    reason: "awsvpc mode",
    known: true,
    asks: (definition) => networkModeOfDefinition(definition) === "awsvpc",
  },
  ofContainers(`${older}docker-remote-api.1.19`, "the log driver awslogs", isAwslogs),
  ofContainers(`${older}docker-remote-api.1.21`, "memoryReservation", ({ memoryReservation }) => memoryReservation),
  ofContainers(`${older}docker-remote-api.1.28`, "the log option max-buffer-size", ({ logConfiguration }) =>
    Object.hasOwn(logConfiguration?.options ?? {}, "max-buffer-size"),
  ),
  ofContainers(`${older}docker-remote-api.1.29`, "awslogs-create-group", ({ logConfiguration }) =>
    Object.hasOwn(logConfiguration?.options ?? {}, "awslogs-create-group"),
  ),
];

function isRouter(type: string): (container: ContainerDefinition) => boolean {
  return ({ firelensConfiguration }) => firelensConfiguration?.type === type;
}

/** The attributes that ECS is known, or thought, to derive of a definition when it registers it. */
export function requirementsOfAgent(definition: TaskDefinition): readonly AgentRequirement[] {
  return agentRequirements.filter(({ asks }) => asks(definition));
}

/** What in a definition asks for the attribute; undefined where nothing that is known does. */
export function reasonForAttribute(attribute: string): string | undefined {
  return agentRequirements.find((each) => each.attribute === attribute)?.reason;
}
