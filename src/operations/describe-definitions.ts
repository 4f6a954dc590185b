import type { RegisteredTaskDefinition } from "../core/ecs-api/api.ts";
import { newestOf, type NewestRevisions } from "../core/plan/newest-revisions.ts";
import type { EcsPort } from "../ports.ts";

/** By reference; those that there are not are left out. */
export async function describeDefinitions(
  ecs: Pick<EcsPort, "describeTaskDefinition">,
  references: readonly string[],
): Promise<ReadonlyMap<string, RegisteredTaskDefinition>> {
  const found = await Promise.all(
    [...new Set(references)].map(
      async (reference) => [reference, await ecs.describeTaskDefinition(reference)] as const,
    ),
  );
  return new Map(
    found.flatMap(([reference, definition]) => (definition === undefined ? [] : [[reference, definition] as const])),
  );
}

/** The newest ACTIVE revisions of families. */
export async function readNewest(
  ecs: Pick<EcsPort, "describeTaskDefinition">,
  families: readonly string[],
): Promise<NewestRevisions> {
  return newestOf(await describeDefinitions(ecs, families));
}
