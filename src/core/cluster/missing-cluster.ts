/** What to do about a cluster that is not there, whoever misses it. */
export const otherCluster =
  "Name another with --cluster or ecs.cluster, or another --region; aws ecs list-clusters shows those there are.";

export const untilActive = "Wait until it is ACTIVE, or name another with --cluster.";

/** A cluster that the region has not. ECS shows one that was deleted as INACTIVE. */
export function missingCluster(cluster: string, region: string): string {
  return `there is no cluster ${cluster} in ${region}`;
}
