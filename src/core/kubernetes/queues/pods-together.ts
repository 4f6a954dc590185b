import type { ResolvedWorkload } from "../../workload/resolved.ts";

/** The pods of a workload that are placed together or not at all: of replicas of several nodes all, else each by itself. */
export function podsTogether({ nodes, replicas }: Pick<ResolvedWorkload, "nodes" | "replicas">): number {
  return nodes > 1 ? nodes * replicas : 1;
}
