/** The least policies of the two roles that tasks run with. */
import { needsOf } from "../ecs/account-needs.ts";
import type { CheckPlace } from "../doctor/place.ts";
import { permissionsOf } from "../doctor/permissions.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { policyDocument, type PolicyDocument } from "./policy.ts";

/** What ECS does with the execution role before the containers start: what doctor checks. */
export function executionRolePolicy(definitions: readonly TaskDefinition[], place: CheckPlace): PolicyDocument {
  const needs = permissionsOf(needsOf(definitions, place.region), place, new Map());
  const byResource = new Map<string, string[]>();
  for (const { actions, resource } of needs)
    byResource.set(resource, [...(byResource.get(resource) ?? []), ...actions]);
  return policyDocument(
    [...byResource].map(([resource, actions]) => ({ Action: [...new Set(actions)], Resource: [resource] })),
  );
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions */
const execActions = [
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
];

/**
 * What the file says that the containers read, and ECS Exec where it is wanted. What their program does besides, nobody
 * knows.
 */
export function taskRolePolicy(
  { model }: Pick<ResolvedWorkload, "model">,
  { partition }: Pick<CheckPlace, "partition">,
  { exec }: { readonly exec: boolean },
): PolicyDocument {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(model?.uri ?? "") ?? [];
  const of = `arn:${partition}:s3:::${bucket}`;
  return policyDocument([
    ...(bucket === undefined
      ? []
      : [
          { Action: ["s3:GetObject"], Resource: key === "" ? [`${of}/*`] : [`${of}/${key}`, `${of}/${key}/*`] },
          { Action: ["s3:ListBucket"], Resource: [of] },
        ]),
    ...(exec ? [{ Action: execActions, Resource: ["*"] }] : []),
  ]);
}
