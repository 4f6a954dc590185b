/** What CloudFormation calls as whoever has it change a stack. */
import type { PolicyScope, Statement } from "./scope.ts";

/** Takes away what a stack of `capacity generate` has, at its deletion, and where its creation is rolled back. */
const removing = [
  "autoscaling:DeleteAutoScalingGroup",
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeScalingActivities",
  "autoscaling:UpdateAutoScalingGroup",
  "ec2:DeleteLaunchTemplate",
  "ec2:DeletePlacementGroup",
  "ec2:DeleteSecurityGroup",
  "ec2:DescribeLaunchTemplates",
  "ec2:DescribePlacementGroups",
  "ec2:DescribeSecurityGroups",
  "ec2:RevokeSecurityGroupEgress",
  "ec2:RevokeSecurityGroupIngress",
  "ecs:DeleteCapacityProvider",
  "ecs:DeleteCluster",
  "ecs:DescribeCapacityProviders",
  "ecs:DescribeClusters",
  "iam:DeleteInstanceProfile",
  "iam:DeleteRole",
  "iam:DeleteRolePolicy",
  "iam:DetachRolePolicy",
  "iam:GetInstanceProfile",
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:ListAttachedRolePolicies",
  "iam:ListRolePolicies",
  "iam:RemoveRoleFromInstanceProfile",
];

/** Makes and changes it. Auto Scaling asks whether the caller may run instances of the template. */
const making = [
  "autoscaling:CreateAutoScalingGroup",
  "autoscaling:CreateOrUpdateTags",
  "autoscaling:DeleteTags",
  "ec2:AuthorizeSecurityGroupEgress",
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:CreateLaunchTemplate",
  "ec2:CreateLaunchTemplateVersion",
  "ec2:CreatePlacementGroup",
  "ec2:CreateSecurityGroup",
  "ec2:CreateTags",
  "ec2:DescribeLaunchTemplateVersions",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "ec2:ModifyLaunchTemplate",
  "ec2:RunInstances",
  "ecs:CreateCapacityProvider",
  "ecs:CreateCluster",
  "ecs:TagResource",
  "ecs:UntagResource",
  "ecs:UpdateCapacityProvider",
  "iam:AddRoleToInstanceProfile",
  "iam:AttachRolePolicy",
  "iam:CreateInstanceProfile",
  "iam:CreateRole",
  "iam:PassRole",
  "iam:PutRolePolicy",
  "iam:TagRole",
  "iam:UntagRole",
];

/**
 * The statements that let CloudFormation do it, and nothing else: without a role of its own it calls as the caller.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvia
 */
export function ofStacks(calls: readonly string[], { partition, account = "*" }: PolicyScope): readonly Statement[] {
  const creates = calls.includes("cloudformation:ExecuteChangeSet");
  if (!creates && !calls.includes("cloudformation:DeleteStack")) return [];
  return [
    {
      // What the command calls itself it may call anyway.
      Action: [...(creates ? making : []), ...removing].filter((action) => !calls.includes(action)).toSorted(),
      Resource: ["*"],
      Condition: { "ForAnyValue:StringEquals": { "aws:CalledVia": ["cloudformation.amazonaws.com"] } },
    },
    ...(creates
      ? [
          {
            Action: ["iam:CreateServiceLinkedRole"],
            Resource: [
              `arn:${partition}:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/*`,
              `arn:${partition}:iam::${account}:role/aws-service-role/ecs.amazonaws.com/*`,
            ],
            Condition: {
              StringEquals: { "iam:AWSServiceName": ["autoscaling.amazonaws.com", "ecs.amazonaws.com"] },
            },
          },
        ]
      : []),
  ];
}
