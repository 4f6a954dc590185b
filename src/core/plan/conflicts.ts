import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { occupancyOf } from "../devices/occupancy.ts";

/**
 * The tasks among `started` that have to give way: of the tasks in conflict over a device the first stays, by time and
 * then by ARN, so that two runs that look at the same cluster agree on who gives way.
 */
export function tasksToGiveBack(snapshot: ClusterSnapshot, started: ReadonlySet<string>): readonly string[] {
  const createdAt = new Map(snapshot.tasks.map((task) => [task.taskArn, task.createdAt ?? 0]));
  const later = (one: string, other: string) => createdAt.get(one)! - createdAt.get(other)! || (one < other ? -1 : 1);
  const givenBack = occupancyOf(snapshot).flatMap(({ devices }) =>
    devices.filter(({ state }) => state === "conflict").flatMap(({ holders }) => holders.map((claim) => claim.taskArn).sort(later).slice(1)),
  );
  return [...new Set(givenBack)].filter((arn) => started.has(arn));
}
