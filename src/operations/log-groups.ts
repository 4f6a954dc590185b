import { counted } from "../core/base/counted.ts";
import type { WantedLogGroup } from "../core/ecs/log-groups.ts";
import { creatingActions, planLogGroups, withoutAiplat, type LogGroupStep } from "../core/plan/log-groups.ts";
import { AiplatError, toAiplatError } from "../errors.ts";
import type { LogGroupsPort } from "../ports.ts";
import { read } from "./read.ts";

/** CloudWatch Logs of a region. */
export type LogGroupsIn = (region: string) => Promise<LogGroupsPort>;

/** Plans the groups as they are now. One that cannot be looked for is left to the log driver. */
export async function observeLogGroups(
  logsIn: LogGroupsIn,
  wanted: readonly WantedLogGroup[],
): Promise<readonly LogGroupStep[]> {
  const states = await Promise.all(
    wanted.map(async ({ group, region }) => {
      const found = await read(async () => (await logsIn(region)).hasGroup(group));
      return "value" in found
        ? found.value
        : { unknown: `whether log group ${group} is there in ${region} is not known (${found.unread})` };
    }),
  );
  return planLogGroups(wanted, states);
}

/** What making a log group came to. */
export interface LogGroupOutcome {
  /** Whether it is as the file wants it. */
  readonly done: boolean;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Makes the groups that are not there, with the caller's rights.
 *
 * @throws AiplatError where that fails; not for want of a right, where the log driver makes the group without.
 */
export async function createLogGroups(
  logsIn: LogGroupsIn,
  steps: readonly LogGroupStep[],
  onOutcome: (outcome: LogGroupOutcome) => Promise<void>,
): Promise<void> {
  for (const step of steps) {
    if (step.action === "unknown") await onOutcome({ done: false, message: step.why });
    else for (const outcome of await createGroup(await logsIn(step.region), step)) await onOutcome(outcome);
  }
}

async function createGroup(logs: LogGroupsPort, step: LogGroupStep): Promise<readonly LogGroupOutcome[]> {
  const { group, region, tags, maker } = step;
  try {
    if (!(await logs.createGroup(group, tags))) return [];
  } catch (error) {
    if (!isDenied(error) || maker === undefined) throw error;
    return [
      {
        done: false,
        message: `log group ${group} is not there in ${region}, and you may not make it: ${withoutAiplat(step)}`,
        hint: `Allow ${creatingActions.join(", ")} to whoever starts tasks, or make it by hand.`,
      },
    ];
  }
  return [{ done: true, message: `made log group ${group}` }, ...(await keep(logs, step))];
}

async function keep(
  logs: LogGroupsPort,
  { group, region, retentionDays }: LogGroupStep,
): Promise<readonly LogGroupOutcome[]> {
  if (retentionDays === undefined) return [];
  try {
    await logs.keepFor(group, retentionDays);
    return [];
  } catch (thrown) {
    // The next run leaves the group as it is.
    const command =
      `aws logs put-retention-policy --log-group-name ${group} ` +
      `--retention-in-days ${retentionDays} --region ${region}`;
    if (isDenied(thrown))
      return [
        {
          done: false,
          message: `log group ${group} keeps its events for ever: you may not set ${counted(retentionDays, "day")} (logs:PutRetentionPolicy)`,
          hint: `With the right: ${command}`,
        },
      ];
    const { code, message, details } = toAiplatError(thrown);
    throw new AiplatError(code, `log group ${group} is made, and keeps its events for ever: ${message}`, {
      hint: `Set its ${counted(retentionDays, "day")} with: ${command}`,
      details,
      cause: thrown,
    });
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof AiplatError && error.code === "AccessDenied";
}
