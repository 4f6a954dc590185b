import { present } from "../../core/base/present.ts";
import type { DescribedCluster } from "../../core/plan/cluster-inputs.ts";
import type { RunFlags } from "../../core/plan/run-flags.ts";
import type { RunSettings } from "../../core/plan/run-request.ts";
import { nameRun } from "../../operations/tokens.ts";
import type { RunOptions } from "./run-options.ts";
import type { PlannableRun } from "./prepare-run.ts";

/** What a run of a workload and one of a registered definition have in common. */
export function common(
  options: RunOptions,
  settings: RunSettings,
  cluster: DescribedCluster,
): Pick<PlannableRun, "settings" | "cluster" | "target" | "count" | "clientToken" | "allOrNothing"> {
  return {
    settings,
    cluster,
    count: settings.count,
    target: { cluster: settings.cluster, selection: { run: settings.run } },
    ...present({ clientToken: options.clientToken }),
    allOrNothing: options.allOrNothing === true,
  };
}

/** The settings of a run by its options and flags, and what the workload and the cluster say. */
export function settingsOf(
  options: RunOptions,
  { placementConstraints = [], placementStrategy, overrides, tags, propagateTags, enableECSManagedTags }: RunFlags,
  name: string,
  cluster: string,
  more: Pick<
    RunSettings,
    "count" | "capacityProviderStrategy" | "mayGrow" | "networkConfiguration" | "placementStrategy"
  >,
): RunSettings {
  return {
    run: nameRun(name, options.clientToken),
    cluster,
    strategy: options.spread === true ? "spread" : "pack",
    ...present({ group: options.group, startedBy: options.startedBy }),
    placementConstraints,
    enableExecuteCommand: options.enableExecuteCommand === true,
    ...more,
    ...present({ placementStrategy, overrides, tags, propagateTags, enableECSManagedTags }),
  };
}
