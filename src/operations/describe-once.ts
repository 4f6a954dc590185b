import type { ClusterDescription, EcsPort } from "../ports.ts";

/** ECS for a command that asks once what its cluster is, however often it reads who is there. */
export function describingClusterOnce(ecs: EcsPort): EcsPort {
  const known = new Map<string, ClusterDescription>();
  return {
    ...ecs,
    describeCluster: async (cluster) => {
      const description = known.get(cluster) ?? (await ecs.describeCluster(cluster));
      if (description !== undefined) for (const name of [cluster, description.name]) known.set(name, description);
      return description;
    },
  };
}
