import { counted } from "../../core/base/counted.ts";
import type { Context } from "../../context.ts";
import { withProviders, type ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { mayStart } from "../../core/plan/run-request.ts";
import type { RunRound } from "../../core/plan/run-plan.ts";
import { present } from "../../core/base/present.ts";
import type { ObserveProgress } from "../../operations/cluster-reader.ts";
import { clusterPlanner, type PlanOn } from "../../operations/plan-on-cluster.ts";
import { observeCluster } from "../../operations/observe-cluster.ts";
import type { Run } from "./prepare-run.ts";
import type { EcsPort } from "../../ports.ts";
import { note } from "../../output/note.ts";
import { startProgress } from "../../output/progress.ts";

/** Reads the cluster's state, showing how far it has come. */
export async function readClusterState(context: Context, ecs: EcsPort, cluster: string): Promise<ClusterSnapshot> {
  return showing(context, cluster, async (report) => {
    const snapshot = await observeCluster(ecs, cluster, context.now(), report);
    if (snapshot.daemonsUnknown !== undefined) noteDaemons(context, snapshot.daemonsUnknown);
    return snapshot;
  });
}

/** Plans rounds of a run on the cluster's state, which is read as far as they need it. */
export function plannerOf(
  context: Context,
  ecs: EcsPort,
  { settings, reading, providers }: Pick<Run, "settings" | "reading" | "providers">,
): (plan: PlanOn) => Promise<RunRound> {
  const { cluster } = settings;
  let report: Report | undefined;
  const planner = clusterPlanner(ecs, cluster, {
    ...present({ reading }),
    grows: mayStart(settings) > 0,
    now: () => context.now(),
    report: (progress) => report?.(progress),
    onDaemonsUnknown: (why) => noteDaemons(context, why),
  });
  return (plan) =>
    showing(context, cluster, (reportOfRound) => {
      report = reportOfRound;
      return planner((snapshot) => plan(withProviders(snapshot, providers)));
    });
}

type Report = (progress: ObserveProgress) => void;

/** Shows how far a reading has come while it lasts. */
async function showing<Answer>(
  context: Context,
  cluster: string,
  read: (report: Report) => Promise<Answer>,
): Promise<Answer> {
  const progress = await startProgress(context, `reading cluster ${cluster}`);
  try {
    return await read(({ instances, tasks, definitions }) =>
      progress.update(
        `reading cluster ${cluster}: ${counted(instances, "instance")}, ${counted(tasks, "task")}, ${counted(definitions, "task definition")}`,
      ),
    );
  } finally {
    progress.stop();
  }
}

function noteDaemons(context: Context, why: string): void {
  note(context, `What daemons take of machines that are yet to be added is not counted: ${why}`);
}
