/** The least policies of the two roles that tasks run with. */
import { needsOf } from "../ecs/account-needs.ts";
import type { CheckPlace } from "../doctor/place.ts";
import { permissionsOf } from "../doctor/permissions.ts";
import type { TaskDefinition } from "../ecs-api/api.ts";
import type { ResolvedWorkload } from "../workload/resolved.ts";
import { policyDocument, type PolicyDocument } from "./policy.ts";
import type { Statement } from "./scope.ts";

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
 * What the file says that the containers read, the file systems that are mounted with the role, and ECS Exec where it is
 * wanted. What their program does besides, nobody knows.
 *
 * @param definitions Those of the workload's variants, raw fields included.
 * @param exec Whether ECS Exec is wanted though the file does not say so.
 */
export function taskRolePolicy(
  { model, ecs }: Pick<ResolvedWorkload, "model" | "ecs">,
  definitions: readonly TaskDefinition[],
  place: CheckPlace,
  { exec }: { readonly exec: boolean },
): PolicyDocument {
  const wanted = exec || ecs.service?.["enableExecuteCommand"] === true;
  return policyDocument([
    ...modelReads(model?.uri ?? "", place),
    ...mounts(definitions, place),
    ...(wanted ? [{ Action: execActions, Resource: ["*"] }] : []),
  ]);
}

function modelReads(uri: string, { partition }: CheckPlace): readonly Statement[] {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(uri) ?? [];
  if (bucket === undefined) return [];
  const of = `arn:${partition}:s3:::${bucket}`;
  return [
    { Action: ["s3:GetObject"], Resource: key === "" ? [`${of}/*`] : [`${of}/${key}`, `${of}/${key}/*`] },
    { Action: ["s3:ListBucket"], Resource: [of] },
  ];
}

/**
 * Of EFS volumes with IAM authorization, each file system and access point once, and of S3 Files: to write where a
 * container does.
 * https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonS3FilesClientReadWriteAccess.html
 */
function mounts(
  definitions: readonly TaskDefinition[],
  { partition, region, account }: CheckPlace,
): readonly Statement[] {
  const of = (kind: string, id: string) =>
    id.startsWith("arn:") ? id : `arn:${partition}:elasticfilesystem:${region}:${account}:${kind}/${id}`;
  const statements = definitions.flatMap(({ volumes = [], containerDefinitions }) =>
    volumes.flatMap(({ name, efsVolumeConfiguration: efs = {}, s3filesVolumeConfiguration: s3Files }) => {
      const points = containerDefinitions.flatMap(({ mountPoints = [] }) => mountPoints);
      const written = points.some(({ sourceVolume, readOnly }) => sourceVolume === name && readOnly !== true);
      if (s3Files?.fileSystemArn !== undefined)
        return {
          Action: ["s3files:ClientMount", ...(written ? ["s3files:ClientWrite"] : [])],
          Resource: [s3Files.fileSystemArn],
        };
      const { fileSystemId, authorizationConfig } = efs;
      if (fileSystemId === undefined || authorizationConfig?.iam !== "ENABLED") return [];
      const { accessPointId } = authorizationConfig;
      return {
        Action: ["elasticfilesystem:ClientMount", ...(written ? ["elasticfilesystem:ClientWrite"] : [])],
        Resource: [of("file-system", fileSystemId)],
        ...(accessPointId === undefined
          ? {}
          : {
              Condition: {
                StringEquals: { "elasticfilesystem:AccessPointArn": of("access-point", accessPointId) },
              },
            }),
      };
    }),
  );
  return [...new Map(statements.map((each) => [JSON.stringify(each), each])).values()];
}
