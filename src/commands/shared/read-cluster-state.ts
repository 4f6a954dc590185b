import type { Context } from "../../context.ts";
import type { ClusterSnapshot } from "../../core/cluster/snapshot.ts";
import { observeCluster } from "../../operations/observe-cluster.ts";
import type { EcsPort } from "../../ports.ts";
import { note } from "../../output/note.ts";
import { startProgress } from "../../output/progress.ts";

/** Reads the cluster's state, showing how far it has come. */
export async function readClusterState(context: Context, ecs: EcsPort, cluster: string): Promise<ClusterSnapshot> {
  const progress = await startProgress(context, `reading cluster ${cluster}`);
  try {
    const snapshot = await observeCluster(ecs, cluster, context.now(), ({ instances, tasks, definitions }) =>
      progress.update(
        `reading cluster ${cluster}: ${instances} instances, ${tasks} tasks, ${definitions} task definitions`,
      ),
    );
    const { daemonsUnknown } = snapshot;
    if (daemonsUnknown !== undefined)
      note(context, `What daemons take of machines that are yet to be added is not counted: ${daemonsUnknown}`);
    return snapshot;
  } finally {
    progress.stop();
  }
}
