import { isRaw } from "../base/merge.ts";
import type { CheckPlace } from "./place.ts";
import { globToPattern, listOf } from "./policy-text.ts";

/**
 * Whether the conditions of a statement hold when ECS assumes the role for a task; `why` names the first that decides.
 */
export interface TrustResult {
  readonly result: "met" | "unmet" | "unclear";
  readonly why: string;
}

/** Keys that ECS sends no value for: nobody shares an id or a session with it. */
const neverSent: ReadonlySet<string> = new Set(
  [
    "sts:ExternalId",
    "sts:RoleSessionName",
    "aws:PrincipalOrgID",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:MultiFactorAuthPresent",
    "aws:userid",
    "aws:username",
  ].map((key) => key.toLowerCase()),
);

/**
 * All conditions of a statement must hold.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function judgeConditions(conditions: unknown, caller: CheckPlace): TrustResult {
  const tests = Object.entries(isRaw(conditions) ? conditions : {}).flatMap(([operator, keys]) =>
    Object.entries(isRaw(keys) ? keys : {}).map(([key, values]) =>
      judgeCondition(operator, key, listOf(values).map(String), caller),
    ),
  );
  return (
    tests.find(({ result }) => result === "unmet") ??
    tests.find(({ result }) => result === "unclear") ?? { result: "met", why: "" }
  );
}

function judgeCondition(operator: string, key: string, values: readonly string[], caller: CheckPlace): TrustResult {
  const why = `${key} is ${values.join(" or ")}`;
  const parts = /^(?:ForA(?:ny|ll)Values:)?(String|Arn)(Not)?(Equals|Like|EqualsIgnoreCase)(IfExists)?$/.exec(operator);
  if (parts === null) return { result: "unclear", why: `${operator} of ${why}` };
  const [, kind, not, way, ifExists] = parts;
  if (neverSent.has(key.toLowerCase()))
    return {
      result: not !== undefined || ifExists !== undefined ? "met" : "unmet",
      why: `${why}, which ECS does not send`,
    };
  const name = key.toLowerCase();
  if (name !== "aws:sourceaccount" && name !== "aws:sourcearn") return { result: "unclear", why };
  // ArnEquals takes wildcards as ArnLike does; in StringEquals they are letters, and no ARN or account has any.
  const patterns = kind === "String" && way !== "Like" ? values.filter((value) => !/[*?]/.test(value)) : values;
  const matching = patterns.filter((value) =>
    name === "aws:sourceaccount" ? globToPattern(value).test(caller.account) : canBeSource(value, caller),
  );
  const matches = matching.length > 0;
  if (matches && name === "aws:sourcearn" && matching.every(namesResource)) return { result: "unclear", why };
  const holds = matches === (not === undefined);
  return { result: holds ? "met" : "unmet", why: not === undefined ? why : `${key} is not ${values.join(" or ")}` };
}

/**
 * Whether a pattern can be the ARN that ECS sends, `arn:aws:ecs:REGION:ACCOUNT:` and more. What stands after the
 * account is not judged here.
 */
function canBeSource(pattern: string, { partition, region, account }: CheckPlace): boolean {
  const parts = pattern.split(":");
  const wanted = ["arn", partition, "ecs", region, account];
  if (parts.length <= wanted.length) return globToPattern(pattern).test(`${wanted.join(":")}:*`);
  return wanted.every((each, index) => globToPattern(parts[index]!).test(each));
}

/**
 * Whether a pattern asks for more than any resource of the account: "Using the aws:SourceArn condition key to specify a
 * specific cluster is not currently supported".
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
function namesResource(pattern: string): boolean {
  return !/^\**$/.test(pattern.split(":").slice(5).join(""));
}
