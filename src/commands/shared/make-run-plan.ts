import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import type { ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { familiesOf, plannedRun } from "../../core/plan/planned-run.ts";
import type { RunPlan } from "../../core/plan/run-plan.ts";
import type { PlanSource } from "./plan-source.ts";
import type { PlannableRun } from "./prepare-run.ts";

/**
 * The first round of a run with all that carrying it out needs.
 *
 * @param snapshot The cluster, where the round is to see it.
 */
export async function makeRunPlan(
  context: Context,
  source: PlanSource,
  { settings, clientToken, cluster, readsCluster: devices, follows, logGroups, plan }: PlannableRun,
  snapshot: ClusterSnapshot | undefined,
): Promise<RunPlan> {
  const round = plan(settings.count, snapshot, new Set());
  return plannedRun({
    settings,
    ...present({ clientToken }),
    round,
    cluster,
    devices,
    follows,
    logGroups,
    newest: await source.newest(familiesOf(round.steps, follows)),
    now: context.now(),
  });
}
