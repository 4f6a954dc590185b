import type { ContainerDefinition } from "../ecs-api/api.ts";
import type { ResolvedWorkload, Ulimit } from "../workload/resolved.ts";

/**
 * EFA pins the memory it transfers, and opens a file a connection: of a job on many machines more than the 32,768 that
 * Amazon Linux's Docker gives. The hard limit is the kernel's own, which is no lower than any host's.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efa.html
 */
export const efaUlimits: ResolvedWorkload["ulimits"] = {
  memlock: { soft: -1, hard: -1 },
  nofile: { soft: 65_536, hard: 1_048_576 },
};

/** The limits of a container, as ECS has them: those of EFA, and what the workload says itself. */
export function ulimitsFor(
  own: ResolvedWorkload["ulimits"],
  hasEfa: boolean,
): NonNullable<ContainerDefinition["ulimits"]> {
  const all: Readonly<Record<string, Ulimit>> = { ...(hasEfa ? efaUlimits : {}), ...own };
  return Object.entries(all).map(([name, { soft, hard }]) => ({ name, softLimit: soft, hardLimit: hard }));
}
