import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import { listOr } from "../../core/base/problem.ts";
import { lockPortBaseOf } from "../../core/cluster/lock-port-base.ts";
import { resolveForEcs, type EcsTarget, type EcsVariant, type EcsWorkload } from "../../core/ecs/resolve-for-ecs.ts";
import { ecsRules } from "../../core/ecs/rules.ts";
import { onManagedInstances } from "../../core/workload/managed-instances.ts";
import { workloadNetworkMode } from "../../core/workload/rules/capacity.ts";
import { resolveWorkload } from "../../core/workload/resolve.ts";
import type { ResolvedWorkload } from "../../core/workload/resolved.ts";
import type { Workload } from "../../core/workload/schema.ts";
import { AiplatError } from "../../errors.ts";
import { warn } from "../../output/note.ts";
import type { Invocation, OptionSpec } from "../command.ts";
import { loadWorkload, type WorkloadOptions } from "./load-workload.ts";

/** A workload that ECS can run, to be worked out for one cluster or for any. */
export interface LoadedEcsWorkload {
  readonly resolved: ResolvedWorkload;
  /** What it is on ECS; on a cluster, with what its tags say. A refusal says where in the file or the flags. */
  forCluster(cluster?: { readonly tags: Readonly<Record<string, string>> }): EcsWorkload;
  /** Runs what may refuse the workload, saying where in the file or the flags. */
  locating<T>(work: () => T): T;
}

/**
 * Reads a workload for ECS; its warnings go to stderr. The region is asked for only
 * where the log configuration names it.
 *
 * @param askRegion The region that the tasks run in; where it answers none, the definitions have no logs.
 */
export async function loadEcsWorkload(
  context: Context,
  invocation: Invocation<WorkloadOptions>,
  askRegion: () => Promise<string | undefined> = () => context.aws.region(),
): Promise<LoadedEcsWorkload> {
  const { workload, warnings, locating } = await loadWorkload(context, invocation, ecsRules);
  await warn(context, ...warnings);
  const resolved = resolveWorkload(workload);
  const region = workload.logs === undefined ? undefined : await askRegion();
  const on = (target: EcsTarget) => locating(() => resolveForEcs(resolved, { ...present({ region }), ...target }));
  // Where no cluster says which ports are locks, what ECS would not run is refused before any is asked.
  if (!hasLocks(workload)) on({});
  if (context.stockSandbox !== undefined) {
    const { machinesNeeded } = await import("../../core/placement/machines-needed.ts");
    const { count = resolved.replicas } = invocation.options as { readonly count?: number };
    context.stockSandbox(machinesNeeded(on({}), count));
  }
  return {
    resolved,
    forCluster: (cluster) =>
      on(cluster === undefined ? {} : { lockPortBase: locating(() => lockPortBaseOf(cluster.tags)) }),
    locating,
  };
}

function hasLocks(workload: Workload): boolean {
  return workloadNetworkMode(workload) !== "awsvpc" && !onManagedInstances(workload);
}

export const variantOption: OptionSpec = {
  flags: "--variant <name>",
  description: "the one variant (instance type and slot) of this name",
};

/** The variants a command acts on: the named one, else all. @throws AiplatError Usage naming the variants there are. */
export function chooseVariants(
  { variants, everyVariant }: EcsWorkload,
  name: string | undefined,
): readonly EcsVariant[] {
  if (name === undefined) return variants;
  const found = everyVariant.find((variant) => variant.name === name);
  if (found === undefined)
    throw new AiplatError("Usage", `--variant ${name}: there is no such variant`, {
      hint: `There ${everyVariant.length === 1 ? "is" : "are"} ${listOr(
        everyVariant.map((variant) => variant.name),
        "and",
      )}.`,
    });
  return [found];
}
