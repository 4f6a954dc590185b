/**
 * Whether a role's trust policy lets ECS's tasks assume it, or ECS itself.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html
 */
import { parseJson } from "../base/json.ts";
import { isRaw } from "../base/merge.ts";
import type { CheckPlace } from "./place.ts";
import { globToPattern, listOf } from "./policy-text.ts";
import { judgeConditions, type TrustResult } from "./trust-conditions.ts";

export const tasksPrincipal = "ecs-tasks.amazonaws.com";
/** Who makes and attaches the volumes of tasks. */
export const ecsPrincipal = "ecs.amazonaws.com";

export type Trust =
  | { readonly kind: "trusted" }
  | { readonly kind: "not-trusted"; readonly why: string }
  /** Something that aiplat cannot judge decides. */
  | { readonly kind: "unclear"; readonly why: string };

/**
 * Judges AssumeRolePolicyDocument, URL-encoded as IAM answers it or plain. A Deny wins over every Allow.
 *
 * @param caller Where the tasks run: conditions may ask for their account and ARN.
 * @param principal The service that is to assume it.
 */
export function judgeTrust(document: string, caller: CheckPlace, principal: string = tasksPrincipal): Trust {
  const statements = statementsOf(document);
  if (statements === undefined) return { kind: "unclear", why: "its trust policy is no JSON policy document" };
  const about = statements
    .filter((statement) => covers(statement, principal) && coversAssuming(statement))
    .map((statement) => ({ effect: statement["Effect"], verdict: judgeConditions(statement["Condition"], caller) }));
  const of = (effect: string, result: TrustResult["result"]) =>
    about.find((each) => each.effect === effect && each.verdict.result === result)?.verdict.why;
  const denied = of("Deny", "met");
  if (denied !== undefined) return { kind: "not-trusted", why: `its trust policy denies ${principal}` };
  const doubt = of("Deny", "unclear");
  if (of("Allow", "met") !== undefined)
    return doubt === undefined
      ? { kind: "trusted" }
      : { kind: "unclear", why: `its trust policy denies ${principal} where ${doubt}` };
  const unclear = of("Allow", "unclear");
  if (unclear !== undefined)
    return { kind: "unclear", why: `its trust policy lets ${principal} assume it where ${unclear}` };
  const unmet = of("Allow", "unmet");
  return {
    kind: "not-trusted",
    why:
      unmet === undefined
        ? `its trust policy does not let ${principal} assume it`
        : `its trust policy lets ${principal} assume it only where ${unmet}`,
  };
}

type Statement = Readonly<Record<string, unknown>>;

function statementsOf(document: string): readonly Statement[] | undefined {
  try {
    const policy: unknown = parseJson(document.startsWith("%") ? decodeURIComponent(document) : document);
    if (!isRaw(policy)) return undefined;
    return listOf(policy["Statement"]).filter(isRaw);
  } catch {
    return undefined;
  }
}

function covers({ Principal: named, NotPrincipal: except }: Statement, principal: string): boolean {
  return except !== undefined ? !names(except, principal) : names(named, principal);
}

/**
 * `*` and `{"AWS": "*"}` are the same: anybody.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
 */
function names(named: unknown, principal: string): boolean {
  if (!isRaw(named)) return named === "*";
  return (
    listOf(named["AWS"]).includes("*") ||
    listOf(named["Service"]).some((service) => service === principal || service === "*")
  );
}

function coversAssuming({ Action: action, NotAction: except }: Statement): boolean {
  const matches = (pattern: unknown) =>
    typeof pattern === "string" && globToPattern(pattern, "i").test("sts:AssumeRole");
  return except !== undefined ? !listOf(except).some(matches) : listOf(action).some(matches);
}
