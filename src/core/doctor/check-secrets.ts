import { fail, ok, skip, type CheckItem } from "../base/check-report.ts";
import type { Needs, SecretNeed } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import type { SecretState } from "./observed-account.ts";
import { judged } from "./reading.ts";

/** Whether each secret and parameter that the tasks are given is there. Their values are never read. */
export function checkSecrets({ secrets }: Needs, observed: ObservedAccount): readonly CheckItem[] {
  return secrets.flatMap((need) =>
    need.reference.service === "ssm" ? checkParameter(need, observed) : checkSecret(need, need.reference, observed),
  );
}

function checkParameter({ valueFrom, users }: SecretNeed, { parameters }: ObservedAccount): readonly CheckItem[] {
  const what = `parameter ${valueFrom} (${users.join(", ")})`;
  return judged("parameter", what, parameters.get(valueFrom)!, (exists) => [
    exists
      ? ok("parameter", `${what} is there`)
      : fail(
          "parameter",
          `${what} does not exist: the task would stop with ResourceInitializationError`,
          "Create it in Parameter Store (aws ssm put-parameter), or name another.",
        ),
  ]);
}

function checkSecret(
  { users }: SecretNeed,
  { id, stage, version }: Extract<SecretNeed["reference"], { service: "secretsmanager" }>,
  { secrets }: ObservedAccount,
): readonly CheckItem[] {
  const check = "secret";
  const what = `secret ${id} (${users.join(", ")})`;
  return judged(check, what, secrets.get(id)!, (state) => {
    if (state === undefined)
      return [
        fail(
          check,
          `${what} does not exist: the task would stop with ResourceInitializationError`,
          "Create it in Secrets Manager, or name another; an ARN ends in a dash and six characters.",
        ),
      ];
    if (state.deleted)
      return [
        fail(
          check,
          `${what} is scheduled for deletion: nothing can read it`,
          `aws secretsmanager restore-secret --secret-id ${id}`,
        ),
      ];
    return [checkVersion(what, id, state, stage, version)];
  });
}

function checkVersion(
  what: string,
  id: string,
  { versions }: SecretState,
  stage: string | undefined,
  version: string | undefined,
): CheckItem {
  const check = "secret";
  if (Object.keys(versions).length === 0)
    return version === undefined && stage === undefined
      ? fail(check, `${what} has no value`, `aws secretsmanager put-secret-value --secret-id ${id}`)
      : skip(check, `${what} lists no versions`);
  const fix = `aws secretsmanager list-secret-version-ids --secret-id ${id} shows those there are.`;
  if (version !== undefined && versions[version] === undefined)
    return fail(check, `${what} has no version ${version}`, fix);
  const wanted = stage ?? (version === undefined ? "AWSCURRENT" : undefined);
  const staged = version === undefined ? Object.values(versions).flat() : versions[version]!;
  if (wanted !== undefined && !staged.includes(wanted))
    return fail(
      check,
      `${what} has no version ${version === undefined ? "" : `${version} `}with the stage ${wanted}`,
      fix,
    );
  return ok(check, `${what} is there`);
}
