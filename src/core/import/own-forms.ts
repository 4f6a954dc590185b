import { healthCommand, longestStartPeriod } from "../ecs/container-parts.ts";
import type { ContainerDefinition } from "../ecs-api/api.ts";
import type { Raw } from "../base/merge.ts";
import { logGroupRule } from "../workload/fields.ts";
import { mainContainer, regionOf, type ImportedPart } from "./source.ts";

/**
 * `health`, where the container's check is the command that aiplat makes of it: what another command looks at is not
 * known.
 */
export function healthOf(part: ImportedPart): Raw | undefined {
  return healthWords(mainContainer(part).healthCheck, part.service?.healthCheckGracePeriodSeconds ?? 0);
}

/** @param graceSeconds How long the service overlooks that the check fails. */
export function healthWords(check: ContainerDefinition["healthCheck"], graceSeconds: number): Raw | undefined {
  const [, port, path] = /http:\/\/localhost:(\d{1,5})(\/\S*)/.exec(check?.command?.[1] ?? "") ?? [];
  if (check === undefined || port === undefined || path === undefined) return undefined;
  const asked = { path, port: Number(port) };
  if (JSON.stringify(healthCommand(asked)) !== JSON.stringify(check.command)) return undefined;
  const { startPeriod = 0 } = check;
  // The check waits no longer: what the service waits beyond it is the rest.
  const startSeconds = startPeriod === longestStartPeriod ? Math.max(graceSeconds, startPeriod) : startPeriod;
  return { ...asked, ...(startSeconds === 0 ? {} : { startSeconds }) };
}

/** `logs`, where the container writes to CloudWatch Logs in the region where it runs. */
export function logsOf(part: ImportedPart): Raw | undefined {
  const { logDriver, options = {} } = mainContainer(part).logConfiguration ?? {};
  const { "awslogs-group": group, "awslogs-region": region } = options;
  return logDriver === "awslogs" &&
    group !== undefined &&
    logGroupRule.pattern.test(group) &&
    region === regionOf(part.definition)
    ? { group }
    : undefined;
}
