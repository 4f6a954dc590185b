import { fail, ok, type CheckItem } from "../base/check-report.ts";
import { logGroupKey, type LogNeed, type Needs } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import { logWriterOf, type LogWriter } from "../ecs/log-groups.ts";
import { judged } from "./reading.ts";

/**
 * Whether each log group is there, or is made before the task starts or when it does.
 *
 * @param made Those that aiplat makes with the caller's rights.
 */
export function checkLogs(
  { logs, executionRole }: Needs,
  { logGroups }: ObservedAccount,
  made: ReadonlySet<string>,
): readonly CheckItem[] {
  return logs.flatMap((need) =>
    judged("log-group", `log group ${need.group} in ${need.region}`, logGroups.get(logGroupKey(need))!, (exists) => [
      judgeGroup(need, exists, logWriterOf(executionRole !== undefined), made.has(logGroupKey(need))),
    ]),
  );
}

function judgeGroup(
  { group, region, created, containers }: LogNeed,
  exists: boolean,
  writer: LogWriter,
  made: boolean,
): CheckItem {
  if (exists) return ok("log-group", `log group ${group} is there in ${region}`);
  const byTask = `when the first task starts: the ${writer} needs logs:CreateLogGroup`;
  if (made)
    return ok(
      "log-group",
      `log group ${group} is made in ${region} with your rights before the first task starts` +
        (created ? `, else ${byTask}` : ""),
    );
  if (created) return ok("log-group", `log group ${group} is made in ${region} ${byTask}`);
  return fail(
    "log-group",
    `log group ${group} does not exist in ${region}, and ${containers.join(", ")} does not start without it`,
    `aws logs create-log-group --log-group-name ${group} --region ${region}, or set awslogs-create-group to "true".`,
  );
}
