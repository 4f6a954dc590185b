import { describe, expect, it } from "vitest";
import { reasonForAttribute, requirementsOfAgent } from "../../../src/core/ecs/required-attributes.ts";
import type { ContainerDefinition, TaskDefinition } from "../../../src/core/ecs-api/api.ts";
import { agentAttributes } from "../../../src/sandbox/model/agent-attributes.ts";

const older = "com.amazonaws.ecs.capability.";
const newer = "ecs.capability.";
const ecr = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1";
const role = "arn:aws:iam::111122223333:role/ecs";

function attributesOf(container: Partial<ContainerDefinition>, task: Partial<TaskDefinition> = {}): readonly string[] {
  const definition = { family: "app", containerDefinitions: [{ name: "app", image: "app:1", ...container }], ...task };
  return requirementsOfAgent(definition).map(({ attribute }) => attribute);
}

const awslogs = (options = {}) => ({ logDriver: "awslogs", options: { "awslogs-group": "/app", ...options } });

describe("what ECS asks of an agent", () => {
  // What DescribeTaskDefinition answered of definitions that people have published with their fields.
  it.each<[string, Partial<ContainerDefinition>, Partial<TaskDefinition>, readonly string[]]>([
    ["nothing", {}, {}, []],
    [
      "a task on Fargate with a group that is made",
      { image: ecr, logConfiguration: awslogs({ "awslogs-create-group": "true" }) },
      { networkMode: "awsvpc", executionRoleArn: role, taskRoleArn: role },
      [
        `${older}docker-remote-api.1.18`,
        `${older}docker-remote-api.1.19`,
        `${older}docker-remote-api.1.29`,
        `${older}ecr-auth`,
        `${older}logging-driver.awslogs`,
        `${older}task-iam-role`,
        `${newer}execution-role-awslogs`,
        `${newer}execution-role-ecr-pull`,
        `${newer}task-eni`,
      ],
    ],
    [
      "environment files and a stop timeout",
      { environmentFiles: [{ type: "s3", value: "arn:aws:s3:::b/e.env" }], stopTimeout: 30 },
      {},
      [`${newer}container-ordering`, `${newer}env-files.s3`],
    ],
    [
      "a reservation in bridge mode, without an execution role",
      { image: ecr, memoryReservation: 64, logConfiguration: awslogs() },
      { networkMode: "bridge" },
      [
        `${older}docker-remote-api.1.19`,
        `${older}docker-remote-api.1.21`,
        `${older}ecr-auth`,
        `${older}logging-driver.awslogs`,
      ],
    ],
    [
      "a task role in host mode",
      {},
      { networkMode: "host", taskRoleArn: role },
      [`${older}task-iam-role`, `${older}task-iam-role-network-host`],
    ],
    [
      "secrets of both kinds",
      {
        secrets: [
          { name: "A", valueFrom: "arn:aws:secretsmanager:us-east-1:111122223333:secret:a" },
          { name: "B", valueFrom: "/app/b" },
        ],
      },
      {},
      [`${newer}secrets.asm.environment-variables`, `${newer}secrets.ssm.environment-variables`],
    ],
    ["10 vCPU", {}, { cpu: "10240" }, []],
    ["more than 10 vCPU", {}, { cpu: "16 vcpu" }, [`${newer}increased-task-cpu-limit`]],
    [
      "a volume of EFS with authorization",
      {},
      {
        volumes: [
          {
            name: "v",
            efsVolumeConfiguration: {
              fileSystemId: "fs-1",
              transitEncryption: "ENABLED",
              authorizationConfig: { iam: "ENABLED" },
            },
          },
        ],
      },
      [`${newer}efs`, `${newer}efsAuth`],
    ],
  ])("%s", (_, container, task, expected) => {
    expect(attributesOf(container, task).toSorted()).toEqual(expected);
  });

  it("is what a current agent has, but for what only its owner switches on", () => {
    const everything = attributesOf(
      {
        image: ecr,
        privileged: true,
        user: "1000",
        healthCheck: { command: ["CMD", "true"] },
        dependsOn: [{ containerName: "b", condition: "START" }],
        restartPolicy: { enabled: true },
        repositoryCredentials: { credentialsParameter: role },
        portMappings: [{ containerPortRange: "8000-8010" }],
        firelensConfiguration: { type: "fluentd" },
        logConfiguration: awslogs({ "max-buffer-size": "1m", "awslogs-create-group": "true" }),
        dockerSecurityOptions: ["label:type:x", "apparmor:profile"],
      },
      { executionRoleArn: role, taskRoleArn: role, pidMode: "host", enableFaultInjection: true, networkMode: "host" },
    );
    expect(everything.filter((name) => !Object.hasOwn(agentAttributes, name))).toEqual([
      `${older}selinux`,
      `${older}apparmor`,
    ]);
  });

  it("has a reason that can be said", () => {
    expect(reasonForAttribute(`${newer}efs`)).toBe("a volume of EFS");
    expect(reasonForAttribute("stack")).toBeUndefined();
  });
});
