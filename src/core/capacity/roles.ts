/** The roles of a capacity. They have no names of their own, so that a stack takes CAPABILITY_IAM and no more. */
import type { CapacityMachines } from "./machines.ts";
import { arnInPartition, attributeOf, ref, tagged, type Tags, type TemplateResource } from "./template.ts";

interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/**
 * What the agent may do, and the sessions of Session Manager, by which people get onto a machine without a key.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
 */
const ownInstancePolicies = ["service-role/AmazonEC2ContainerServiceforEC2Role", "AmazonSSMManagedInstanceCore"];

/** The role of machines that an Auto Scaling group starts, with its profile. */
export function instanceRole(machines: CapacityMachines, tags: Tags): Readonly<Record<string, TemplateResource>> {
  return roleWithProfile(ownInstancePolicies, bucketStatements(machines), tags);
}

/** As instanceRole, of the machines that ECS starts. */
export function managedInstanceRole(tags: Tags): Readonly<Record<string, TemplateResource>> {
  return roleWithProfile(["AmazonECSInstanceRolePolicyForManagedInstances"], [], tags);
}

function roleWithProfile(policies: readonly string[], statements: readonly Statement[], tags: Tags) {
  return {
    InstanceRole: role("ec2.amazonaws.com", policies, statements, tags),
    InstanceProfile: { Type: "AWS::IAM::InstanceProfile", Properties: { Roles: [ref("InstanceRole")] } },
  };
}

/**
 * The role by which ECS starts machines. AWS's policy lets it pass on roles called ecsInstanceRole... alone, and ours
 * has whatever name CloudFormation gives it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-instance-profile.html
 */
export function infrastructureRole(tags: Tags): TemplateResource {
  const pass: Statement = {
    Effect: "Allow",
    Action: ["iam:PassRole"],
    Resource: attributeOf("InstanceRole", "Arn"),
    Condition: { StringLike: { "iam:PassedToService": "ec2.*" } },
  };
  return role("ecs.amazonaws.com", ["AmazonECSInfrastructureRolePolicyForManagedInstances"], [pass], tags);
}

function role(
  service: string,
  policies: readonly string[],
  statements: readonly Statement[],
  tags: Tags,
): TemplateResource {
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      },
      ManagedPolicyArns: policies.map((policy) => arnInPartition(`iam::aws:policy/${policy}`)),
      ...(statements.length === 0
        ? {}
        : {
            Policies: [{ PolicyName: "aiplat", PolicyDocument: { Version: "2012-10-17", Statement: statements } }],
          }),
      ...tagged(tags),
    },
  };
}

/**
 * What Mountpoint needs of each bucket.
 * https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md#iam-permissions
 */
function bucketStatements({ mounts }: CapacityMachines): readonly Statement[] {
  return mounts.flatMap(({ source, readOnly }): readonly Statement[] => {
    if (source.kind !== "s3") return [];
    const { bucket, prefix = "" } = source;
    const write = ["s3:PutObject", "s3:AbortMultipartUpload"];
    return [
      {
        Effect: "Allow",
        Action: ["s3:ListBucket"],
        Resource: arnInPartition(`s3:::${bucket}`),
        ...(prefix === "" ? {} : { Condition: { StringLike: { "s3:prefix": `${prefix}*` } } }),
      },
      {
        Effect: "Allow",
        Action: ["s3:GetObject", ...(readOnly ? [] : write)],
        Resource: arnInPartition(`s3:::${bucket}/${prefix}*`),
      },
    ];
  });
}
