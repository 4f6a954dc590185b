import { groupBy } from "../core/base/groups.ts";
import type { ImageReference } from "../core/catalog/container-images/image-reference.ts";
import { needsOf } from "../core/ecs/account-needs.ts";
import type { EcsPort } from "../ports.ts";
import { describeDefinitions } from "./describe-definitions.ts";

/**
 * The images of the containers with accelerator devices in the tasks of some container instances, by the instances'
 * ARNs. The cluster's tasks are listed once: by instance it would be a call for each.
 */
export async function readImagesOnMachines(
  { ecs, region }: { readonly ecs: EcsPort; readonly region: string },
  cluster: string,
  machines: readonly string[],
): Promise<ReadonlyMap<string, readonly ImageReference[]>> {
  const wanted = new Set<string | undefined>(machines);
  const listed = wanted.size === 0 ? [] : await ecs.listTasks(cluster, {});
  const { tasks } = listed.length === 0 ? { tasks: [] } : await ecs.describeTasks(cluster, listed);
  const theirs = tasks.filter(({ containerInstanceArn }) => wanted.has(containerInstanceArn));
  const definitions = await describeDefinitions(
    ecs,
    theirs.map(({ taskDefinitionArn }) => taskDefinitionArn),
  );
  const byMachine = groupBy(theirs, ({ containerInstanceArn }) => containerInstanceArn!);
  return new Map(
    [...byMachine].map(([machine, some]) => {
      const used = new Set(some.flatMap(({ taskDefinitionArn }) => definitions.get(taskDefinitionArn) ?? []));
      const { images } = needsOf([...used], region);
      return [machine, images.filter(({ accelerated }) => accelerated).map(({ image }) => image)];
    }),
  );
}
