import { listOr, problem, type Problem } from "../base/problem.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import { needsOf, type ImageNeed, type Needs } from "./account-needs.ts";

/** Whether the image is pulled with a token of ECR's. */
export function needsSignIn({ image, signsIn }: ImageNeed): boolean {
  return image.ecr !== undefined && !signsIn;
}

/**
 * What a task cannot do without an execution role; empty where it needs none. On EC2 the instance's role pulls from ECR
 * and writes logs; on Managed Instances nothing but the execution role does.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 */
export function executionRoleUses(needs: Needs, managedInstances: boolean): readonly string[] {
  return [
    ...(needs.secrets.length > 0 ? ["read its secrets"] : []),
    ...(managedInstances && needs.images.some(needsSignIn) ? ["pull its image from ECR"] : []),
    ...(managedInstances && needs.logs.length > 0 ? ["write its logs"] : []),
  ];
}

/**
 * What the tasks of definitions for Managed Instances cannot do, since none of them has an execution role.
 *
 * @param region The tasks' own, where it is known.
 */
export function missingExecutionRole(
  definitions: readonly TaskDefinition[],
  region: string | undefined,
): readonly Problem[] {
  const needs = needsOf(definitions, region ?? "");
  const uses = needs.executionRole === undefined ? executionRoleUses(needs, true) : [];
  return uses.length === 0
    ? []
    : [
        problem(
          "execution-role-missing",
          ["roles", "execution"],
          `a task on Managed Instances cannot ${listOr(uses)} without an execution role: the machine has no role for that`,
          "Add roles: { execution: ARN } (--execution-role), a role of ECS's tasks with the policy AmazonECSTaskExecutionRolePolicy.",
        ),
      ];
}
