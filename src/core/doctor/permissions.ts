import type { Place } from "./place.ts";
import { needsSignIn } from "./role-use.ts";
import { logGroupKey, type Needs } from "./needs.ts";

/** What the execution role has to be allowed. */
export interface PermissionNeed {
  readonly actions: readonly string[];
  readonly resource: string;
  /** Completes "the execution role may not ...". */
  readonly to: string;
  /** The id of the secret whose own policy may allow it too. */
  readonly secret?: string;
  /** The log group (REGION GROUP) that makes the permission needless where it is there already. */
  readonly unlessGroup?: string;
}

/** What the agent calls with the execution role before a task's containers start. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html */
export function permissionsOf(needs: Needs, { partition, region, account }: Place): readonly PermissionNeed[] {
  const secrets = needs.secrets.map(({ valueFrom, reference }): PermissionNeed => {
    if (reference.service === "secretsmanager") {
      const resource = reference.id.startsWith("arn:") ? reference.id : `arn:${partition}:secretsmanager:${region}:${account}:secret:${reference.id}-??????`;
      return { actions: ["secretsmanager:GetSecretValue"], resource, to: "read the secret", secret: reference.id };
    }
    const resource = valueFrom.startsWith("arn:") ? valueFrom : `arn:${partition}:ssm:${region}:${account}:parameter/${valueFrom.replace(/^\//, "")}`;
    return { actions: ["ssm:GetParameters"], resource, to: "read the parameter" };
  });
  const pulls = needs.images.some(needsSignIn) ? [{ actions: ["ecr:GetAuthorizationToken"], resource: "*", to: "sign in to ECR" }] : [];
  const logs = needs.logs.flatMap((log): readonly PermissionNeed[] => {
    const resource = `arn:${partition}:logs:${log.region}:${account}:log-group:${log.group}:*`;
    const creates = log.created ? [{ actions: ["logs:CreateLogGroup"], resource, to: "make the log group", unlessGroup: logGroupKey(log) }] : [];
    return [{ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resource, to: "write the logs" }, ...creates];
  });
  return [...secrets, ...pulls, ...logs];
}

/** The key of a decision. */
export function decisionKey(action: string, resource: string): string {
  return `${action} ${resource}`;
}
