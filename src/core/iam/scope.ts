/** What a policy is narrowed to; a part that is left out is `*`. */
export interface PolicyScope {
  readonly partition: string;
  readonly region?: string;
  readonly account?: string;
  readonly cluster?: string;
  /** Families of task definitions. */
  readonly families?: readonly string[];
  /** Names of services; their beginning, where slots have their own. */
  readonly services?: readonly string[];
  readonly logGroups?: readonly string[];
  /** The roles that the tasks get: whoever hands them over needs the right to. */
  readonly roles?: readonly string[];
  /** Those by which ECS makes and attaches the volumes of tasks. */
  readonly infrastructureRoles?: readonly string[];
  readonly secrets?: readonly string[];
  /** `ACCOUNT/REGION/NAME` of ECR repositories. */
  readonly repositories?: readonly string[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What a statement says before it has its name. */
export type Statement = Omit<PolicyStatement, "Sid" | "Effect">;

/** The ARN of a service's resource in the scope's region and account. */
export function arnIn(scope: PolicyScope, service: string, resource: string): string {
  const { partition, region = "*", account = "*" } = scope;
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** The ARNs of the scope's log groups, or of a part of each. */
export function logGroupsOf(scope: PolicyScope, part = ""): readonly string[] {
  return (scope.logGroups ?? ["*"]).map((group) => arnIn(scope, "logs", `log-group:${group}${part}`));
}
