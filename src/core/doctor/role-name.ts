/** The name of a role in its ARN, without the path; a name is its own. */
export function roleNameOf(role: string): string {
  return role.slice(role.lastIndexOf("/") + 1);
}

/** The account in a role's ARN; undefined for a name. */
export function roleAccountOf(role: string): string | undefined {
  return /^arn:[^:]+:iam::(\d{12}):role\//.exec(role)?.[1];
}
