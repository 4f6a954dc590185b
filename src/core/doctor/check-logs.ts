import { fail, ok, type CheckItem } from "../base/check-report.ts";
import { logGroupKey, type LogNeed, type Needs } from "../ecs/account-needs.ts";
import type { ObservedAccount } from "./observation.ts";
import { judged } from "./reading.ts";

/** Whether each log group is there, or is made when the task starts. */
export function checkLogs({ logs, executionRole }: Needs, { logGroups }: ObservedAccount): readonly CheckItem[] {
  return logs.flatMap((need) =>
    judged("log-group", `log group ${need.group} in ${need.region}`, logGroups.get(logGroupKey(need))!, (exists) => [
      judgeGroup(need, exists, executionRole !== undefined),
    ]),
  );
}

function judgeGroup({ group, region, created, containers }: LogNeed, exists: boolean, hasRole: boolean): CheckItem {
  if (exists) return ok("log-group", `log group ${group} is there in ${region}`);
  const who = hasRole ? "the execution role" : "the instances' role";
  if (created)
    return ok(
      "log-group",
      `log group ${group} is made in ${region} when the first task starts: ${who} needs logs:CreateLogGroup`,
    );
  return fail(
    "log-group",
    `log group ${group} does not exist in ${region}, and ${containers.join(", ")} does not start without it`,
    `aws logs create-log-group --log-group-name ${group} --region ${region}, or set awslogs-create-group to "true".`,
  );
}
