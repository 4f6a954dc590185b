import { present } from "../base/present.ts";
import type { SecretState } from "./observed-account.ts";
import type { CheckPlace } from "./place.ts";
import { valueOf, type Reading } from "./reading.ts";
import { needsSignIn } from "../ecs/execution-role.ts";
import { logGroupKey, type Needs } from "../ecs/account-needs.ts";

/** What the execution role has to be allowed. */
export interface PermissionNeed {
  readonly actions: readonly string[];
  readonly resource: string;
  /** Completes "the execution role may not ...". */
  readonly to: string;
  /** The id of the secret whose own policy may allow it too. */
  readonly secret?: string;
  /** The repository whose own policy may allow it too: one of the role's account. */
  readonly repository?: string;
  /** The log group (REGION GROUP) that makes the permission needless where it is there already. */
  readonly unlessGroup?: string;
}

/**
 * What the agent calls with the execution role before a task's containers start.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 *
 * @param found The secrets by their id: policies name their whole ARN, and a task
 * may leave its last six characters out.
 */
export function permissionsOf(
  needs: Needs,
  { partition, region, account }: CheckPlace,
  found: ReadonlyMap<string, Reading<SecretState | undefined>>,
): readonly PermissionNeed[] {
  const secrets = needs.secrets.map(({ valueFrom, reference }): PermissionNeed => {
    if (reference.service === "secretsmanager") {
      const resource =
        valueOf(found.get(reference.id))?.arn ??
        (reference.id.startsWith("arn:")
          ? reference.id
          : `arn:${partition}:secretsmanager:${region}:${account}:secret:${reference.id}-??????`);
      return { actions: ["secretsmanager:GetSecretValue"], resource, to: "read the secret", secret: reference.id };
    }
    const parameter = valueFrom.startsWith("arn:")
      ? valueFrom
      : `arn:${partition}:ssm:${region}:${account}:parameter/${valueFrom.replace(/^\//, "")}`;
    // A version or a label may follow the name, and is no part of the resource.
    const resource = parameter.replace(/(:parameter\/[^:]*):.*$/, "$1");
    return { actions: ["ssm:GetParameters"], resource, to: "read the parameter" };
  });
  const pulled = new Map(
    needs.images
      .filter(needsSignIn)
      .map(({ image: { ecr, repository } }) => [
        `arn:${partition}:ecr:${ecr!.region}:${ecr!.account}:repository/${repository}`,
        ecr!.account === account ? repository : undefined,
      ]),
  );
  const pulls: readonly PermissionNeed[] = [
    ...(pulled.size === 0 ? [] : [{ actions: ["ecr:GetAuthorizationToken"], resource: "*", to: "sign in to ECR" }]),
    ...[...pulled].map(([resource, repository]) => ({
      actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resource,
      to: "pull the image",
      ...present({ repository }),
    })),
  ];
  const logs = needs.logs.flatMap((log): readonly PermissionNeed[] => {
    const resource = `arn:${partition}:logs:${log.region}:${account}:log-group:${log.group}:*`;
    const creates = log.created
      ? [{ actions: ["logs:CreateLogGroup"], resource, to: "make the log group", unlessGroup: logGroupKey(log) }]
      : [];
    return [{ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resource, to: "write the logs" }, ...creates];
  });
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
  const files = needs.environmentFiles.flatMap((file): readonly PermissionNeed[] => [
    { actions: ["s3:GetObject"], resource: file, to: "read the environment file" },
    {
      actions: ["s3:GetBucketLocation"],
      resource: file.replace(/\/.*$/, ""),
      to: "find the environment file's bucket",
    },
  ]);
  return [...secrets, ...pulls, ...logs, ...files];
}

/** The key of a decision. */
export function decisionKey(action: string, resource: string): string {
  return `${action} ${resource}`;
}
