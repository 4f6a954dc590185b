import { describe, expect, it } from "vitest";
import { executionRoleUses } from "../../../src/core/ecs/execution-role.ts";
import { needsOf } from "../../../src/core/ecs/account-needs.ts";
import { permissionsOf } from "../../../src/core/doctor/permissions.ts";
import { parseSecretReference } from "../../../src/core/ecs/secret-reference.ts";

const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hf-AbCdEf";

describe("where the value of a secret comes from", () => {
  const manager = { service: "secretsmanager", id: secret, region: "eu-west-1", account: "123456789012" };
  it.each<readonly [valueFrom: string, expected: object]>([
    [secret, manager],
    [`${secret}:token::`, manager],
    [`${secret}::AWSPREVIOUS:`, { ...manager, stage: "AWSPREVIOUS" }],
    [
      `${secret}:::9d4cb84b-ad69-40c0-a0ab-cead36b967e8`,
      { ...manager, version: "9d4cb84b-ad69-40c0-a0ab-cead36b967e8" },
    ],
    [
      "arn:aws:ssm:us-east-1:123456789012:parameter/bert/token",
      { service: "ssm", names: ["/bert/token"], region: "us-east-1", account: "123456789012" },
    ],
    [
      "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/token",
      { service: "ssm", names: ["token", "/token"], region: "cn-north-1", account: "123456789012" },
    ],
    ["/bert/token", { service: "ssm", names: ["/bert/token"] }],
    ["token", { service: "ssm", names: ["token"] }],
  ])("%s", (valueFrom, expected) => {
    expect(parseSecretReference(valueFrom)).toEqual(expected);
  });
});

describe("what tasks need of the account", () => {
  const logs = {
    logDriver: "awslogs",
    options: { "awslogs-group": "/x", "awslogs-create-group": "true" },
    secretOptions: [{ name: "key", valueFrom: "log-key" }],
  };
  const definition = {
    family: "bert",
    executionRoleArn: "arn:aws:iam::123456789012:role/e",
    containerDefinitions: [
      {
        name: "bert",
        image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/bert:1",
        secrets: [{ name: "HF", valueFrom: secret }],
        logConfiguration: logs,
        linuxParameters: { devices: [{ hostPath: "/dev/neuron0" }] },
      },
      {
        name: "proxy",
        image: "registry.example.com/proxy:1",
        secrets: [{ name: "HF", valueFrom: secret }],
        repositoryCredentials: { credentialsParameter: "registry" },
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/x", "awslogs-region": "eu-west-1" } },
      },
      { name: "quiet", image: "quiet:1", logConfiguration: { logDriver: "json-file" } },
    ],
  };
  const needs = needsOf([definition, definition], "us-east-1");

  it("is read from every container, once", () => {
    expect(needs).toMatchObject({ executionRole: "arn:aws:iam::123456789012:role/e" });
    expect(
      needs.images.map(({ image, containers, accelerated, signsIn }) => [image.text, containers, accelerated, signsIn]),
    ).toEqual([
      ["123456789012.dkr.ecr.us-east-1.amazonaws.com/bert:1", ["bert"], true, false],
      ["registry.example.com/proxy:1", ["proxy"], false, true],
      ["quiet:1", ["quiet"], false, false],
    ]);
    expect(needs.secrets.map(({ valueFrom, reference, users }) => [valueFrom, reference.service, users])).toEqual([
      [secret, "secretsmanager", ["HF of bert", "HF of proxy"]],
      ["log-key", "ssm", ["key of bert"]],
      ["registry", "secretsmanager", ["the registry credentials of proxy"]],
    ]);
    expect(needs.logs).toEqual([
      { group: "/x", region: "us-east-1", created: true, containers: ["bert"] },
      { group: "/x", region: "eu-west-1", created: false, containers: ["proxy"] },
    ]);
  });

  it("says what the execution role is asked for, and on what", () => {
    expect(
      permissionsOf(needs, place, new Map()).map(({ actions, resource }) => `${actions.join()} ${resource}`),
    ).toEqual([
      `secretsmanager:GetSecretValue ${secret}`,
      "ssm:GetParameters arn:aws:ssm:us-east-1:123456789012:parameter/log-key",
      "secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-??????",
      "ecr:GetAuthorizationToken *",
      "ecr:BatchGetImage,ecr:GetDownloadUrlForLayer arn:aws:ecr:us-east-1:123456789012:repository/bert",
      "logs:CreateLogStream,logs:PutLogEvents arn:aws:logs:us-east-1:123456789012:log-group:/x:*",
      "logs:CreateLogGroup arn:aws:logs:us-east-1:123456789012:log-group:/x:*",
      "logs:CreateLogStream,logs:PutLogEvents arn:aws:logs:eu-west-1:123456789012:log-group:/x:*",
    ]);
  });

  it("asks for what policies name: the whole ARN of a secret, a parameter without its version", () => {
    const references = [
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf::AWSPREVIOUS:",
      "arn:aws:ssm:us-east-1:123456789012:parameter/a/b:3",
      "/c/d:live",
    ];
    const reader = {
      family: "bert",
      containerDefinitions: [
        { name: "bert", image: "bert:1", secrets: references.map((valueFrom) => ({ name: valueFrom, valueFrom })) },
      ],
    };
    const found = new Map([
      [
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:hf",
        { value: { arn: secret, deleted: false, versions: {} } },
      ],
    ]);
    expect(permissionsOf(needsOf([reader], "us-east-1"), place, found).map(({ resource }) => resource)).toEqual([
      secret,
      "arn:aws:ssm:us-east-1:123456789012:parameter/a/b",
      "arn:aws:ssm:us-east-1:123456789012:parameter/c/d",
    ]);
  });

  it("is a role for secrets anywhere, and for ECR and logs on Managed Instances", () => {
    const plain = { ...needs, secrets: [] };
    expect(executionRoleUses(needs, false)).toEqual(["read its secrets"]);
    expect(executionRoleUses(plain, false)).toEqual([]);
    expect(executionRoleUses(plain, true)).toEqual(["pull its image from ECR", "write its logs"]);
    expect(executionRoleUses({ ...plain, logs: [], images: needs.images.slice(1) }, true)).toEqual([]);
  });
});
