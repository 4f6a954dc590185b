import type { ImageReference } from "../catalog/container-images/image-reference.ts";
import type { ImageNeed, Needs } from "./account-needs.ts";

/**
 * Whether the image is pulled with a token of ECR's: it is in a private registry of it, whose credentials ECS makes.
 */
export function needsSignIn({
  image,
  signsIn,
}: Pick<ImageNeed, "signsIn"> & { readonly image: ImageReference }): boolean {
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
    ...(needs.environmentFiles.length > 0 ? ["read its environment files"] : []),
    ...(managedInstances
      ? managedUses({ pullsFromEcr: needs.images.some(needsSignIn), writesLogs: needs.logs.length > 0 })
      : []),
  ];
}

/** What on Managed Instances nothing but the execution role does for a task. */
export function managedUses({
  pullsFromEcr,
  writesLogs,
}: {
  readonly pullsFromEcr: boolean;
  readonly writesLogs: boolean;
}): readonly string[] {
  return [...(pullsFromEcr ? ["pull its image from ECR"] : []), ...(writesLogs ? ["write its logs"] : [])];
}
