import { workloadTag } from "../ecs-api/service.ts";
import { needsOf } from "./account-needs.ts";
import { definitionsOf, type EcsWorkload } from "./resolve-for-ecs.ts";
import { present } from "../base/present.ts";

/** A log group that a workload's file names, and that is made where it is not there. */
export interface WantedLogGroup {
  readonly group: string;
  readonly region: string;
  readonly retentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Who makes it at the first task's start where nobody has before: nobody where raw fields take the option away. */
  readonly maker?: LogWriter;
}

export type LogWriter = "execution role" | "instance role";

/**
 * Who writes a task's logs: its execution role, and on EC2 the machine's where it has none.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
export function logWriterOf(hasExecutionRole: boolean): LogWriter {
  return hasExecutionRole ? "execution role" : "instance role";
}

/**
 * The log group of the file, in each region where containers write to it. What a definition says of it depends on the
 * file alone: `awslogs-create-group` stays, since it asks nothing of a group that is there.
 */
export function logGroupsOf(ecs: EcsWorkload): readonly WantedLogGroup[] {
  const { logs } = ecs.workload;
  if (logs === undefined) return [];
  const { logs: needs, executionRole } = needsOf(definitionsOf(ecs), ecs.region ?? "");
  return needs
    .filter(({ group, region }) => group === logs.group && region !== "")
    .map(({ group, region, created }) => ({
      group,
      region,
      ...present({ retentionDays: logs.retentionDays }),
      tags: { ...ecs.workload.tags, [workloadTag]: ecs.workload.name },
      ...(created ? { maker: logWriterOf(executionRole !== undefined) } : {}),
    }));
}
