import { present } from "../../core/base/present.ts";
import type { Context } from "../../context.ts";
import type { ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { familiesOf, plannedRun } from "../../core/plan/planned-run.ts";
import type { RunPlan, RunRound } from "../../core/plan/run-plan.ts";
import type { PlanOn } from "../../operations/plan-on-cluster.ts";
import type { PlanSource } from "./plan-source.ts";
import type { PlannableRun } from "./prepare-run.ts";

/**
 * The first round of a run with all that carrying it out needs.
 *
 * @param planner Plans it on the cluster, where the round is to see that.
 */
export async function makeRunPlan(
  context: Context,
  source: PlanSource,
  { settings, clientToken, cluster, readsCluster: devices, follows, logGroups, plan, definitions }: PlannableRun,
  planner?: (plan: PlanOn) => Promise<RunRound>,
): Promise<RunPlan> {
  const planOn = (seen?: ClusterSnapshot) => plan(settings.count, seen, new Set());
  const round = (await planner?.(planOn)) ?? planOn();
  return plannedRun({
    settings,
    ...present({ clientToken }),
    round,
    cluster,
    devices,
    follows,
    ...present({ runs: definitions()[0] }),
    logGroups,
    newest: await source.newest(familiesOf(round.steps, follows)),
    now: context.now(),
  });
}
