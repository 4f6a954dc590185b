/** What IAM asks for beside a command's calls: to hand roles over, and to tag what is made. */
import { callsOf, type CallingCommand } from "./command-calls.ts";
import { ofStacks } from "./stack-calls.ts";
import { arnIn, logGroupsOf, type PolicyScope, type Statement } from "./scope.ts";

export function besideCalls(command: CallingCommand, scope: PolicyScope): readonly Statement[] {
  const calls = callsOf(command);
  return [
    ...ofTasks(calls, scope),
    ...ofStacks(calls, scope),
    ...(calls.includes("eks:CreateNodegroup") ? ofNodegroups(scope) : []),
    ...(calls.includes("ec2:CreateLaunchTemplateVersion") ? ofGroups(scope) : []),
  ];
}

function ofTasks(calls: readonly string[], scope: PolicyScope): readonly Statement[] {
  const hands = calls.some((each) => handsRolesOver.has(each)) && (scope.roles === undefined || scope.roles.length > 0);
  const creates = calls.flatMap((each) => tagging[each] ?? []);
  return [
    ...(hands
      ? [
          {
            Action: ["iam:PassRole"],
            Resource: scope.roles ?? anyRole(scope),
            Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
          },
        ]
      : []),
    ...(scope.infrastructureRoles !== undefined && calls.some((each) => attachesVolumes.has(each))
      ? [
          {
            Action: ["iam:PassRole"],
            Resource: scope.infrastructureRoles,
            Condition: { StringEquals: { "iam:PassedToService": "ecs.amazonaws.com" } },
          },
        ]
      : []),
    ...(creates.length > 0 && !calls.includes("ecs:TagResource")
      ? [
          {
            Action: ["ecs:TagResource"],
            Resource: [arnIn(scope, "ecs", "*")],
            Condition: { StringEquals: { "ecs:CreateAction": creates } },
          },
        ]
      : []),
    ...(calls.includes("logs:CreateLogGroup") && scope.logGroups?.length !== 0
      ? [{ Action: ["logs:TagResource"], Resource: logGroupsOf(scope) }]
      : []),
  ];
}

const handsRolesOver: ReadonlySet<string> = new Set(["ecs:RegisterTaskDefinition", "ecs:RunTask"]);

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html */
const attachesVolumes: ReadonlySet<string> = new Set(["ecs:RunTask", "ecs:CreateService", "ecs:UpdateService"]);

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html */
const tagging: Readonly<Record<string, string>> = {
  "ecs:RegisterTaskDefinition": "RegisterTaskDefinition",
  "ecs:RunTask": "RunTask",
  "ecs:CreateService": "CreateService",
};

/**
 * EKS looks at the nodes' role, hands it over, and makes its service-linked role where there is none, all as the caller;
 * it refuses a launch template that the caller may not run instances of.
 * https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles-eks-nodegroups.html
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
 */
function ofNodegroups(scope: PolicyScope): readonly Statement[] {
  const { partition, account = "*" } = scope;
  return [
    { Action: ["eks:TagResource"], Resource: [arnIn(scope, "eks", "nodegroup/*")] },
    {
      Action: ["ec2:CreateTags"],
      Resource: ["launch-template/*", "placement-group/*"].map((each) => arnIn(scope, "ec2", each)),
      Condition: { StringEquals: { "ec2:CreateAction": ["CreateLaunchTemplate", "CreatePlacementGroup"] } },
    },
    { Action: ["ec2:RunInstances"], Resource: ["*"] },
    { Action: ["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:PassRole"], Resource: anyRole(scope) },
    {
      Action: ["iam:CreateServiceLinkedRole"],
      Resource: [`arn:${partition}:iam::${account}:role/aws-service-role/eks-nodegroup.amazonaws.com/*`],
      Condition: { StringEquals: { "iam:AWSServiceName": "eks-nodegroup.amazonaws.com" } },
    },
  ];
}

/**
 * EC2 Auto Scaling takes a version of a launch template of somebody who may run instances of it, and hand its role over.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
function ofGroups(scope: PolicyScope): readonly Statement[] {
  return [
    { Action: ["ec2:RunInstances"], Resource: ["*"] },
    {
      Action: ["iam:PassRole"],
      Resource: anyRole(scope),
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    },
  ];
}

function anyRole({ partition, account = "*" }: PolicyScope): readonly string[] {
  return [`arn:${partition}:iam::${account}:role/*`];
}
