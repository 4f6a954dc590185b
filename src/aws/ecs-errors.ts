import { otherCluster } from "../core/cluster/missing-cluster.ts";
import { callName } from "./service-errors.ts";
import { inRegion, type ErrorRule } from "./failure.ts";

/**
 * What ECS refuses, with the fix. Its answers to different mistakes share three codes, so the sentence decides:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html and sentences seen in public issues.
 */
export const ecsRules: readonly ErrorRule[] = [
  {
    names: ["ClusterNotFoundException"],
    code: "NotFound",
    say: (_, call) => ({
      message: `there is no such cluster${inRegion(call)}`,
      hint: otherCluster,
    }),
  },
  {
    text: /No Container Instances were found in your (cluster|capacity provider)/i,
    code: "NoCapacity",
    say: (_, call) => ({
      message: `the cluster has no container instances${inRegion(call)}`,
      hint:
        "Add an instance with the ECS-optimised AMI (aiplat ami latest), registered in this cluster. " +
        "If an Auto Scaling group should have started one, look at its activity: " +
        "an account whose vCPU quota for the family (Inf, Trn, G and VT, P) is 0 ends here too.",
    }),
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
    when: (_, { operation }) => operation === "PutClusterCapacityProviders",
    names: ["ResourceInUseException"],
    code: "OperationFailed",
    say: (failure) => ({
      message: `a capacity provider that is to leave the cluster is in use: ${failure.message}`,
      hint: "Tasks that wait for a machine count too: aiplat task list and aiplat service list show what there is.",
    }),
  },
  {
    text: /execute command was not enabled when the task was run/i,
    code: "OperationFailed",
    say: () => ({
      message: "the task was started without ECS Exec, or its agent does not run yet",
      hint:
        "Wait a moment, or start it with --enable-execute-command (run-task, service deploy); its task role needs the " +
        "ssmmessages actions.",
    }),
  },
  {
    text: /Creation of service was not idempotent/i,
    code: "OperationFailed",
    say: () => ({
      message: "a service of that name exists with other settings",
      hint: "Update it, delete it, or give the new one another name.",
    }),
  },
  {
    text: /Network Configuration must be provided when networkMode/i,
    code: "InvalidInput",
    say: () => ({
      message: "awsvpc networking needs subnets, and none were given",
      hint: "Set ecs.network.subnets (and securityGroups) in the workload file, or give --network-configuration.",
    }),
  },
  {
    text: /TaskDefinition is inactive|task definition is inactive/i,
    code: "NotFound",
    say: () => ({
      message: "the task definition is inactive: its revision was deregistered",
      hint:
        "Name an ACTIVE revision (aws ecs list-task-definitions), " +
        "or register it again with aiplat taskdef register.",
    }),
  },
  {
    text: /TaskDefinition not found|Unable to describe task definition/i,
    code: "NotFound",
    say: (_, call) => ({
      message: `there is no such task definition${inRegion(call)}`,
      hint: "aws ecs list-task-definitions shows those there are; aiplat taskdef register makes one.",
    }),
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html:
    // the token is known, with another request.
    names: ["ConflictException"],
    when: (_, { operation }) => operation === "RunTask",
    code: "OperationFailed",
    say: () => ({
      message: "another command has started tasks under this call's client token",
      hint:
        "Somebody carries out the same plan, or runs with the same --client-token: " +
        "aiplat task list shows the tasks.",
    }),
  },
  {
    names: ["ServiceNotFoundException"],
    code: "NotFound",
    say: (_, call) => ({
      message: `there is no such service${inRegion(call)}`,
      hint: "aws ecs list-services --cluster NAME shows those there are.",
    }),
  },
  {
    text: /The referenced task was not found/i,
    code: "NotFound",
    say: () => ({
      message: "the task is not in this cluster",
      hint: "ECS forgets a stopped task after an hour or so. Is --cluster right?",
    }),
  },
  {
    // CreateService's page names container health checks too; not every endpoint takes it for those alone.
    text: /grace period is only valid for services configured to use load balancers/i,
    code: "InvalidInput",
    say: () => ({
      message: "this ECS takes a health check grace period for a service with a load balancer only",
      hint:
        "health.startSeconds above 300 becomes one: write at most 300, add ecs.loadBalancer, or take it away with " +
        "ecs.service: { healthCheckGracePeriodSeconds: null }.",
    }),
  },
  {
    text: /At least one of 'memory' or 'memoryReservation' must be specified/i,
    code: "InvalidInput",
    say: (failure) => ({
      message: failure.message,
      hint: "Set resources.memory in the workload file (--memory), or memory in the container definition.",
    }),
  },
  {
    text: /host ports and container ports in port mappings must match/i,
    code: "InvalidInput",
    say: (failure) => ({
      message: failure.message,
      hint: "With host networking write hostPort equal to containerPort, or leave it out.",
    }),
  },
  {
    text: /constraint\.type 'distinctInstance' is not supported/i,
    code: "InvalidInput",
    say: () => ({
      message: "a task definition cannot hold the constraint distinctInstance",
      hint: "Give it when the task is run: --placement-constraints type=distinctInstance",
    }),
  },
  {
    text: /Too many concurrent attempts to create a new revision/i,
    code: "AwsError",
    say: () => ({
      message: "someone else registers the same task definition family at this moment",
      hint: "Run the command again.",
    }),
  },
  {
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
    text: /Unable to assume the service linked role/i,
    code: "OperationFailed",
    say: () => ({
      message: "the account has no service-linked role for ECS yet",
      hint: "Run once: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com",
    }),
  },
  {
    text: /unable to assume the role|Role is not valid/i,
    code: "OperationFailed",
    say: (failure) => ({
      message: failure.message,
      hint: "The role must exist, and its trust policy must let ecs-tasks.amazonaws.com assume it.",
    }),
  },
  {
    // Whatever else ECS finds wrong with a request: its own sentence is the best there is.
    names: ["InvalidParameterException", "ClientException"],
    code: "OperationFailed",
    say: (failure, call) => ({ message: `${callName(call)} was refused: ${failure.message}` }),
  },
];
