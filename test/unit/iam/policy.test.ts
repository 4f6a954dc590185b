import { describe, expect, it } from "vitest";
import { registry } from "../../../src/commands/registry.ts";
import { callNothing, callsOf, commandCalls, type CallingCommand } from "../../../src/core/iam/command-calls.ts";
import { policyFor, type PolicyDocument } from "../../../src/core/iam/policy.ts";
import type { PolicyScope } from "../../../src/core/iam/scope.ts";
import { executionRolePolicy, taskRolePolicy } from "../../../src/core/iam/role-policy.ts";

const commands = Object.keys(commandCalls) as CallingCommand[];

const scope: PolicyScope = {
  partition: "aws",
  region: "us-east-1",
  account: "123456789012",
  cluster: "prod",
  families: ["bert"],
  services: ["bert"],
  logGroups: ["/aiplat/bert"],
  roles: ["arn:aws:iam::123456789012:role/x"],
  secrets: [],
  repositories: [],
};

const statementOf = ({ Statement }: PolicyDocument, action: string) =>
  Statement.find(({ Action }) => Action.includes(action));

describe("the calls of commands", () => {
  it("are told of every command: a row in command-calls.ts, or the list of those that call nothing", () => {
    const words = registry.map((entry) => entry.words);
    expect([...commands, ...callNothing].toSorted()).toEqual(words.toSorted());
  });
});

describe("the policy of a command", () => {
  it.each(commands)("of %s allows its calls and is well formed", (command) => {
    const { Version, Statement } = policyFor(command, scope);
    expect(Version).toBe("2012-10-17");
    const allowed = Statement.flatMap(({ Action }) => Action);
    expect(allowed).toEqual([...new Set(allowed)]);
    for (const call of callsOf(command)) expect(allowed).toContain(call);
    const beside = allowed.filter((each) => !callsOf(command).includes(each));
    // To create a node group is to do as its caller what EKS does, and to change a stack what CloudFormation does.
    // Who has an Auto Scaling group launch another template may run its instances.
    const forOthers = ["eks:CreateNodegroup", "cloudformation:DeleteStack", "ec2:CreateLaunchTemplateVersion"];
    if (!forOthers.some((call) => callsOf(command).includes(call)))
      for (const each of beside) expect(["iam:PassRole", "ecs:TagResource", "logs:TagResource"]).toContain(each);
    for (const { Sid, Resource } of Statement) {
      expect(Sid).toMatch(/^[a-z0-9]+$/i);
      expect(Resource.length).toBeGreaterThan(0);
    }
  });

  it("hands the roles of volumes over to ECS itself, where it launches them", () => {
    const infrastructureRoles = ["arn:aws:iam::123456789012:role/volumes"];
    const handed = (command: Parameters<typeof policyFor>[0]) =>
      policyFor(command, { ...scope, infrastructureRoles }).Statement.filter(({ Resource }) =>
        Resource.includes(infrastructureRoles[0]!),
      );
    for (const command of ["run-task", "service deploy"] as const)
      expect(handed(command)).toMatchObject([
        { Action: ["iam:PassRole"], Condition: { StringEquals: { "iam:PassedToService": "ecs.amazonaws.com" } } },
      ]);
    expect(handed("plan")).toEqual([]);
  });

  it("is narrowed to cluster, families, services, log groups and roles", () => {
    const policy = policyFor("service deploy", scope);
    expect(statementOf(policy, "ecs:DescribeClusters")?.Resource).toEqual([
      "arn:aws:ecs:us-east-1:123456789012:cluster/prod",
    ]);
    expect(statementOf(policy, "ecs:UpdateService")?.Resource).toEqual([
      "arn:aws:ecs:us-east-1:123456789012:service/prod/bert",
    ]);
    expect(statementOf(policy, "ecs:RegisterTaskDefinition")?.Resource).toEqual([
      "arn:aws:ecs:us-east-1:123456789012:task-definition/bert:*",
    ]);
    expect(statementOf(policy, "logs:CreateLogGroup")?.Resource).toEqual([
      "arn:aws:logs:us-east-1:123456789012:log-group:/aiplat/bert",
    ]);
    expect(statementOf(policy, "iam:PassRole")).toMatchObject({
      Resource: scope.roles,
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    });
    expect(statementOf(policy, "ecs:ListTasks")).toMatchObject({
      Resource: ["*"],
      Condition: { ArnEquals: { "ecs:cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/prod" } },
    });
  });

  it("leaves out what the workload has none of", () => {
    const policy = policyFor("run-task", { ...scope, logGroups: [], roles: [] });
    expect(policy.Statement.flatMap(({ Action }) => Action).filter((each) => /^(logs|iam):/.test(each))).toEqual([]);
  });

  it("is for any where nothing is named", () => {
    const policy = policyFor("run-task", { partition: "aws-cn" });
    expect(statementOf(policy, "ecs:RunTask")?.Resource).toEqual(["arn:aws-cn:ecs:*:*:task-definition/*:*"]);
    expect(statementOf(policy, "iam:PassRole")?.Resource).toEqual(["arn:aws-cn:iam::*:role/*"]);
  });
});

describe("the policy of a task role", () => {
  const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
  const image = "bert:1";

  it("is of what the file says, and of ECS Exec where it is wanted", () => {
    const model = { uri: "s3://models/bert" };
    expect(taskRolePolicy({ model, ecs: {} }, [], place, { exec: false }).Statement).toMatchObject([
      { Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::models/bert", "arn:aws:s3:::models/bert/*"] },
      { Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::models"] },
    ]);
    const exec = [{ Action: expect.arrayContaining(["ssmmessages:OpenDataChannel"]) as string[], Resource: ["*"] }];
    expect(taskRolePolicy({ ecs: {} }, [], place, { exec: true }).Statement).toMatchObject(exec);
    const ecs = { service: { enableExecuteCommand: true } };
    expect(taskRolePolicy({ ecs }, [], place, { exec: false }).Statement).toMatchObject(exec);
    expect(taskRolePolicy({ ecs: {} }, [], place, { exec: false }).Statement).toEqual([]);
  });

  it("is of the file systems that are mounted with it, to write where a container does", () => {
    const volume = (name: string, authorizationConfig?: object) => ({
      name,
      efsVolumeConfiguration: { fileSystemId: `fs-${name}`, ...(authorizationConfig && { authorizationConfig }) },
    });
    const definition = {
      family: "bert",
      volumes: [
        volume("own", { iam: "ENABLED", accessPointId: "fsap-1" }),
        volume("read", { iam: "ENABLED" }),
        volume("open"),
        volume("point", { accessPointId: "fsap-2" }),
        { name: "host" },
        {
          name: "files",
          s3filesVolumeConfiguration: { fileSystemArn: "arn:aws:s3files:us-east-1:1:file-system/fs-1" },
        },
      ],
      containerDefinitions: [
        {
          name: "bert",
          image,
          mountPoints: [
            { sourceVolume: "own", containerPath: "/own" },
            { sourceVolume: "read", containerPath: "/read", readOnly: true },
            { sourceVolume: "open", containerPath: "/open" },
            { sourceVolume: "files", containerPath: "/files" },
          ],
        },
      ],
    };
    const of = "arn:aws:elasticfilesystem:us-east-1:123456789012";
    // Variants share their volumes.
    const { Statement } = taskRolePolicy({ ecs: {} }, [definition, definition], place, { exec: false });
    expect(Statement.map(({ Action, Resource, Condition }) => [Action, Resource, Condition])).toEqual([
      [
        ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        [`${of}:file-system/fs-own`],
        { StringEquals: { "elasticfilesystem:AccessPointArn": `${of}:access-point/fsap-1` } },
      ],
      [["elasticfilesystem:ClientMount"], [`${of}:file-system/fs-read`], undefined],
      [["s3files:ClientMount", "s3files:ClientWrite"], ["arn:aws:s3files:us-east-1:1:file-system/fs-1"], undefined],
    ]);
  });
});

it("the policy of an execution role is of environment files too", () => {
  const file = { type: "s3" as const, value: "arn:aws:s3:::settings/bert/prod.env" };
  const definition = { family: "b", containerDefinitions: [{ name: "b", image: "b:1", environmentFiles: [file] }] };
  const place = { partition: "aws", region: "us-east-1", account: "123456789012" };
  expect(executionRolePolicy([definition], place).Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    [["s3:GetObject"], ["arn:aws:s3:::settings/bert/prod.env"]],
    [["s3:GetBucketLocation"], ["arn:aws:s3:::settings"]],
  ]);
});

it("the policy of a node group hands its role to EKS, and tags what is made", () => {
  const policy = policyFor("eks nodegroup create", scope);
  expect(statementOf(policy, "iam:PassRole")?.Resource).toEqual(["arn:aws:iam::123456789012:role/*"]);
  expect(statementOf(policy, "ec2:CreateTags")).toMatchObject({
    Condition: { StringEquals: { "ec2:CreateAction": ["CreateLaunchTemplate", "CreatePlacementGroup"] } },
  });
  expect(statementOf(policy, "eks:TagResource")?.Resource).toEqual(["arn:aws:eks:us-east-1:123456789012:nodegroup/*"]);
});
