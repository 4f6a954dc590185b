import type { ContainerInstance } from "../core/cluster/snapshot.ts";
import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import type { ClusterDescription, EcsPort } from "../ports.ts";

/** What a command has learnt that stays as it is while it runs, and need not be asked a second time. */
export interface Learnt {
  /** ECS that answers from it: what a cluster is, by its name, and what a revision says, by its ARN. */
  over(ecs: EcsPort): EcsPort;
  /** The container instances that were described, by ARN: what they are; what is left on them has changed since. */
  readonly machines: ReadonlyMap<string, ContainerInstance>;
}

/** Nothing yet: it is learnt from the answers that come by. */
export function createLearnt(): Learnt {
  const clusters = new Map<string, ClusterDescription>();
  const definitions = new Map<string, RegisteredTaskDefinition>();
  const machines = new Map<string, ContainerInstance>();
  const learn = <Definition extends RegisteredTaskDefinition | undefined>(definition: Definition): Definition => {
    if (definition !== undefined) definitions.set(definition.taskDefinitionArn, definition);
    return definition;
  };
  return {
    machines,
    over: (ecs) => ({
      ...ecs,
      describeCluster: async (cluster) => {
        const description = clusters.get(cluster) ?? (await ecs.describeCluster(cluster));
        if (description !== undefined) for (const name of [cluster, description.name]) clusters.set(name, description);
        return description;
      },
      registerTaskDefinition: async (definition) => learn(await ecs.registerTaskDefinition(definition)),
      // A family's newest revision changes: it is never known by the family.
      describeTaskDefinition: async (reference) =>
        definitions.get(reference) ?? learn(await ecs.describeTaskDefinition(reference)),
      describeContainerInstances: async (cluster, arns) => {
        const found = await ecs.describeContainerInstances(cluster, arns);
        for (const instance of found) machines.set(instance.arn, instance);
        return found;
      },
    }),
  };
}
