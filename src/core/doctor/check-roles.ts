import { fail, ok, skip, someOf, warn, type CheckItem } from "../base/check-report.ts";
import type { CheckCode } from "../base/codes/check-codes.ts";
import type { Needs } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import type { Role } from "./observed-account.ts";
import { decisionKey, permissionsOf, type PermissionNeed } from "./permissions.ts";
import type { CheckPlace } from "./place.ts";
import { judged, valueOf } from "./reading.ts";
import { roleAccountOf, roleNameOf } from "../ecs-api/arn.ts";
import { executionRoleUses } from "../ecs/execution-role.ts";
import { ecsPrincipal, judgeTrust, tasksPrincipal } from "./trust-policy.ts";

interface RoleDuties {
  readonly managedInstances: boolean;
  /** The log groups that aiplat makes with the caller's rights. */
  readonly made: ReadonlySet<string>;
}

/** The roles that tasks run with, and the one of their volumes: there, assumable, and allowed what the tasks' start needs. */
export function checkRoles(
  needs: Needs,
  observed: ObservedAccount,
  place: CheckPlace,
  { managedInstances, made }: RoleDuties,
): readonly CheckItem[] {
  const { executionRole, taskRole, volumeRole } = needs;
  const uses = executionRoleUses(needs, managedInstances);
  const absent = (): readonly CheckItem[] =>
    uses.length === 0
      ? []
      : [
          fail(
            "execution-role",
            `the task has no execution role, and cannot ${uses.join(" or ")} without one`,
            "Set roles.execution (--execution-role).",
          ),
        ];
  return [
    ...(executionRole === undefined ? absent() : checkRole("execution-role", executionRole, observed, place)),
    ...(executionRole === undefined || valueOf(observed.roles.get(executionRole)) === undefined
      ? []
      : checkPermissions(needs, executionRole, observed, place, made)),
    ...(taskRole === undefined || taskRole === executionRole ? [] : checkRole("task-role", taskRole, observed, place)),
    ...(volumeRole === undefined ? [] : checkRole("volume-role", volumeRole, observed, place)),
  ];
}

function checkRole(
  check: "execution-role" | "task-role" | "volume-role",
  role: string,
  { roles }: ObservedAccount,
  place: CheckPlace,
): readonly CheckItem[] {
  const what = check.replace("-", " ");
  const name = roleNameOf(role);
  const account = roleAccountOf(role);
  // "The role must be in the same account": iam:PassRole goes no further.
  if (account !== undefined && account !== place.account)
    return [
      fail(
        check,
        `${what} ${role} is of account ${account}, and the tasks run in ${place.account}: ` +
          "ECS takes roles of its own account only",
        "Make a role in this account; it may assume the other one.",
      ),
    ];
  return judged(check, `${what} ${name}`, roles.get(role)!, (found) => [
    found === undefined
      ? fail(
          check,
          `there is no ${what} ${name} in account ${place.account}`,
          `Create it with a trust policy for ${principalOf(check)}, or name another.`,
        )
      : checkTrust(check, `${what} ${name}`, found, place),
  ]);
}

/** Who assumes it: ECS makes and attaches volumes itself. */
function principalOf(check: CheckCode): string {
  return check === "volume-role" ? ecsPrincipal : tasksPrincipal;
}

function checkTrust(check: CheckCode, what: string, { trustPolicy }: Role, place: CheckPlace): CheckItem {
  const principal = principalOf(check);
  const trust = judgeTrust(trustPolicy, place, principal);
  if (trust.kind === "trusted") return ok(check, `${what} trusts ${principal}`);
  const fix =
    `aws iam update-assume-role-policy with a statement that allows sts:AssumeRole to {"Service": ` +
    `"${principal}"}.`;
  return trust.kind === "unclear"
    ? warn(check, `${what}: ${trust.why}`, `See that this holds for ECS. ${fix}`)
    : fail(check, `${what} cannot be assumed by ${principal === ecsPrincipal ? "ECS" : "tasks"}: ${trust.why}`, fix);
}

interface Refused {
  readonly need: PermissionNeed;
  readonly action: string;
  readonly explicit: boolean;
}

function checkPermissions(
  needs: Needs,
  role: string,
  { decisions, secrets, logGroups }: ObservedAccount,
  place: CheckPlace,
  made: ReadonlySet<string>,
): readonly CheckItem[] {
  const check = "permissions";
  const all = permissionsOf(needs, place, secrets)
    .filter(
      ({ unlessGroup }) =>
        unlessGroup === undefined || (!made.has(unlessGroup) && valueOf(logGroups.get(unlessGroup)) !== true),
    )
    .flatMap((need) =>
      need.actions.flatMap((action) => ({ need, action, reading: decisions.get(decisionKey(action, need.resource)) })),
    )
    .filter(({ reading }) => reading !== undefined);
  const unread = all.map(({ reading }) => reading!).find((reading) => "unread" in reading);
  if (unread !== undefined) return [skip(check, `what ${roleNameOf(role)} may do: ${unread.unread}`, unread.fix)];
  const refused = all.flatMap(({ need, action, reading }): readonly Refused[] => {
    const decision = valueOf(reading);
    return decision === undefined || decision === "allowed"
      ? []
      : [{ need, action, explicit: decision === "explicitDeny" }];
  });
  // A secret's own policy may allow what the role's do not, and so may a repository's.
  const doubtful = ({ need, explicit }: Refused) =>
    !explicit &&
    (need.repository !== undefined ||
      (need.secret !== undefined && valueOf(secrets.get(need.secret))?.hasPolicy !== false));
  const items = [
    ...byAction(refused.filter((each) => !doubtful(each))).map(([action, each]) =>
      fail(
        check,
        `${roleNameOf(role)} may not ${each[0]!.need.to}: ` +
          `${action} is ${each.some(({ explicit }) => explicit) ? "denied" : "not allowed"} on ` +
          `${someOf(each.map(({ need }) => need.resource))}`,
        `Allow ${action} on it in the role's policies.`,
      ),
    ),
    ...byAction(refused.filter(doubtful)).map(([action, each]) =>
      warn(
        check,
        `the policies of ${roleNameOf(role)} do not allow ${action} on ` +
          `${someOf(each.map(({ need }) => need.resource))}: ` +
          `the ${each[0]!.need.repository === undefined ? "secret" : "repository"}'s own policy must`,
        `Allow ${action} on it in the role's policies, or see ${ownPolicyCommand(each[0]!.need)}.`,
      ),
    ),
  ];
  if (items.length > 0 || all.length === 0) return items;
  return [ok(check, `${roleNameOf(role)} may call ${[...new Set(all.map(({ action }) => action))].join(", ")}`)];
}

function ownPolicyCommand({ repository, secret }: PermissionNeed): string {
  return repository === undefined
    ? `aws secretsmanager get-resource-policy --secret-id ${secret}`
    : `aws ecr get-repository-policy --repository-name ${repository}`;
}

function byAction(refused: readonly Refused[]): readonly (readonly [string, readonly Refused[]])[] {
  return [...new Set(refused.map(({ action }) => action))].map((action) => [
    action,
    refused.filter((each) => each.action === action),
  ]);
}
