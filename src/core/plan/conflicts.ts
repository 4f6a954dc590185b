import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { occupancyOf } from "../devices/occupancy.ts";

/**
 * The tasks among `started` that have to give way: of the tasks in conflict over a device the first stays, by time and
 * then by ARN, so that two runs that look at the same cluster agree on who gives way. Where no time is known ours give
 * way: a run that has looked already will not look again.
 */
export function tasksToGiveBack(snapshot: ClusterSnapshot, started: ReadonlySet<string>): readonly string[] {
  const times = new Map(snapshot.tasks.map(({ taskArn, createdAt }) => [taskArn, createdAt]));
  const timed = (arns: readonly string[]) => arns.every((arn) => times.get(arn) !== undefined);
  const givenBack = occupancyOf(snapshot).flatMap(({ devices }) =>
    devices
      .filter(({ state }) => state === "conflict")
      .flatMap(({ holders }) => {
        const arns = holders.map((claim) => claim.taskArn);
        const later = (one: string, other: string) =>
          (timed(arns) ? times.get(one)! - times.get(other)! : Number(started.has(one)) - Number(started.has(other))) ||
          (one < other ? -1 : 1);
        return arns.sort(later).slice(1);
      }),
  );
  return [...new Set(givenBack)].filter((arn) => started.has(arn));
}
