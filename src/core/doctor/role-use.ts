import type { ImageNeed, Needs } from "./needs.ts";

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
